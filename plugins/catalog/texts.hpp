// texts.hpp - small pure functions on UTF-8 texts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace catalog {

/// For comparing names people write: ASCII and Latin-1 letters in lower case without accents, runs
/// of spaces, `_` and `-` as one space, none at the ends. "Assignée " -> "assignee".
std::string fold(std::string_view text);

/// The first letter in upper case (ASCII and Latin-1): "normal" -> "Normal", "élevée" -> "Élevée".
std::string capitalized(std::string text);

/// ASCII space between groups of three digits: 10000 -> "10 000".
std::string thousands(int64_t number);
std::string thousands(uint64_t number);

/// At most `decimals` digits after the point, none that is a trailing zero: 4.5 -> "4.5", 5 -> "5".
std::string decimal(double number, int decimals);

/// Without control bytes other than line feed and tab; CR LF and CR become LF. On one line: every
/// run of white space that holds a line feed or a tab becomes one space.
std::string clean(std::string_view text, bool one_line);

/// So that a CommonMark or WhatsApp reader sees exactly `text`, wherever in a line it is inserted:
/// no emphasis, code, link, image, HTML, entity, heading, list, quote or rule comes out of it.
std::string escape_markdown(const std::string& text);

/// Well-formed UTF-8 (Unicode 15, table 3-7) without NUL.
bool is_text(std::string_view text) noexcept;

/// The longest prefix of at most `bytes` that ends between two characters.
std::string_view cut(std::string_view text, std::size_t bytes) noexcept;

}  // namespace catalog
