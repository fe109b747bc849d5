#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>

namespace herald::store::postgresql {

class Connection;

/// The line of history that this process keeps its data on: which database system, and which of its
/// timelines, a number that rises with every promotion. A primary that comes back after its standby
/// was promoted takes writes too, but on an earlier timeline, where nothing of what was
/// acknowledged since then is. Any thread.
class Lineage {
 public:
  /// Whether this server is on the line, which then goes on there. A standby never is; the first
  /// primary that is asked begins the line. Throws SqlError.
  bool goes_on(Connection& db);
  /// The newest timeline that was seen; rises with every promotion. 0: not begun.
  uint64_t timeline() const { return static_cast<uint64_t>(timeline_.load()); }

 private:
  std::mutex mutex_;
  std::string system_;                 // empty: not begun
  std::atomic<int64_t> timeline_ = 0;  // written under the mutex
};

}  // namespace herald::store::postgresql
