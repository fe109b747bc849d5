#include "store/sqlite/kv.hpp"

namespace herald::store::sqlite {
namespace {

const Sql kGet{
    "SELECT value, version FROM kv WHERE instance = ?1 AND key = ?2 AND (expires = 0 OR expires > "
    "?3)"};
const Sql kStoredVersion{"SELECT version FROM kv WHERE instance = ? AND key = ?"};
const Sql kPut{
    "INSERT INTO kv(instance, key, value, version, expires) VALUES (?1, ?2, ?3, ?4, ?5)"
    " ON CONFLICT(instance, key) DO UPDATE SET value = ?3, version = ?4, expires = ?5"};
const Sql kRemove{"DELETE FROM kv WHERE instance = ? AND key = ?"};

}  // namespace

KvEntry kv_get(Connection& db, std::string_view instance, std::string_view key,
               model::TimePoint now) {
  auto row = db.use(kGet, instance, key, base::unix_us(now));
  if (!row.step()) return {};
  return {row.string(0), static_cast<uint64_t>(row.integer(1))};
}

base::Result<uint64_t> kv_put(WriteState& state, const std::string& instance,
                              const std::string& key, const std::string& value,
                              model::TimePoint expires, uint64_t if_version) {
  auto& db = state.db;
  const auto present = kv_get(db, instance, key, state.clock.now()).version;
  if (if_version != KvStore::kAnyVersion && if_version != present)
    return base::fail(base::Code::conflict,
                      "the value has version " + std::to_string(present) + ", not " +
                          std::to_string(if_version) + "; read it again",
                      "if_version");
  int64_t stored = 0;
  // An expired value still counts on, so that a version never comes twice while its row is there.
  if (auto row = db.use(kStoredVersion, instance, key); row.step()) stored = row.integer(0);
  db.run(kPut, instance, key, Blob{value}, stored + 1, base::unix_us(expires));
  return static_cast<uint64_t>(stored + 1);
}

base::Result<Nothing> kv_remove(WriteState& state, const std::string& instance,
                                const std::string& key) {
  state.db.run(kRemove, instance, key);
  return Nothing{};
}

}  // namespace herald::store::sqlite
