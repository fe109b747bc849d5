#include "store/sqlite/keys.hpp"

namespace herald::store::sqlite {
namespace {

const Sql kFindIdempotency{
    "SELECT id, digest FROM idempotency WHERE producer = ? AND key = ? AND expires > ?"};
const Sql kFindDedupe{"SELECT id FROM dedupe WHERE key = ? AND expires > ?"};
// Only an expired row can be in the way; the new one must get the highest rowid again.
const Sql kPutIdempotency{
    "INSERT OR REPLACE INTO idempotency(producer, key, id, digest, expires) VALUES (?, ?, ?, ?, "
    "?)"};
const Sql kPutDedupe{"INSERT OR REPLACE INTO dedupe(key, id, expires) VALUES (?, ?, ?)"};

// min(rowid) is one step to the left end of the table; the oldest keys lie there.
const Sql kPurgeIdempotency{
    "DELETE FROM idempotency WHERE rowid < (SELECT min(rowid) + 256 FROM idempotency) AND expires "
    "<= ?"};
const Sql kPurgeDedupe{
    "DELETE FROM dedupe WHERE rowid < (SELECT min(rowid) + 256 FROM dedupe) AND expires <= ?"};
const Sql kPurgeParked{
    "DELETE FROM parked_receipts WHERE rowid < (SELECT min(rowid) + 256 FROM parked_receipts) AND "
    "expires <= ?"};

}  // namespace

std::optional<KnownKey> find_idempotency(Connection& db, std::string_view producer,
                                         std::string_view key, base::TimePoint now) {
  auto row = db.use(kFindIdempotency, producer, key, base::unix_us(now));
  if (!row.step()) return std::nullopt;
  return KnownKey{row.string(0), row.string(1)};
}

std::optional<KnownKey> find_dedupe(Connection& db, std::string_view key, base::TimePoint now) {
  auto row = db.use(kFindDedupe, key, base::unix_us(now));
  if (!row.step()) return std::nullopt;
  return KnownKey{row.string(0), {}};
}

void remember_idempotency(Connection& db, std::string_view producer, std::string_view key,
                          std::string_view id, std::string_view digest, base::TimePoint now) {
  db.run(kPutIdempotency, producer, key, id, digest, base::unix_us(now + kKeyLife));
}

void remember_dedupe(Connection& db, std::string_view key, std::string_view id,
                     base::TimePoint now) {
  db.run(kPutDedupe, key, id, base::unix_us(now + kKeyLife));
}

int64_t purge_keys(Connection& db, base::TimePoint now) {
  int64_t deleted = 0;
  for (const auto* sql : {&kPurgeIdempotency, &kPurgeDedupe, &kPurgeParked})
    deleted += db.run(*sql, base::unix_us(now));
  return deleted;
}

}  // namespace herald::store::sqlite
