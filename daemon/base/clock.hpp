#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace herald::base {

using Duration = std::chrono::microseconds;
/// Wall clock, microseconds since the Unix epoch: what is stored and shown.
using TimePoint = std::chrono::sys_time<Duration>;
/// Monotonic clock: what in-memory timers use.
using MonoPoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// Where time comes from. Thread-safe. Tests pass one that they move by hand.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const = 0;
  virtual MonoPoint mono() const = 0;
  /// The machine's clocks.
  static const Clock& system();
};

/// Wall minus monotonic clock: another one later tells that the wall clock was set in between.
inline Duration offset_of(const Clock& clock) {
  return clock.now().time_since_epoch() - clock.mono().time_since_epoch();
}

inline int64_t unix_us(TimePoint t) { return t.time_since_epoch().count(); }
inline int64_t unix_ms(TimePoint t) { return unix_us(t) / 1000; }
inline TimePoint from_unix_us(int64_t us) { return TimePoint{Duration{us}}; }
inline TimePoint from_unix_ms(int64_t ms) { return from_unix_us(ms * 1000); }

/// RFC 3339 in UTC with six digits of fraction: 2025-07-14T10:00:00.123456Z.
std::string to_iso8601(TimePoint t);

/// ISO-8601 / RFC 3339: date only, or date and time with optional seconds, fraction, `Z`/`z` or an
/// offset
/// (`+01:00`, `+0100`, `+01`; a `+` that a URL turned into a space is accepted). Without a zone:
/// UTC. Anything else, and years outside 1970-9999: nothing.
std::optional<TimePoint> parse_iso8601(std::string_view text);

/// "1h30m", "250ms", "2m", "1d"; a sum of terms of ms, s, m, h, d. Nothing when malformed or over
/// 10 years.
std::optional<Duration> parse_duration(std::string_view text);
/// The shortest exact form: 90s -> "1m30s", 0 -> "0s".
std::string to_string(Duration d);

}  // namespace herald::base
