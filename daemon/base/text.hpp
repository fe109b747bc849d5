#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace herald::base {

/// Well-formed UTF-8 by Unicode 15 table 3-7: no overlong forms, no surrogates, nothing above
/// U+10FFFF.
bool is_utf8(std::string_view text) noexcept;

/// Number of code points of well-formed UTF-8.
std::size_t code_points(std::string_view text) noexcept;

/// A phone number fit for logs: `+237691924173` -> `2376•••••173`. Short texts become `•••`.
std::string mask_phone(std::string_view phone);

/// `<`, `>` and `&` replaced, so that the text can be put into an HTML element's content.
std::string escape_html(std::string_view text);

/// Control bytes, DEL, U+2028/2029 and invalid UTF-8 as \xNN or \u{...}, so that one event stays
/// one log line.
std::string escape_control(std::string_view text);

/// The candidate with the smallest edit distance to `word` when it is close enough to be a typing
/// error.
std::optional<std::string_view> did_you_mean(std::string_view word,
                                             std::span<const std::string_view> candidates);

std::string_view trim(std::string_view text) noexcept;
std::vector<std::string_view> split(std::string_view text, char separator);

}  // namespace herald::base
