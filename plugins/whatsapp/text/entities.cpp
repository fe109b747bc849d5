#include "text/entities.hpp"

#include <algorithm>

#include "text/text.hpp"

namespace whatsapp {
namespace {

struct Named {
  std::string_view name;
  char32_t code;
};
// HTML 4's references that people and editors really write; others stay as they stand.
constexpr Named kNamed[] = {
    {"amp", '&'},      {"lt", '<'},       {"gt", '>'},        {"quot", '"'},     {"apos", '\''},
    {"nbsp", 0xA0},    {"copy", 0xA9},    {"reg", 0xAE},      {"deg", 0xB0},     {"laquo", 0xAB},
    {"raquo", 0xBB},   {"middot", 0xB7},  {"times", 0xD7},    {"eacute", 0xE9},  {"egrave", 0xE8},
    {"ecirc", 0xEA},   {"euml", 0xEB},    {"agrave", 0xE0},   {"acirc", 0xE2},   {"ccedil", 0xE7},
    {"icirc", 0xEE},   {"iuml", 0xEF},    {"ocirc", 0xF4},    {"ugrave", 0xF9},  {"ucirc", 0xFB},
    {"oelig", 0x153},  {"Eacute", 0xC9},  {"Egrave", 0xC8},   {"Agrave", 0xC0},  {"Ccedil", 0xC7},
    {"ndash", 0x2013}, {"mdash", 0x2014}, {"lsquo", 0x2018},  {"rsquo", 0x2019}, {"ldquo", 0x201C},
    {"rdquo", 0x201D}, {"bull", 0x2022},  {"hellip", 0x2026}, {"euro", 0x20AC},  {"trade", 0x2122},
    {"rarr", 0x2192}};

char32_t acceptable(uint32_t c) noexcept {
  const bool control = (c < 0x20 && c != '\t') || (c >= 0x7F && c < 0xA0);
  const bool surrogate = c >= 0xD800 && c <= 0xDFFF;
  return control || surrogate || c > 0x10FFFF ? 0xFFFD : static_cast<char32_t>(c);
}

int digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : 99;
}

}  // namespace

std::size_t decode_entity(std::string_view text, std::string& out) {
  const auto end = text.substr(0, 12).find(';');
  if (text.empty() || text[0] != '&' || end == text.npos || end < 2) return 0;
  const auto name = text.substr(1, end - 1);
  if (name[0] != '#') {
    const auto* found = std::find_if(std::begin(kNamed), std::end(kNamed),
                                     [&](const Named& n) { return n.name == name; });
    if (found == std::end(kNamed)) return 0;
    append_code(out, found->code);
    return end + 1;
  }
  const bool hex = name.size() > 1 && (name[1] == 'x' || name[1] == 'X');
  const auto digits = name.substr(hex ? 2 : 1);
  if (digits.empty() || digits.size() > 8) return 0;
  const int base = hex ? 16 : 10;
  uint64_t value = 0;
  for (const char c : digits) {
    if (digit(c) >= base) return 0;
    value = value * static_cast<uint64_t>(base) + static_cast<uint64_t>(digit(c));
  }
  append_code(out, acceptable(static_cast<uint32_t>(std::min<uint64_t>(value, 0x110000))));
  return end + 1;
}

}  // namespace whatsapp
