#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace herald::ctl {

/// A time that a person typed: "+10m" from `now`, or ISO-8601, which without a zone is local time.
/// Nothing: neither.
std::optional<base::TimePoint> parse_time(std::string_view typed, base::TimePoint now);

/// The beginning of a stretch up to now: "2h" ago, or a time as above.
std::optional<base::TimePoint> parse_since(std::string_view typed, base::TimePoint now);

/// Local time to the second: "2025-07-14 11:00:00". The text itself when it is no time, "" when
/// empty.
std::string local_time(std::string_view iso8601);

/// "3m12s ago", "in 2h5m", "now"; "" when it is no time.
std::string relative(std::string_view iso8601, base::TimePoint now);

/// The two largest units: "3h12m", "450ms".
std::string short_duration(base::Duration d);

/// From one time to another: "1.2s"; "" when either is no time.
std::string between(std::string_view from, std::string_view to);

}  // namespace herald::ctl
