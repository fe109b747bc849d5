// codes.hpp - Twilio's error codes, as data.
#pragma once

#include "errors.hpp"

namespace whatsapp::twilio {

/// Every code that concerns messages to WhatsApp addresses.
Table codes() noexcept;

}  // namespace whatsapp::twilio
