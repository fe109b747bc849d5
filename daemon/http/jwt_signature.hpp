#pragma once

#include <string>
#include <string_view>

#include "http/jwt.hpp"

namespace herald::http {

/// The name of RFC 7518 section 3.1 and RFC 8037.
std::string_view name_of(JwtAlgorithm algorithm);

/// hs256 to hs512 only. Throws when OpenSSL has no memory.
std::string hmac(JwtAlgorithm algorithm, std::string_view secret, std::string_view text);

/// By a key that can sign. Throws when OpenSSL has no memory.
std::string signature_of(const KeyRecord& key, std::string_view text);
/// Takes the same time for every wrong signature of the right length.
bool is_signed_by(const KeyRecord& key, std::string_view text, std::string_view signature);

}  // namespace herald::http
