#include "store/postgresql/people.hpp"

namespace herald::store::postgresql {
namespace {

using base::Code;
using base::fail;

// A user's own id is looked for as an identity of kind `user`.
const Sql kFind{
    "SELECT i.kind, i.value, i.user_id FROM unnest($1::text[], $2::text[]) AS w(kind, value) JOIN "
    "identities i ON i.kind = w.kind AND i.value = w.value UNION ALL SELECT 'user', u.id::text, "
    "u.id FROM users u WHERE u.id = ANY($3::bigint[])"};
const Sql kLock{
    "/* session */ SELECT pg_advisory_xact_lock(hashtextextended('herald directory ' || "
    "current_schema(), 0))"};
const Sql kHighest{"SELECT id FROM users WHERE id < $1 ORDER BY id DESC LIMIT 1"};
const Sql kUsers{
    "INSERT INTO users(id, name, provider, created) SELECT id, '', 0, created FROM "
    "unnest($1::bigint[], $2::bigint[]) AS u(id, created)"};
const Sql kIdentities{
    "INSERT INTO identities(kind, value, user_id) SELECT * FROM unnest($1::text[], $2::text[], "
    "$3::bigint[])"};

constexpr const char* kWhatsappPhone = "whatsapp.phone";

}  // namespace

model::UserId resolve(Connection& db, const model::Identity& identity) {
  return People{}.resolve(db, identity);
}

void lock_directory(Connection& db) { db.use(kLock); }

base::Result<model::UserId> free_id(Connection& db) {
  const auto rows = db.use(kHighest, kEndOfOurIds);
  const auto id = rows.empty() ? 1 : std::max<model::UserId>(rows[0].integer(0) + 1, 1);
  if (id >= kEndOfOurIds)
    return fail(Code::unavailable, "there are no free user ids below 100,000,000");
  return id;
}

void People::load(Connection& db, const std::vector<const model::Identity*>& wanted) {
  Array kinds, values, ids;
  const auto ask = [&](const std::string& kind, const std::string& value) {
    if (!found_.try_emplace({kind, value}, 0).second) return;
    kinds.add(kind);
    values.add(value);
  };
  for (const auto* identity : wanted) {
    if (identity->kind == "user") {
      const auto id = parse_user(identity->value);
      if (id != 0 && found_.try_emplace({"user", std::to_string(id)}, 0).second) ids.add(id);
      continue;
    }
    if (identity->kind == "phone") ask(kWhatsappPhone, identity->value);
    ask(identity->kind, identity->value);
  }
  if (kinds.empty() && ids.empty()) return;
  for (const auto row : db.use(kFind, kinds, values, ids))
    found_[{row.string(0), row.string(1)}] = row.integer(2);
}

/// Of those that were loaded.
model::UserId People::known(const model::Identity& identity) const {
  const auto get = [&](const std::string& kind, const std::string& value) -> model::UserId {
    const auto found = found_.find({kind, value});
    return found == found_.end() ? 0 : found->second;
  };
  if (identity.kind == "user") {
    const auto id = parse_user(identity.value);
    return id == 0 ? 0 : get("user", std::to_string(id));
  }
  // A phone that is somebody's WhatsApp number wins over the same number as a plain phone of
  // another.
  if (identity.kind == "phone")
    if (const auto id = get(kWhatsappPhone, identity.value)) return id;
  return get(identity.kind, identity.value);
}

model::UserId People::resolve(Connection& db, const model::Identity& identity) {
  load(db, {&identity});
  return known(identity);
}

base::Result<model::UserId> People::recipient(Connection& db, const model::Identity& to, bool make,
                                              base::TimePoint now) {
  if (const auto id = resolve(db, to)) return id;
  if (!make) return nobody_has(to);
  if (!locked_) {
    lock_directory(db);
    locked_ = true;
    // Another node may have made it just before.
    std::erase_if(found_, [](const auto& entry) { return entry.second == 0; });
    if (const auto id = resolve(db, to)) return id;
  }
  return create(db, to, now);
}

base::Result<model::UserId> People::create(Connection& db, const model::Identity& to,
                                           base::TimePoint now) {
  Fresh fresh{0, base::unix_us(now), to};
  if (to.kind == "user") {
    fresh.id = parse_user(to.value);
    if (fresh.id == 0)
      return fail(Code::invalid, "a user id is a positive integer below 2^53", "to");
    if (next_id_ && fresh.id < kEndOfOurIds) next_id_ = std::max(*next_id_, fresh.id + 1);
  } else {
    if (!next_id_) {
      auto id = free_id(db);
      if (!id) return id.error();
      next_id_ = *id;
      for (const auto& other : fresh_)
        if (other.id < kEndOfOurIds) next_id_ = std::max(*next_id_, other.id + 1);
    }
    if (*next_id_ >= kEndOfOurIds)
      return fail(Code::unavailable, "there are no free user ids below 100,000,000");
    fresh.id = (*next_id_)++;
    found_[{to.kind, to.value}] = fresh.id;
  }
  found_[{"user", std::to_string(fresh.id)}] = fresh.id;
  fresh_.push_back(std::move(fresh));
  return fresh_.back().id;
}

void People::flush(Connection& db) {
  Columns users{kUsers}, identities{kIdentities};
  for (const auto& fresh : fresh_) {
    users.add(fresh.id, fresh.created);
    if (fresh.identity.kind != "user")
      identities.add(fresh.identity.kind, fresh.identity.value, fresh.id);
  }
  users.flush(db);
  identities.flush(db);
  forget();
}

void People::forget() {
  found_.clear();
  fresh_.clear();
  next_id_.reset();
  locked_ = false;
}

}  // namespace herald::store::postgresql
