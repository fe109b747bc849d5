#include "people/address.hpp"

#include <algorithm>

namespace whatsapp {

std::string e164(std::string_view number) {
  const auto digits = number.substr(number.starts_with('+') ? 1 : 0);
  if (digits.size() < 6 || digits.size() > 15 || digits[0] == '0' ||
      digits.find_first_not_of("0123456789") != digits.npos)
    return {};
  return "+" + std::string{digits};
}

bool is_user_id(std::string_view id) noexcept {
  return id.size() >= 4 && id.size() <= 160 && std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  c == '.';
         });
}

Address address_of(const herald::Message& m) {
  Address out;
  if (m.address_kind == "whatsapp.user_id") {
    if (is_user_id(m.recipient)) out.user_id = m.recipient;
  } else {
    out.phone = e164(m.recipient);
  }
  return out;
}

}  // namespace whatsapp
