#pragma once

#include <cstdint>
#include <mutex>

#include "base/clock.hpp"

namespace herald::plugin {

/// Lets `limit` lines through per second of monotonic time and counts the rest. Any thread.
class LogGate {
 public:
  explicit LogGate(unsigned limit) : limit_{limit} {}
  struct Verdict {
    bool pass = false;
    uint64_t suppressed = 0;  ///< lines of the second before that were not written: say so now
    bool first = false;       ///< the first line suppressed in this second
  };
  Verdict ask(base::MonoPoint now) {
    const std::lock_guard lock{mutex_};
    Verdict v;
    if (!begun_ || now - start_ >= std::chrono::seconds{1}) {
      begun_ = true;
      start_ = now;
      passed_ = 0;
      v.suppressed = take();
    }
    v.pass = passed_ < limit_;
    if (v.pass)
      ++passed_;
    else
      v.first = ++suppressed_ == 1;
    return v;
  }
  /// How many are not yet told of; forgets them.
  uint64_t flush() {
    const std::lock_guard lock{mutex_};
    return take();
  }

 private:
  uint64_t take() {
    const auto n = suppressed_;
    suppressed_ = 0;
    return n;
  }
  std::mutex mutex_;
  unsigned limit_;
  bool begun_ = false;
  base::MonoPoint start_{};
  unsigned passed_ = 0;
  uint64_t suppressed_ = 0;
};

}  // namespace herald::plugin
