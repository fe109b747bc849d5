#include "store/sqlite/directory.hpp"

#include "base/faults.hpp"

namespace herald::store::sqlite {
namespace {

using base::Code;
using base::fail;

const Sql kOwner{"SELECT user_id FROM identities WHERE kind = ? AND value = ?"};
const Sql kUser{"SELECT id, name, provider, created, time_zone FROM users WHERE id = ?"};
const Sql kExists{"SELECT 1 FROM users WHERE id = ?"};
const Sql kHighest{"SELECT max(id) FROM users WHERE id < ?"};
const Sql kPutUser{
    "INSERT INTO users(id, name, provider, created, time_zone) VALUES (?1, ?2, ?3, ?4, ?5)"
    " ON CONFLICT(id) DO UPDATE SET name = CASE WHEN ?2 = '' THEN name ELSE ?2 END,"
    " provider = max(provider, ?3), time_zone = CASE WHEN ?5 = '' THEN time_zone ELSE ?5 END"};
const Sql kPutIdentity{
    "INSERT INTO identities(kind, value, user_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"};
const Sql kIdentities{
    "SELECT kind, value, reach, reach_until, consent, consent_until FROM identities WHERE user_id "
    "= ? ORDER BY kind, value"};
const Sql kReach{"UPDATE identities SET reach = ?, reach_until = ? WHERE kind = ? AND value = ?"};
const Sql kConsent{
    "UPDATE identities SET consent = ?, consent_until = ? WHERE kind = ? AND value = ?"};

model::UserId owner(Connection& db, std::string_view kind, std::string_view value) {
  auto row = db.use(kOwner, kind, value);
  return row.step() ? row.integer(0) : 0;
}

base::Result<model::UserId> free_id(Connection& db) {
  auto row = db.use(kHighest, kEndOfOurIds);
  const auto id = row.step() && !row.is_null(0) ? row.integer(0) + 1 : 1;
  if (id >= kEndOfOurIds)
    return fail(Code::unavailable, "there are no free user ids below 100,000,000");
  return std::max<model::UserId>(id, 1);
}

base::Result<model::UserId> create(WriteState& state, const model::Identity& to) {
  const bool by_id = to.kind == "user";
  const auto id = by_id ? base::Result<model::UserId>{parse_user(to.value)} : free_id(state.db);
  if (!id) return id.error();
  if (*id == 0) return fail(Code::invalid, "a user id is a positive integer below 2^53", "to");
  state.db.run(kPutUser, *id, "", 0, base::unix_us(state.clock.now()), "");
  if (!by_id) state.db.run(kPutIdentity, to.kind, to.value, *id);
  return *id;
}

}  // namespace

model::UserId resolve(Connection& db, const model::Identity& identity) {
  if (identity.kind == "user") {
    const auto id = parse_user(identity.value);
    return id != 0 && db.use(kExists, id).step() ? id : 0;
  }
  // A phone that is somebody's WhatsApp number wins over the same number as a plain phone of
  // another.
  if (identity.kind == "phone")
    if (const auto id = owner(db, "whatsapp.phone", identity.value)) return id;
  return owner(db, identity.kind, identity.value);
}

base::Result<model::UserId> recipient(WriteState& state, const model::Identity& to,
                                      bool create_unknown) {
  if (const auto id = resolve(state.db, to)) return id;
  if (create_unknown) return create(state, to);
  return nobody_has(to);
}

base::Result<User> put_user(WriteState& state, const User& wanted) {
  auto& db = state.db;
  if (wanted.id < 0 || wanted.id >= kEndOfIds)
    return fail(Code::invalid, "a user id is a positive integer below 2^53", "id");
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
  HERALD_POINT("store.user_put");
  return user(db, *id, now);
}

base::Result<User> user(Connection& db, model::UserId id, model::TimePoint now) {
  User out;
  {
    auto row = db.use(kUser, id);
    if (!row.step()) return fail(Code::not_found, "there is no user " + std::to_string(id), "user");
    out.id = row.integer(0);
    out.name = row.string(1);
    out.provider = row.integer(2) != 0;
    out.created = base::from_unix_us(row.integer(3));
    out.time_zone = row.string(4);
  }
  auto row = db.use(kIdentities, id);
  while (row.step()) {
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
  const auto id = resolve(state.db, known);
  if (id == 0) return fail(Code::not_found, "nobody has this " + known.kind, "known");
  if (also.kind.empty() || also.value.empty() || also.kind == "user")
    return fail(Code::invalid, "an identity needs a kind other than user, and a value", "also");
  const auto holder = owner(state.db, also.kind, also.value);
  if (holder != 0 && holder != id)
    return fail(Code::conflict, "this " + also.kind + " belongs to another user", "also");
  if (holder == 0) state.db.run(kPutIdentity, also.kind, also.value, id);
  return Nothing{};
}

base::Result<Nothing> mark(WriteState& state, const model::Identity& identity,
                           const std::string& what, model::TimePoint until) {
  const bool reach = what == "reachable" || what == "unreachable";
  if (!reach && what != "opted_in" && what != "opted_out")
    return fail(Code::invalid, "the state must be reachable, unreachable, opted_in or opted_out",
                "state");
  const auto& sql = reach ? kReach : kConsent;
  int64_t changed = state.db.run(sql, what, base::unix_us(until), identity.kind, identity.value);
  // A phone may be known as a WhatsApp number only, as in resolve().
  if (changed == 0 && identity.kind == "phone")
    changed = state.db.run(sql, what, base::unix_us(until), "whatsapp.phone", identity.value);
  if (changed == 0) return fail(Code::not_found, "nobody has this " + identity.kind, "identity");
  return Nothing{};
}

}  // namespace herald::store::sqlite
