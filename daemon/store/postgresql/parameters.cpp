#include "store/postgresql/parameters.hpp"

#include "store/postgresql/connection.hpp"

namespace herald::store::postgresql {
namespace {

constexpr std::string_view kSpecial{"\"\\\0", 3};
constexpr std::string_view kDigits = "0123456789abcdef";

[[noreturn]] void refuse_nul() {
  // What PostgreSQL says of it, could it be sent.
  throw SqlError{SqlError::Kind::request, "22021", "a text holds the character NUL"};
}

}  // namespace

void Array::quote(std::string_view value) {
  text_ += '"';
  // What needs no backslash goes over in one piece.
  for (std::size_t done = 0;;) {
    const auto special = value.find_first_of(kSpecial, done);
    text_.append(value, done, special - done);
    if (special == std::string_view::npos) break;
    if (value[special] == '\0') refuse_nul();
    text_ += '\\';
    text_ += value[special];
    done = special + 1;
  }
  text_ += '"';
}

std::string Parameters::hex(std::string_view bytes) {
  std::string out = "\\x";
  out.reserve(2 + 2 * bytes.size());
  for (const unsigned char byte : bytes) {
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
  }
  return out;
}

std::string Parameters::checked(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) refuse_nul();
  return std::string{text};
}

}  // namespace herald::store::postgresql
