#pragma once

#include "base/clock.hpp"

namespace herald::delivery {

/// Tells when the wall clock was set, by comparing it with the monotonic one. A clock that is
/// slewed (NTP: at most 0.5 ms a second) is followed without a word. Not thread-safe.
class ClockWatch {
 public:
  explicit ClockWatch(const base::Clock& clock);

  /// How far the wall clock was set since the last look; 0 when it was not, or by less than a
  /// quarter of a second.
  base::Duration look();

  /// Wall clock minus monotonic clock, as of the last look: differs between two runs of the daemon
  /// on one run of the machine only when the clock was set.
  base::Duration offset() const { return offset_; }

 private:
  const base::Clock& clock_;
  base::Duration offset_;
};

}  // namespace herald::delivery
