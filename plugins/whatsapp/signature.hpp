// signature.hpp - proofs that a webhook comes from the provider.
#pragma once

#include <string>
#include <string_view>

namespace whatsapp {

/// "sha256=" and 64 lower-case hex digits: HMAC-SHA256 of exactly these bytes.
std::string signature(std::string_view key, std::string_view body);

/// Takes the same time wherever the two differ, and says nothing about their lengths.
bool same_secret(std::string_view a, std::string_view b);

/// Is `header` (X-Hub-Signature-256) the signature of the raw body? An empty key proves nothing.
bool signed_by(std::string_view key, std::string_view body, std::string_view header);

}  // namespace whatsapp
