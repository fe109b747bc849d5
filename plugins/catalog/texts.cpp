#include "texts.hpp"

#include <array>
#include <cmath>
#include <cstdio>

namespace catalog {
namespace {

bool is_alnum(unsigned char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c >= 0x80;
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The base letters of U+00E0 to U+00FF; those without one stay as they are.
constexpr std::string_view kBase = "aaaaaa.ceeeeiiii.nooooo..uuuuy.y";

std::string grouped(std::string digits) {
  const std::size_t first = digits.front() == '-' ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3;) {
    at -= 3;
    digits.insert(at, 1, ' ');
  }
  return digits;
}

// A line that begins with this would become a heading, a list, a quote or a rule. `rest` is what
// follows the white space at the start of a line; the answer is the offset of the character that
// must be escaped, or npos.
std::size_t block_mark(std::string_view rest) {
  if (rest.empty()) return std::string_view::npos;
  const auto ends = [&](std::size_t at) {
    return at >= rest.size() || rest[at] == ' ' || rest[at] == '\t' || rest[at] == '\n';
  };
  const char c = rest[0];
  if (c == '#' || c == '>' || c == '=') return 0;
  if (c == '-' && (ends(1) || rest[1] == '-')) return 0;
  if (c == '+' && ends(1)) return 0;
  std::size_t n = 0;
  while (n < rest.size() && n < 9 && is_digit(rest[n])) ++n;
  if (n > 0 && n < rest.size() && (rest[n] == '.' || rest[n] == ')') && ends(n + 1)) return n;
  return std::string_view::npos;
}

}  // namespace

std::string fold(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
    if (c == ' ' || c == '_' || c == '-' || c == '\t' || c == '\n' || (c == 0xC2 && next == 0xA0)) {
      if (c == 0xC2) ++i;
      if (!out.empty() && out.back() != ' ') out += ' ';
    } else if (c >= 'A' && c <= 'Z') {
      out += static_cast<char>(c + 32);
    } else if (c == 0xC3 && next >= 0x80 && next <= 0xBF) {
      const auto lower = next | 0x20U;
      const char base = next == 0x9F ? '.' : kBase[lower - 0xA0];  // U+00DF is no y
      if (base != '.') {
        out += base;
      } else {
        out += static_cast<char>(c);
        out += static_cast<char>(next == 0x97 || next == 0x9F ? next : lower);
      }
      ++i;
    } else if ((c == 0xCC && next >= 0x80) || (c == 0xCD && next <= 0xAF && next >= 0x80)) {
      ++i;  // a combining accent
    } else {
      out += text[i];
    }
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::string capitalized(std::string text) {
  if (text.empty()) return text;
  if (text[0] >= 'a' && text[0] <= 'z') {
    text[0] = static_cast<char>(text[0] - 32);
  } else if (text.size() > 1 && text[0] == '\xC3') {
    const auto second = static_cast<unsigned char>(text[1]);
    if (second >= 0xA0 && second <= 0xBE && second != 0xB7)
      text[1] = static_cast<char>(second - 0x20);
  }
  return text;
}

std::string thousands(int64_t number) { return grouped(std::to_string(number)); }
std::string thousands(uint64_t number) { return grouped(std::to_string(number)); }

std::string decimal(double number, int decimals) {
  std::array<char, 400> buffer{};
  const auto size = std::snprintf(buffer.data(), buffer.size(), "%.*f", decimals, number);
  std::string out(buffer.data(), static_cast<std::size_t>(size));
  if (out.find('.') != std::string::npos) {
    while (out.back() == '0') out.pop_back();
    if (out.back() == '.') out.pop_back();
  }
  return out == "-0" ? "0" : out;
}

std::string clean(std::string_view text, bool one_line) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '\r') {
      if (i + 1 < text.size() && text[i + 1] == '\n') continue;
      c = '\n';
    }
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7F) continue;
    if (one_line && (c == '\n' || c == '\t')) {
      while (!out.empty() && out.back() == ' ') out.pop_back();
      while (i + 1 < text.size() &&
             std::string_view{" \t\r\n"}.find(text[i + 1]) != std::string_view::npos)
        ++i;
      c = ' ';
    }
    out += c;
  }
  return out;
}

std::string escape_markdown(const std::string& text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  std::size_t must = std::string::npos;  // a character that is only special where it stands
  bool starts = true;                    // a line
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (starts) {
      // Four spaces make a block of code.
      std::size_t spaces = 0;
      while (i < text.size() && (text[i] == ' ' || text[i] == '\t')) ++i, ++spaces;
      out.append(spaces < 3 ? spaces : 3, ' ');
      if (i >= text.size()) break;
      const auto mark = block_mark(std::string_view{text}.substr(i));
      must = mark == std::string_view::npos ? std::string::npos : i + mark;
      starts = false;
    }
    const char c = text[i];
    const auto before = i > 0 ? static_cast<unsigned char>(text[i - 1]) : 0;
    const auto after = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
    bool special = i == must;
    switch (c) {
      case '\\':
      case '*':
      case '`':
      case '[':
      case ']':
      case '<':
      case '~':
        special = true;
        break;
      case '_':
        special = special || !(is_alnum(before) && is_alnum(after));
        break;
      case '&':
        special = special || after == '#' || (is_alnum(after) && after < 0x80);
        break;
      case '\n':
        starts = true;
        break;
      default:
        break;
    }
    if (special) out += '\\';
    out += c;
  }
  return out;
}

bool is_text(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == 0) return false;
    const std::size_t n = c < 0x80                 ? 1
                          : c >= 0xC2 && c <= 0xDF ? 2
                          : (c >> 4) == 0xE        ? 3
                          : c >= 0xF0 && c <= 0xF4 ? 4
                                                   : 0;
    if (n == 0 || i + n > text.size()) return false;
    for (std::size_t k = 1; k < n; ++k)
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return false;
    if (n > 2) {
      const auto second = static_cast<unsigned char>(text[i + 1]);
      if ((c == 0xE0 && second < 0xA0) || (c == 0xED && second > 0x9F) ||
          (c == 0xF0 && second < 0x90) || (c == 0xF4 && second > 0x8F))
        return false;
    }
    i += n;
  }
  return true;
}

std::string_view cut(std::string_view text, std::size_t bytes) noexcept {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

}  // namespace catalog
