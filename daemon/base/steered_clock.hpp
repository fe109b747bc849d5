#pragma once

#include <atomic>
#include <limits>

#include "base/clock.hpp"

namespace herald::base {

/// The wall clock of another machine, once steered: then it does not matter to what ours is set.
/// Until then it is ours. Any thread.
class SteeredClock final : public Clock {
 public:
  TimePoint now() const override {
    const auto ahead = ahead_.load();
    return ahead == kNot ? system().now() : TimePoint{mono().time_since_epoch() + Duration{ahead}};
  }
  MonoPoint mono() const override { return system().mono(); }

  /// The other clock said `there` when our monotonic one stood between `from` and `to`: believed
  /// where that is not long, and followed where it is further off than can be the reason. The first
  /// is believed always.
  void steer(MonoPoint from, MonoPoint to, TimePoint there) {
    const auto ahead = (there.time_since_epoch() - (from + (to - from) / 2).time_since_epoch());
    const auto before = ahead_.load();
    const bool sure = to - from <= kSure;
    if (before != kNot &&
        (!sure || (ahead - Duration{before} < kFollow && Duration{before} - ahead < kFollow)))
      return;
    ahead_ = ahead.count();
  }

 private:
  static constexpr Duration kSure{100'000}, kFollow{250'000};
  static constexpr int64_t kNot = std::numeric_limits<int64_t>::min();
  std::atomic<int64_t> ahead_{kNot};  // of the monotonic clock
};

}  // namespace herald::base
