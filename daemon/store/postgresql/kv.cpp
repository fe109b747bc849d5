#include "store/postgresql/kv.hpp"

namespace herald::store::postgresql {
namespace {

const Sql kGet{
    "SELECT value, version FROM kv WHERE instance = $1 AND key = $2 AND (expires = 0 OR expires > "
    "$3)"};
const Sql kStored{"SELECT version, expires FROM kv WHERE instance = $1 AND key = $2 FOR UPDATE"};
// Where another node wrote between the look and this, nothing is returned.
const Sql kPut{
    "INSERT INTO kv(instance, key, value, version, expires) VALUES ($1, $2, $3, $4, $5) ON "
    "CONFLICT(instance, key) DO UPDATE SET value = excluded.value, version = excluded.version, "
    "expires = excluded.expires WHERE kv.version = excluded.version - 1"};
const Sql kRemove{"DELETE FROM kv WHERE instance = $1 AND key = $2"};

}  // namespace

KvEntry kv_get(Connection& db, std::string_view instance, std::string_view key,
               model::TimePoint now) {
  const auto rows = db.use(kGet, instance, key, base::unix_us(now));
  if (rows.empty()) return {};
  return {rows[0].bytes(0), static_cast<uint64_t>(rows[0].integer(1))};
}

base::Result<uint64_t> kv_put(WriteState& state, const std::string& instance,
                              const std::string& key, const std::string& value,
                              model::TimePoint expires, uint64_t if_version) {
  auto& db = state.db;
  int64_t stored = 0;
  bool expired = false;
  if (const auto rows = db.use(kStored, instance, key); !rows.empty()) {
    stored = rows[0].integer(0);
    expired = rows[0].integer(1) != 0 && rows[0].integer(1) <= base::unix_us(state.clock.now());
  }
  const auto present = expired ? 0 : static_cast<uint64_t>(stored);
  if (if_version != KvStore::kAnyVersion && if_version != present)
    return base::fail(base::Code::conflict,
                      "the value has version " + std::to_string(present) + ", not " +
                          std::to_string(if_version) + "; read it again",
                      "if_version");
  // An expired value still counts on, so that a version never comes twice while its row is there.
  if (db.run(kPut, instance, key, Blob{value}, stored + 1, base::unix_us(expires)) == 0)
    throw SqlError{SqlError::Kind::again, "23505", "another wrote the value meanwhile"};
  return static_cast<uint64_t>(stored + 1);
}

base::Result<Nothing> kv_remove(WriteState& state, const std::string& instance,
                                const std::string& key) {
  state.db.run(kRemove, instance, key);
  return Nothing{};
}

}  // namespace herald::store::postgresql
