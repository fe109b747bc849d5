// last_check.hpp - the time a polling client last asked, in the forms that clients send.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace webchat {

/// Microseconds since 1970 of an ISO 8601 date (midnight UTC) or date and time with Z or an offset:
///   2025-07-14   2025-07-14T10:00Z   2025-07-14T10:00:00.123456Z   2025-07-14T11:00:00+01:00
/// T and Z in either case; a fraction of up to 18 digits, cut to microseconds; an offset as +hh,
/// +hhmm or +hh:mm, whose plus may have become a space on its way through a query. Anything else,
/// a time without a zone too, is nothing: guessing would lose or repeat items.
std::optional<int64_t> parse_last_check(std::string_view text);

}  // namespace webchat
