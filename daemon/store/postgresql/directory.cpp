#include "store/postgresql/directory.hpp"

#include "base/faults.hpp"

namespace herald::store::postgresql {
namespace {

using base::Code;
using base::fail;

const Sql kOwner{"SELECT user_id FROM identities WHERE kind = $1 AND value = $2"};
const Sql kUser{"SELECT id, name, provider, created, time_zone FROM users WHERE id = $1"};
const Sql kPutUser{
    "INSERT INTO users AS u (id, name, provider, created, time_zone) VALUES ($1, $2, $3, $4, $5) "
    "ON "
    "CONFLICT(id) DO UPDATE SET name = CASE WHEN excluded.name = '' THEN u.name ELSE excluded.name "
    "END, provider = greatest(u.provider, excluded.provider), time_zone = CASE WHEN "
    "excluded.time_zone = '' THEN u.time_zone ELSE excluded.time_zone END"};
const Sql kPutIdentity{
    "INSERT INTO identities(kind, value, user_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"};
const Sql kIdentities{
    "SELECT kind, value, reach, reach_until, consent, consent_until FROM identities WHERE user_id "
    "= $1 ORDER BY kind, value"};
const Sql kReach{
    "UPDATE identities SET reach = $1, reach_until = $2 WHERE kind = $3 AND value = $4"};
const Sql kConsent{
    "UPDATE identities SET consent = $1, consent_until = $2 WHERE kind = $3 AND value = $4"};

model::UserId owner(Connection& db, std::string_view kind, std::string_view value) {
  const auto rows = db.use(kOwner, kind, value);
  return rows.empty() ? 0 : rows[0].integer(0);
}

}  // namespace

base::Result<User> put_user(WriteState& state, const User& wanted) {
  auto& db = state.db;
  if (wanted.id < 0 || wanted.id >= kEndOfIds)
    return fail(Code::invalid, "a user id is a positive integer below 2^53", "id");
  lock_directory(db);
  for (const auto& identity : wanted.identities) {
    if (identity.kind.empty() || identity.value.empty() || identity.kind == "user")
      return fail(Code::invalid, "an identity needs a kind other than user, and a value",
                  "identities");
    const auto holder = owner(db, identity.kind, identity.value);
    if (holder != 0 && holder != wanted.id)
      return fail(Code::conflict,
                  "this " + identity.kind + " belongs to user " + std::to_string(holder),
                  "identities");
  }
  const auto id = wanted.id != 0 ? base::Result<model::UserId>{wanted.id} : free_id(db);
  if (!id) return id.error();
  const auto now = state.clock.now();
  db.run(kPutUser, *id, wanted.name, wanted.provider, base::unix_us(now), wanted.time_zone);
  for (const auto& identity : wanted.identities)
    db.run(kPutIdentity, identity.kind, identity.value, *id);
  HERALD_POINT("pg.user_put");
  return user(db, *id, now);
}

base::Result<User> user(Connection& db, model::UserId id, model::TimePoint now) {
  const auto rows = db.use(kUser, id);
  if (rows.empty()) return fail(Code::not_found, "there is no user " + std::to_string(id), "user");
  User out;
  out.id = rows[0].integer(0);
  out.name = rows[0].string(1);
  out.provider = rows[0].integer(2) != 0;
  out.created = base::from_unix_us(rows[0].integer(3));
  out.time_zone = rows[0].string(4);
  for (const auto row : db.use(kIdentities, id)) {
    const auto& identity =
        out.identities.emplace_back(model::Identity{row.string(0), row.string(1)});
    for (const int column : {2, 4}) {
      const auto until = base::from_unix_us(row.integer(column + 1));
      const bool holds = until == model::TimePoint{} || until > now;
      if (holds && !row.text(column).empty())
        out.states.push_back({identity, row.string(column), until});
    }
  }
  return out;
}

base::Result<Nothing> learn(WriteState& state, const model::Identity& known,
                            const model::Identity& also) {
  auto& db = state.db;
  lock_directory(db);
  const auto id = resolve(db, known);
  if (id == 0) return fail(Code::not_found, "nobody has this " + known.kind, "known");
  if (also.kind.empty() || also.value.empty() || also.kind == "user")
    return fail(Code::invalid, "an identity needs a kind other than user, and a value", "also");
  const auto holder = owner(db, also.kind, also.value);
  if (holder != 0 && holder != id)
    return fail(Code::conflict, "this " + also.kind + " belongs to another user", "also");
  if (holder == 0) db.run(kPutIdentity, also.kind, also.value, id);
  return Nothing{};
}

base::Result<Nothing> mark(WriteState& state, const model::Identity& identity,
                           const std::string& what, model::TimePoint until) {
  const bool reach = what == "reachable" || what == "unreachable";
  if (!reach && what != "opted_in" && what != "opted_out")
    return fail(Code::invalid, "the state must be reachable, unreachable, opted_in or opted_out",
                "state");
  const auto& sql = reach ? kReach : kConsent;
  auto changed = state.db.run(sql, what, base::unix_us(until), identity.kind, identity.value);
  // A phone may be known as a WhatsApp number only, as in resolve().
  if (changed == 0 && identity.kind == "phone")
    changed = state.db.run(sql, what, base::unix_us(until), "whatsapp.phone", identity.value);
  if (changed == 0) return fail(Code::not_found, "nobody has this " + identity.kind, "identity");
  return Nothing{};
}

}  // namespace herald::store::postgresql
