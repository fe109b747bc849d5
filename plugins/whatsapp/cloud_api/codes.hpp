// codes.hpp - Meta's error codes, as data.
#pragma once

#include "errors.hpp"

namespace whatsapp::cloud_api {

/// Every documented code. A 100 with subcode 33 is looked up as 33: both mean the number.
Table codes() noexcept;

}  // namespace whatsapp::cloud_api
