#pragma once

#include <optional>
#include <string_view>

#include "model/limits.hpp"

namespace herald::delivery {

/// When the quiet hours end that hold at `now` in that IANA time zone; nothing when none hold. An
/// end that the start of summer time skips is the moment of the change; one that the end of summer
/// time brings twice is the first that still lies ahead. A zone that is not known counts as UTC.
/// Any thread; reads the zone's file when it is met first.
std::optional<base::TimePoint> quiet_until(const model::QuietHours& hours, std::string_view zone,
                                           base::TimePoint now);

}  // namespace herald::delivery
