// address.hpp - where a person is reached on WhatsApp.
#pragma once

#include <herald/herald.hpp>

namespace whatsapp {

/// A number in E.164 with its plus, a business-scoped user id ("CM.1502576394655843"), or both: of
/// people with a user name webhooks may tell the id only.
struct Address {
  std::string phone{}, user_id{};
  bool empty() const noexcept { return phone.empty() && user_id.empty(); }
};

/// "+237691924173" of "237691924173" or "+237691924173"; empty when it is no number with country
/// code.
std::string e164(std::string_view number);
bool is_user_id(std::string_view id) noexcept;

/// The address a delivery is for. Empty when it has none that can be used here.
Address address_of(const herald::Message& message);

}  // namespace whatsapp
