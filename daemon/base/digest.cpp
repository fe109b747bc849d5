#include "base/digest.hpp"

#include <openssl/evp.h>

#include <new>

namespace herald::base {

Sha256 sha256(std::string_view bytes) {
  // Looked up once, until the process ends: each look-up costs as much as a token's digest.
  static const EVP_MD* const algorithm = [] {
    const auto* fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    if (fetched == nullptr) throw std::bad_alloc{};
    return fetched;
  }();
  Sha256 out{};
  // It fails for want of memory alone; then this must not pass for the digest of anything.
  if (EVP_Digest(bytes.data(), bytes.size(), out.data(), nullptr, algorithm, nullptr) != 1)
    throw std::bad_alloc{};
  return out;
}

std::string to_hex(const Sha256& digest) {
  std::string out;
  out.reserve(2 * digest.size());
  for (const auto byte : digest) {
    out += "0123456789abcdef"[byte >> 4];
    out += "0123456789abcdef"[byte & 15];
  }
  return out;
}

std::string sha256_hex(std::string_view bytes) { return to_hex(sha256(bytes)); }

}  // namespace herald::base
