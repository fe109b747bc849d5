#pragma once

#include "store/retention.hpp"
#include "store/settings.hpp"
#include "store/sqlite/counters.hpp"
#include "store/sqlite/notification_cache.hpp"
#include "store/store.hpp"

namespace herald::store::sqlite {

/// What a write request works on: the writing connection and what the writer remembers of the file.
/// Writer thread.
class WriteState {
 public:
  WriteState(const std::string& path, const Settings& settings, const Decide& decide,
             const base::Clock& clock);

  Connection db;
  const Settings& settings;
  const Decide& decide;
  const base::Clock& clock;
  ChainCache chains;
  NotificationCache cache;
  Counters counters;
  Retention retention;

  void begin();
  /// Throws SqlError; whether it is durable is then not known.
  void commit();
  void rollback();
  /// Writes and syncs as much as a large notification needs, and removes it again. Throws SqlError.
  void probe();
  /// Copies the log into the file when it has grown; between transactions. `all`: everything, and
  /// empties the log.
  void checkpoint(bool all);

  /// From memory or the file; valid until the next call.
  base::Result<StoredNotification*> find(std::string_view id);

 private:
  void limit_size();
  void clean_up();

  model::TimePoint next_purge_{};
  bool keys_clean_ = false;  ///< none is kept beyond its time
  uint64_t size_limit_ = 0;
};

}  // namespace herald::store::sqlite
