#include "truth.hpp"

#include <algorithm>

namespace herald::simulator {

using namespace std::chrono_literals;
using base::Duration;
using base::MonoPoint;

namespace {

/// Every notification has followed the clock: a daemon lived through it, or began after it, and did
/// not die before it was done.
bool surely_followed(const ClockSet& set, const std::vector<Life>& lives) {
  const auto life =
      std::find_if(lives.begin(), lives.end(), [&](const Life& l) { return l.died > set.at; });
  if (life == lives.end() || life->ready == MonoPoint::max()) return false;
  // What is less than the clocks of two lives may drift apart is not noticed.
  if (life->born > set.at && std::chrono::abs(set.by) < 10s) return false;
  return life->died - std::max(life->ready, set.at) > 60s;
}

}  // namespace

bool Truth::a_day_passed() const {
  Duration offset{0};
  Duration least{0};
  for (const auto& set : clock_set) {
    offset += set.by;
    least = std::min(least, offset);
    // The rest is the time that really went by.
    if (offset - least > 22h) return true;
  }
  return false;
}

MonoPoint Truth::ready_before(MonoPoint at) const {
  auto ready = MonoPoint::max();
  for (const auto& life : lives)
    if (life.born <= at) ready = life.ready;
  return ready;
}

std::pair<Duration, Duration> Truth::not_followed(MonoPoint from, MonoPoint to) const {
  Duration forward{0};
  Duration backward{0};
  for (const auto& set : clock_set)
    if (set.at >= from && set.at <= to && !surely_followed(set, lives))
      (set.by.count() > 0 ? forward : backward) += set.by;
  return {forward, -backward};
}

}  // namespace herald::simulator
