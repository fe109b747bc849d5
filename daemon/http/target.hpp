#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace herald::http {

/// `%41` -> `A`. Nothing when an escape is malformed. `plus`: `+` means a space, as in query
/// strings.
std::optional<std::string> percent_decode(std::string_view text, bool plus = false);

/// Of a path, of a request or a route.
inline constexpr std::size_t kMaxSegments = 32;

/// The segments of an absolute path, each decoded. Code::invalid for a malformed escape, a dot
/// segment, a control byte or invalid UTF-8 in a decoded segment, and more than kMaxSegments.
base::Result<std::vector<std::string>> split_path(std::string_view path);

/// The parameters of a query string in their order. Code::invalid for a malformed escape, NUL or
/// invalid UTF-8.
base::Result<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query);

}  // namespace herald::http
