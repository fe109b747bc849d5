#include "store/postgresql/people.hpp"

#include <algorithm>

namespace herald::store::postgresql {
namespace {

using base::Code;
using base::fail;

// A user's own id is looked for as an identity of kind `user`. The application's people come last:
// what it says of a phone counts. It may spell a phone without its plus.
const Sql kFind{
    "SELECT i.kind, i.value, i.user_id, 0, NULL FROM unnest($1::text[], $2::text[]) AS w(kind, "
    "value) JOIN identities i ON i.kind = w.kind AND i.value = w.value UNION ALL SELECT 'user', "
    "u.id::text, u.id, 0, NULL FROM users u WHERE u.id = ANY($3::bigint[]) UNION ALL SELECT "
    "w.kind, w.value, a.id, 1, a.phone FROM unnest($1::text[], $2::text[]) AS w(kind, value) JOIN "
    "application_users a ON a.phone = ANY(ARRAY[w.value, substr(w.value, 2)]) WHERE w.kind = "
    "'phone' UNION ALL SELECT 'user', a.id::text, a.id, 1, a.phone FROM application_users a WHERE "
    "a.id = ANY($3::bigint[]) ORDER BY 4, 3"};
const Sql kLock{
    "/* session */ SELECT pg_advisory_xact_lock(hashtextextended('herald directory ' || "
    "current_schema(), 0))"};
// Beside an application that gives ids we begin where it does not come to soon.
const Sql kFree{
    "SELECT greatest((SELECT id FROM users WHERE id < $1 ORDER BY id DESC LIMIT 1) + 1, (SELECT id "
    "FROM application_users WHERE id < $1 ORDER BY id DESC LIMIT 1) + 1, (SELECT CASE body WHEN '' "
    "THEN 1 ELSE 50000000 END FROM notes WHERE name = 'store.tables.users'), (SELECT body::bigint "
    "FROM notes WHERE name = 'users.from'), 1)"};
const Sql kLeaveOut{
    "INSERT INTO notes(name, body) VALUES ('users.from', $1::text) ON CONFLICT (name) DO UPDATE "
    "SET "
    "body = excluded.body"};
// Whom the application does not know is a provider: no row of its history is about them.
const Sql kUsers{
    "INSERT INTO users(id, name, provider, created) SELECT id, '', (SELECT count(*) FROM notes "
    "WHERE name = 'store.tables.users' AND body <> ''), created FROM unnest($1::bigint[], "
    "$2::bigint[]) AS u(id, created)"};
const Sql kKnownUsers{
    "INSERT INTO users(id, name, provider, created) SELECT id, '', 0, created FROM "
    "unnest($1::bigint[], $2::bigint[]) AS u(id, created) ON CONFLICT (id) DO UPDATE SET provider "
    "= 0 WHERE users.provider <> 0"};
const Sql kOldPhones{
    "DELETE FROM identities i USING unnest($1::text[], $2::bigint[]) AS w(value, id) WHERE "
    "i.user_id = w.id AND i.kind = 'phone' AND i.value <> w.value"};
const Sql kKnownPhones{
    "INSERT INTO identities(kind, value, user_id) SELECT 'phone', * FROM unnest($1::text[], "
    "$2::bigint[]) ON CONFLICT (kind, value) DO UPDATE SET user_id = excluded.user_id WHERE "
    "identities.user_id <> excluded.user_id"};
const Sql kIdentities{
    "INSERT INTO identities(kind, value, user_id) SELECT * FROM unnest($1::text[], $2::text[], "
    "$3::bigint[])"};

constexpr const char* kWhatsappPhone = "whatsapp.phone";

/// As the application spells it: with or without its plus. Empty when it is none.
std::string e164(std::string_view phone) {
  if (phone.starts_with('+')) phone.remove_prefix(1);
  const bool digits = phone.find_first_not_of("0123456789") == std::string_view::npos;
  return digits && phone.size() >= 8 && phone.size() <= 15 ? "+" + std::string{phone}
                                                           : std::string{};
}

}  // namespace

model::UserId resolve(Connection& db, const model::Identity& identity) {
  return People{}.resolve(db, identity);
}

void lock_directory(Connection& db) { db.use(kLock); }

base::Result<model::UserId> free_id(Connection& db) {
  const model::UserId id = db.use(kFree, kEndOfOurIds)[0].integer(0);
  if (id >= kEndOfOurIds)
    return fail(Code::unavailable, "there are no free user ids below 100,000,000");
  return id;
}

void leave_ids_out(Connection& db) {
  constexpr model::UserId kLeftOut = 10'000;
  const auto from = free_id(db);
  if (from) db.run(kLeaveOut, std::to_string(std::min(*from + kLeftOut, kEndOfOurIds)));
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
  const auto keep = [this](const Rows& rows) {
    for (const auto row : rows) {
      found_[{row.string(0), row.string(1)}] = row.integer(2);
      if (row.integer(3) != 0) of_application_[row.integer(2)] = e164(row.text(4));
    }
  };
  db.ahead(kFind, keep, kinds, values, ids);
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
  db.settle();
  return known(identity);
}

base::Result<model::UserId> People::recipient(Connection& db, const model::Identity& to, bool make,
                                              base::TimePoint now) {
  now_ = now;
  if (const auto id = resolve(db, to)) {
    if (of_application_.count(id) != 0) addressed_.insert(id);
    return id;
  }
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

/// What we keep of the application's people follows what it says of them.
void People::follow_application(Connection& db) {
  if (addressed_.empty()) return;
  if (!locked_) lock_directory(db);
  Columns users{kKnownUsers}, old_phones{kOldPhones}, phones{kKnownPhones};
  for (const auto id : addressed_) {
    users.add(id, base::unix_us(now_));
    const auto& phone = of_application_[id];
    if (phone.empty()) continue;
    old_phones.add(phone, id);
    phones.add(phone, id);
  }
  users.flush(db);
  old_phones.flush(db);
  phones.flush(db);
}

void People::flush(Connection& db) {
  follow_application(db);
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
  of_application_.clear();
  addressed_.clear();
  next_id_.reset();
  locked_ = false;
}

}  // namespace herald::store::postgresql
