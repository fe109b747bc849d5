// request.hpp - the body of a send request (POST /{version}/{phone-number-id}/messages).
#pragma once

#include <herald/herald.hpp>

#include "settings.hpp"

namespace whatsapp {

struct SendBody {
  std::string json{};
  bool is_template = false;
  std::string problem{};  // not empty: nothing can be sent, for people
  herald_reason reason = HERALD_REASON_NONE;
};

/// The kind decides between approved template and text; the attempt's id travels along and comes
/// back with every status.
SendBody send_body(const Settings& settings, const herald::Delivery& delivery);

/// The recipient as the API wants it: E.164 with its plus, or a business-scoped id as it is. Empty
/// when it is neither.
std::string address(std::string_view kind, std::string_view recipient);

}  // namespace whatsapp
