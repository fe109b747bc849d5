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
  /// How often the line went on elsewhere: what was not replicated is missing there.
  uint64_t moves() const { return moves_; }

 private:
  std::mutex mutex_;
  std::string system_;  // empty: not begun
  int64_t timeline_ = 0;
  std::atomic<uint64_t> moves_{0};
};

}  // namespace herald::store::postgresql
