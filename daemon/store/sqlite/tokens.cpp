#include "base/faults.hpp"
#include "base/text.hpp"
#include "store/sqlite/kv.hpp"

namespace herald::store::sqlite {
namespace {

using base::Code;
using base::fail;

const Sql kLive{"SELECT expires FROM service_tokens WHERE name = ? AND revoked IS NULL"};
const Sql kRevoke{"UPDATE service_tokens SET revoked = ? WHERE name = ? AND revoked IS NULL"};
const Sql kPut{
    "INSERT INTO service_tokens(name, digest, scopes, created, expires) VALUES (?, ?, ?, ?, ?) ON "
    "CONFLICT DO NOTHING"};
const Sql kAll{
    "SELECT name, digest, scopes, created, expires FROM service_tokens WHERE revoked IS NULL ORDER "
    "BY name"};
const Sql kRevokeUser{
    "INSERT INTO revoked_tokens(user_id, before) VALUES (?, ?) ON CONFLICT (user_id) DO UPDATE SET "
    "before = max(revoked_tokens.before, excluded.before)"};
const Sql kRevoked{"SELECT user_id, before FROM revoked_tokens ORDER BY user_id"};

}  // namespace

base::Result<Nothing> put_token(WriteState& state, const ServiceToken& token) {
  auto& db = state.db;
  const auto now = base::unix_us(state.clock.now());
  bool expired = false;
  {
    auto row = db.use(kLive, token.name);
    if (row.step()) {
      expired = row.integer(0) != 0 && row.integer(0) <= now;
      if (!expired)
        return fail(Code::conflict,
                    "there is a live token named " + token.name + "; revoke it first", "name");
    }
  }
  std::string scopes;
  for (const auto& scope : token.scopes) scopes += (scopes.empty() ? "" : " ") + scope;
  if (expired) db.run(kRevoke, now, token.name);
  HERALD_POINT("store.token_put");
  if (db.run(kPut, token.name, token.digest, scopes, base::unix_us(token.created),
             base::unix_us(token.expires)) == 0)
    return fail(Code::conflict, "this token is stored already", "digest");
  return Nothing{};
}

base::Result<Nothing> revoke_token(WriteState& state, const std::string& name) {
  if (state.db.run(kRevoke, base::unix_us(state.clock.now()), name) == 0)
    return fail(Code::not_found, "there is no live token named " + name, "name");
  return Nothing{};
}

base::Result<Nothing> revoke_user(WriteState& state, const RevokedTokens& revoked) {
  state.db.run(kRevokeUser, revoked.user, base::unix_us(revoked.before));
  return Nothing{};
}

base::Result<std::vector<RevokedTokens>> revoked_users(ReadState& state) {
  std::vector<RevokedTokens> out;
  auto row = state.db.use(kRevoked);
  while (row.step()) out.push_back({row.integer(0), base::from_unix_us(row.integer(1))});
  return out;
}

base::Result<std::vector<ServiceToken>> tokens(ReadState& state) {
  std::vector<ServiceToken> out;
  auto row = state.db.use(kAll);
  while (row.step()) {
    ServiceToken token{row.string(0),
                       row.string(1),
                       {},
                       base::from_unix_us(row.integer(3)),
                       base::from_unix_us(row.integer(4))};
    for (const auto scope : base::split(row.text(2), ' '))
      if (!scope.empty()) token.scopes.emplace_back(scope);
    out.push_back(std::move(token));
  }
  return out;
}

}  // namespace herald::store::sqlite
