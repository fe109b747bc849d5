#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace herald::journal {

/// The bytes of a key written as Standard Webhooks 1.0 writes it: `whsec_` and base64 of 24 to 64
/// bytes. invalid otherwise; the message never shows the key.
base::Result<std::string> key_of(std::string_view secret);

/// The value of webhook-signature: `v1,` and the base64 HMAC-SHA256 of `id.seconds.body`, one for
/// each key, separated by spaces (Standard Webhooks 1.0, "Signature scheme"). `id` has no full
/// stop.
std::string signature(const std::vector<std::string>& keys, std::string_view id, int64_t seconds,
                      std::string_view body);

}  // namespace herald::journal
