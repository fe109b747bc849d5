#include "text/text.hpp"

#include <algorithm>

namespace whatsapp {
namespace {

constexpr char32_t kBroken = 0xFFFD, kJoiner = 0x200D;
// Farther back than any character people use; stacked accents beyond it may be cut apart.
constexpr int kLongestCharacter = 64;

struct Range {
  char32_t first, last;
};
constexpr bool within(char32_t c, const Range* begin, const Range* end) noexcept {
  for (const auto* r = begin; r != end; ++r)
    if (c >= r->first && c <= r->last) return true;
  return false;
}

// Unicode Standard Annex 29: what continues the character before it, for the scripts in use here.
constexpr Range kExtenders[] = {
    {0x0300, 0x036F},   {0x0483, 0x0489},   {0x0591, 0x05BD},  {0x0610, 0x061A}, {0x064B, 0x065F},
    {0x0670, 0x0670},   {0x06D6, 0x06ED},   {0x0900, 0x0903},  {0x093A, 0x094F}, {0x0E31, 0x0E3A},
    {0x0E47, 0x0E4E},   {0x135D, 0x135F},   {0x1AB0, 0x1AFF},  {0x1DC0, 0x1DFF}, {0x200C, 0x200D},
    {0x20D0, 0x20FF},   {0x302A, 0x302F},   {0x3099, 0x309A},  {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
    {0x1F3FB, 0x1F3FF}, {0xE0020, 0xE007F}, {0xE0100, 0xE01EF}};

bool extends(char32_t c) noexcept { return within(c, kExtenders, std::end(kExtenders)); }
bool is_flag_half(char32_t c) noexcept { return c >= 0x1F1E6 && c <= 0x1F1FF; }

/// May the text be cut before the code point at `at`?
bool boundary(std::string_view text, std::size_t at) noexcept {
  const auto next = code_at(text, at).value;
  const auto before = code_before(text, at).value;
  if (extends(next) || before == kJoiner || (before == '\r' && next == '\n')) return false;
  if (!is_flag_half(next) || !is_flag_half(before)) return true;
  int halves = 0;
  for (auto i = at; i > 0 && halves < kLongestCharacter; ++halves) {
    const auto code = code_before(text, i);
    if (!is_flag_half(code.value)) break;
    i -= code.size;
  }
  return halves % 2 == 0;
}

/// What it takes in UTF-16.
std::size_t units(const Code& code) noexcept { return code.size == 4 ? 2 : 1; }

bool is_ascii_word(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '-';
}

}  // namespace

Code code_at(std::string_view text, std::size_t at) noexcept {
  if (at >= text.size()) return {0, 0};
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto lead = byte(at);
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead >= 0xF0 && lead <= 0xF4   ? 4
                           : lead >= 0xE0 && lead <= 0xEF ? 3
                           : lead >= 0xC2 && lead <= 0xDF ? 2
                                                          : 0;
  if (size == 0 || at + size > text.size()) return {kBroken, 1};
  char32_t value = lead & (0x7Fu >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return {kBroken, 1};
    value = value << 6 | (byte(at + i) & 0x3Fu);
  }
  return {value, size};
}

Code code_before(std::string_view text, std::size_t at) noexcept {
  if (at == 0) return {0, 0};
  for (std::size_t size = 1; size <= std::min<std::size_t>(4, at); ++size) {
    if ((static_cast<unsigned char>(text[at - size]) & 0xC0) == 0x80) continue;
    const auto code = code_at(text, at - size);
    return code.size == size ? code : Code{kBroken, 1};
  }
  return {kBroken, 1};
}

void append_code(std::string& out, char32_t c) {
  const auto put = [&](char32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) return put(c);
  if (c < 0x800) return put(0xC0 | c >> 6), put(0x80 | (c & 0x3F));
  if (c < 0x10000) return put(0xE0 | c >> 12), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
  put(0xF0 | c >> 18), put(0x80 | (c >> 12 & 0x3F)), put(0x80 | (c >> 6 & 0x3F));
  put(0x80 | (c & 0x3F));
}

std::size_t length(std::string_view text) noexcept {
  std::size_t n = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto code = code_at(text, at);
    n += units(code);
    at += code.size;
  }
  return n;
}

std::string cut(std::string_view text, std::size_t most) {
  if (text.size() <= most || length(text) <= most) return std::string{text};
  std::size_t end = 0;
  for (std::size_t left = most == 0 ? 0 : most - 1;;) {
    const auto code = code_at(text, end);
    if (units(code) > left) break;
    left -= units(code);
    end += code.size;
  }
  auto safe = end;
  for (int i = 0; safe > 0 && !boundary(text, safe) && i < kLongestCharacter; ++i)
    safe -= code_before(text, safe).size;
  if (safe > 0 && boundary(text, safe)) end = safe;
  return std::string{text.substr(0, end)} + "…";
}

std::string parameter(std::string_view text, std::size_t most) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto code = code_at(text, at);
    if (is_space(code.value) || code.value < 0x20 || code.value == 0x7F) {
      if (!out.empty() && out.back() != ' ') out += ' ';
    } else {
      out += text.substr(at, code.size);
    }
    at += code.size;
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out.empty() ? "-" : cut(out, most);
}

std::string bare_word(std::string_view text) {
  constexpr std::string_view kAround = " \t\r\n.,;:!?\"'";
  const auto first = text.find_first_not_of(kAround);
  if (first == text.npos) return {};
  std::string out{text.substr(first, text.find_last_not_of(kAround) - first + 1)};
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

std::string masked(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (!is_ascii_word(text[at])) {
      out += text[at++];
      continue;
    }
    std::size_t end = at, digits = 0;
    for (; end < text.size() && is_ascii_word(text[end]); ++end)
      digits += text[end] >= '0' && text[end] <= '9';
    const auto word = text.substr(at, end - at);
    if (word.size() > 30)
      out += "•••";
    else if (digits >= 8 && digits + 4 >= word.size())
      (out += word.substr(0, 4)).append("•••••").append(word.substr(word.size() - 3));
    else
      out += word;
    at = end;
  }
  return out;
}

std::string shortened(std::string text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  auto end = bytes - std::min<std::size_t>(bytes, 3);
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

bool is_space(char32_t c) noexcept {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200B) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000 || c == 0xFEFF;
}

bool is_word(char32_t c) noexcept {
  if (c < 0x80) return c < 0x80 && c != '_' && c != '-' && is_ascii_word(static_cast<char>(c));
  constexpr Range kWords[] = {
      {0xAA, 0xAA},     {0xB5, 0xB5},       {0xBA, 0xBA},      {0xC0, 0xD6},     {0xD8, 0xF6},
      {0xF8, 0x1FFF},   {0x2C00, 0x2DFF},   {0x3041, 0xD7FF},  {0xF900, 0xFDFF}, {0xFE70, 0xFEFE},
      {0xFF10, 0xFFDC}, {0x10000, 0x1EFFF}, {0x20000, 0x323AF}};
  return within(c, kWords, std::end(kWords)) && c != 0x37E && c != 0x387 && c != 0x1680;
}

}  // namespace whatsapp
