#include "store/postgresql/keys.hpp"

namespace herald::store::postgresql {
namespace {

const Sql kFindIdempotency{
    "SELECT k.producer, k.key, k.id, k.digest FROM unnest($1::text[], $2::text[]) AS w(producer, "
    "key) JOIN idempotency k ON k.producer = w.producer AND k.key = w.key WHERE k.expires > $3"};
const Sql kFindDedupe{"SELECT key, id FROM dedupe WHERE key = ANY($1::text[]) AND expires > $2"};
// An error of the server when one is in the way, for COMMIT is on its way already. Most expired
// ones are purged by then.
const Sql kPutIdempotency{
    "INSERT INTO idempotency(producer, key, id, digest, expires) SELECT *, $5 FROM "
    "unnest($1::text[], $2::text[], $3::text[], $4::text[])"};
const Sql kPutDedupe{
    "INSERT INTO dedupe(key, id, expires) SELECT *, $3 FROM unnest($1::text[], $2::text[])"};
const Sql kDropIdempotency{
    "DELETE FROM idempotency k USING unnest($1::text[], $2::text[]) AS w(producer, key) WHERE "
    "k.producer = w.producer AND k.key = w.key AND k.expires <= $3"};
const Sql kDropDedupe{"DELETE FROM dedupe WHERE key = ANY($1::text[]) AND expires <= $2"};
// By their places: whatever is expected of the tables' sizes, nothing else is looked at.
const Sql kPurgeIdempotency{
    "DELETE FROM idempotency WHERE ctid = ANY(ARRAY(SELECT ctid FROM idempotency WHERE expires <= "
    "$1 ORDER BY expires LIMIT $2))"};
const Sql kPurgeDedupe{
    "DELETE FROM dedupe WHERE ctid = ANY(ARRAY(SELECT ctid FROM dedupe WHERE expires <= $1 ORDER "
    "BY expires LIMIT $2))"};
const Sql kPurgeParked{
    "DELETE FROM parked_receipts WHERE ctid = ANY(ARRAY(SELECT ctid FROM parked_receipts WHERE "
    "expires <= $1 ORDER BY expires LIMIT $2))"};

constexpr int64_t kPurgedAtOnce = 256;  // rows of a table

}  // namespace

std::optional<KnownKey> find_idempotency(Connection& db, std::string_view producer,
                                         std::string_view key, base::TimePoint now) {
  Array producers, keys;
  producers.add(producer);
  keys.add(key);
  const auto rows = db.use(kFindIdempotency, producers, keys, base::unix_us(now));
  if (rows.empty()) return std::nullopt;
  return KnownKey{rows[0].string(2), rows[0].string(3)};
}

std::optional<KnownKey> find_dedupe(Connection& db, std::string_view key, base::TimePoint now) {
  Array keys;
  keys.add(key);
  const auto rows = db.use(kFindDedupe, keys, base::unix_us(now));
  if (rows.empty()) return std::nullopt;
  return KnownKey{rows[0].string(1), {}};
}

void Keys::load_idempotency(Connection& db, const Producers& wanted, base::TimePoint now) {
  if (wanted.empty()) return;
  Array producers, keys;
  for (const auto& [producer, key] : wanted) {
    producers.add(producer);
    keys.add(key);
    idempotency_[{producer, key}];
  }
  const auto keep = [this](const Rows& rows) {
    for (const auto row : rows)
      idempotency_[{row.string(0), row.string(1)}] = KnownKey{row.string(2), row.string(3)};
  };
  if (clashed_) db.ahead(kDropIdempotency, {}, producers, keys, base::unix_us(now));
  db.ahead(kFindIdempotency, keep, producers, keys, base::unix_us(now));
}

void Keys::load_dedupe(Connection& db, const std::vector<std::string>& wanted,
                       base::TimePoint now) {
  if (wanted.empty()) return;
  Array keys;
  for (const auto& key : wanted) {
    keys.add(key);
    dedupe_[key];
  }
  const auto keep = [this](const Rows& rows) {
    for (const auto row : rows) dedupe_[row.string(0)] = KnownKey{row.string(1), {}};
  };
  if (clashed_) db.ahead(kDropDedupe, {}, keys, base::unix_us(now));
  db.ahead(kFindDedupe, keep, keys, base::unix_us(now));
}

const KnownKey* Keys::idempotency(const std::string& producer, const std::string& key) const {
  const auto found = idempotency_.find({producer, key});
  return found == idempotency_.end() || !found->second ? nullptr : &*found->second;
}

const KnownKey* Keys::dedupe(const std::string& key) const {
  const auto found = dedupe_.find(key);
  return found == dedupe_.end() || !found->second ? nullptr : &*found->second;
}

void Keys::remember_idempotency(const std::string& producer, const std::string& key,
                                KnownKey known) {
  idempotency_[{producer, key}] = std::move(known);
  new_idempotency_.insert({producer, key});
}

void Keys::remember_dedupe(const std::string& key, const std::string& id) {
  dedupe_[key] = KnownKey{id, {}};
  new_dedupe_.insert(key);
}

void Keys::flush(Connection& db, base::TimePoint now) {
  const auto expires = base::unix_us(now + kKeyLife);
  Columns idempotency{kPutIdempotency};
  for (const auto& key : new_idempotency_) {
    const auto& known = *idempotency_[key];
    idempotency.add(key.first, key.second, known.id, known.digest);
  }
  Columns dedupe{kPutDedupe};
  for (const auto& key : new_dedupe_) dedupe.add(key, dedupe_[key]->id);
  idempotency.flush(db, expires);
  dedupe.flush(db, expires);
  forget();
}

void Keys::forget() {
  idempotency_.clear();
  dedupe_.clear();
  new_idempotency_.clear();
  new_dedupe_.clear();
}

bool purge_keys(Connection& db, base::TimePoint now) {
  bool more = false;
  for (const auto* sql : {&kPurgeIdempotency, &kPurgeDedupe, &kPurgeParked})
    more |= db.run(*sql, base::unix_us(now), kPurgedAtOnce) == kPurgedAtOnce;
  return more;
}

}  // namespace herald::store::postgresql
