// text.hpp - lengths, cuts and masks of texts; UTF-8 in, UTF-8 out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace whatsapp {

/// Most characters of one template parameter and of a header.
constexpr std::size_t kMaxParameter = 1024, kMaxHeader = 60;

/// One code point and the bytes it takes; bytes that are no UTF-8 count as U+FFFD, one each.
struct Code {
  char32_t value = 0;
  std::size_t size = 0;
};
Code code_at(std::string_view text, std::size_t at) noexcept;
/// The code point that ends before `at`.
Code code_before(std::string_view text, std::size_t at) noexcept;
void append_code(std::string& out, char32_t code);

/// In characters as the providers count them at worst: no one of them says whether theirs are code
/// points or UTF-16 units, so an emoji counts as the two units it has. Never less than code points.
std::size_t length(std::string_view text) noexcept;

/// At most that long; what is longer ends in "…" and is never cut inside a character as people see
/// it (accents, emoji with modifiers, flags).
std::string cut(std::string_view text, std::size_t most);

/// A template parameter: every run of white space is one space, none at the ends, never empty
/// ("-").
std::string parameter(std::string_view text, std::size_t most = kMaxParameter);

/// A word as people type it in a hurry: no white space or punctuation around it, ASCII letters
/// small.
std::string bare_word(std::string_view text);

/// Numbers long enough for a telephone become "2376•••••173", words long enough for a token "•••".
std::string masked(std::string_view text);
/// At most that many bytes, cut at a code point.
std::string shortened(std::string text, std::size_t bytes);

/// Letters and digits of any script, as far as WhatsApp's markers care.
bool is_word(char32_t code) noexcept;
bool is_space(char32_t code) noexcept;

}  // namespace whatsapp
