// signature.hpp - proofs that a webhook comes from the provider.
#pragma once

#include <string>
#include <string_view>

namespace whatsapp {

enum class Hash { sha1, sha256 };

/// The raw bytes of HMAC(key, data).
std::string hmac(Hash hash, std::string_view key, std::string_view data);
std::string sha256(std::string_view data);
std::string hex(std::string_view bytes);  // lower case
std::string base64(std::string_view bytes);

/// Takes the same time wherever the two differ, and says nothing about their lengths.
bool same_secret(std::string_view a, std::string_view b);

}  // namespace whatsapp
