// query.hpp - parameters of a request, read so that nothing ambiguous gets through.
#pragma once

#include <herald/herald.hpp>

#include <optional>

namespace webchat {

/// A value, or why there is none. With an empty problem a missing value is just absent.
template <class T>
struct Checked {
  std::optional<T> value{};
  std::string problem{};
};

/// Most items one answer carries; also the host's limit.
inline constexpr uint32_t kPage = 500;

/// A query parameter that may be given once; the value borrows from the request. Absent is no
/// problem, but a query of which the host left something out (not UTF-8, too many parameters) is:
/// what is asked for might be in that part.
Checked<std::string_view> single(const herald::Incoming& request, std::string_view name);

/// Nothing, or white space of JSON only.
bool is_blank(std::string_view body);

}  // namespace webchat
