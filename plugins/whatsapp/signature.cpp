#include "signature.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace whatsapp {
namespace {

using Digest = std::array<unsigned char, 32>;

const unsigned char* bytes(std::string_view s) {
  return reinterpret_cast<const unsigned char*>(s.data());
}

}  // namespace

std::string signature(std::string_view key, std::string_view body) {
  Digest digest{};
  unsigned size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes(body), body.size(),
           digest.data(), &size) == nullptr ||
      size != digest.size())
    return {};
  std::string out = "sha256=";
  for (const auto byte : digest) {
    out += "0123456789abcdef"[byte >> 4];
    out += "0123456789abcdef"[byte & 15];
  }
  return out;
}

bool same_secret(std::string_view a, std::string_view b) {
  Digest x{}, y{};
  unsigned n = 0, m = 0;
  if (EVP_Digest(a.data(), a.size(), x.data(), &n, EVP_sha256(), nullptr) != 1 ||
      EVP_Digest(b.data(), b.size(), y.data(), &m, EVP_sha256(), nullptr) != 1)
    return false;
  return n == m && CRYPTO_memcmp(x.data(), y.data(), n) == 0;
}

bool signed_by(std::string_view key, std::string_view body, std::string_view header) {
  if (key.empty()) return false;
  const auto expected = signature(key, body);
  return !expected.empty() && same_secret(expected, header);
}

}  // namespace whatsapp
