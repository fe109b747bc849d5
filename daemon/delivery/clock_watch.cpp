#include "delivery/clock_watch.hpp"

#include <optional>

#include "store/store.hpp"

namespace herald::delivery {
namespace {

constexpr base::Duration kLeast = store::Apply::kClockSet;
/// The two clocks are read one after the other; a pause between them would look like a move.
constexpr base::Duration kAtOnce{std::chrono::milliseconds{20}};

std::optional<base::Duration> read(const base::Clock& clock) {
  for (int tries = 0; tries < 3; ++tries) {
    const auto before = clock.mono();
    const auto wall = clock.now();
    if (clock.mono() - before <= kAtOnce)
      return wall.time_since_epoch() - before.time_since_epoch();
  }
  return std::nullopt;
}

}  // namespace

ClockWatch::ClockWatch(const base::Clock& clock)
    : clock_{clock}, offset_{read(clock).value_or(base::offset_of(clock))} {}

base::Duration ClockWatch::look() {
  const auto offset = read(clock_);
  if (!offset) return base::Duration{0};
  const auto moved = *offset - offset_;
  offset_ = *offset;
  return std::chrono::abs(moved) < kLeast ? base::Duration{0} : moved;
}

}  // namespace herald::delivery
