#include "store/sqlite/write_state.hpp"

#include <sqlite3.h>

#include <algorithm>

#include "base/faults.hpp"
#include "store/sqlite/journal.hpp"
#include "store/sqlite/keys.hpp"
#include "store/sqlite/retention.hpp"

namespace herald::store::sqlite {
namespace {

const Sql kBegin{"BEGIN IMMEDIATE"};
const Sql kCommit{"COMMIT"};
const Sql kRollback{"ROLLBACK"};

// A row of no instance: whatever is left of it after a failure has expired.
const Sql kProbe{
    "INSERT OR REPLACE INTO kv(instance, key, value, version, expires)"
    " VALUES ('', 'probe', zeroblob(65536), 1, 1)"};
const Sql kProbed{"DELETE FROM kv WHERE instance = '' AND key = 'probe'"};

constexpr int64_t kPage = 4096;
/// Pages in the log from which it is copied into the file: 4 MiB. Every request waits meanwhile: a
/// longer log costs less time in all, and more at a time (docs/explanation/performance.md).
constexpr int kLogPages = 1024;
/// From here on the writer waits for readers, so that the log begins anew: 64 MiB.
constexpr int kTooManyLogPages = 16 * 1024;

}  // namespace

WriteState::WriteState(const std::string& path, const Settings& s, const Decide& d,
                       const base::Clock& c)
    : db(path, Connection::Mode::write), settings(s), decide(d), clock(c) {}

void WriteState::begin() {
  limit_size();
  db.run(kBegin);
}

/// As long as there is something to delete, a little of it goes with every commit.
void WriteState::clean_up() {
  if (const auto now = clock.now(); now >= next_purge_) {
    const auto expired = purge_keys(db, now);
    const auto gone = expired + prune_journal(db, settings.journal.load(std::memory_order_relaxed));
    keys_clean_ = expired == 0;
    if (gone == 0) next_purge_ = now + std::chrono::seconds{1};
  }
  // No key shall lead to what is not there.
  if (!keys_clean_) return;
  const auto turn = retention.begin(clock, settings.keep_ended.load(std::memory_order_relaxed));
  if (turn) retention.end(clock, forget_ended(*this, *turn));
}

void WriteState::commit() {
  clean_up();
  counters.flush(db);
  HERALD_POINT("store.counters_flushed");
  db.run(kCommit);
  counters.committed();
  cache.committed();
  retention.committed();
}

void WriteState::rollback() {
  counters.rolled_back();
  retention.rolled_back();
  cache.rolled_back();
  chains.forget();
  // Some errors (disk full, I/O) have ended the transaction already.
  if (sqlite3_get_autocommit(db.handle()) == 0) db.run(kRollback);
}

void WriteState::probe() {
  begin();
  db.run(kProbe);
  commit();
  begin();
  db.run(kProbed);
  commit();
}

void WriteState::checkpoint(bool all) {
  if (!all && db.wal_pages() < kLogPages) return;
  const int mode = all                                 ? SQLITE_CHECKPOINT_TRUNCATE
                   : db.wal_pages() < kTooManyLogPages ? SQLITE_CHECKPOINT_PASSIVE
                                                       : SQLITE_CHECKPOINT_RESTART;
  HERALD_POINT("store.before_checkpoint");
  int in_log = 0;
  int copied = 0;
  const int rc = sqlite3_wal_checkpoint_v2(db.handle(), nullptr, mode, &in_log, &copied);
  if (rc != SQLITE_OK && (rc & 0xff) != SQLITE_BUSY)
    throw SqlError{rc, sqlite3_errmsg(db.handle())};
  HERALD_POINT("store.after_checkpoint");
  // Not again with every commit while a reader holds the log's end.
  db.set_wal_pages(copied >= in_log ? 0 : db.wal_pages() - kLogPages);
}

base::Result<StoredNotification*> WriteState::find(std::string_view id) {
  if (auto* found = cache.find(id)) return found;
  auto loaded = load(db, chains, id);
  if (!loaded) return loaded.error();
  return &cache.put(std::move(*loaded));
}

void WriteState::limit_size() {
  const auto limit = settings.max_bytes.load(std::memory_order_relaxed);
  if (limit == size_limit_) return;
  // 0xfffffffe is SQLite's own limit; below the present size it means the present size.
  const auto pages =
      limit == 0 ? int64_t{0xfffffffe} : std::max<int64_t>(1, static_cast<int64_t>(limit / kPage));
  db.ask(("PRAGMA max_page_count=" + std::to_string(pages)).c_str());
  size_limit_ = limit;
}

}  // namespace herald::store::sqlite
