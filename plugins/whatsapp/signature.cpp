#include "signature.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace whatsapp {
namespace {

const unsigned char* bytes(std::string_view s) {
  return reinterpret_cast<const unsigned char*>(s.data());
}

using Digest = std::array<unsigned char, EVP_MAX_MD_SIZE>;

std::string text(const Digest& digest, unsigned size) {
  return {reinterpret_cast<const char*>(digest.data()), size};
}

}  // namespace

std::string hmac(Hash hash, std::string_view key, std::string_view data) {
  Digest digest{};
  unsigned size = 0;
  const auto* kind = hash == Hash::sha1 ? EVP_sha1() : EVP_sha256();
  if (HMAC(kind, key.data(), static_cast<int>(key.size()), bytes(data), data.size(), digest.data(),
           &size) == nullptr)
    return {};
  return text(digest, size);
}

std::string sha256(std::string_view data) {
  Digest digest{};
  unsigned size = 0;
  if (EVP_Digest(data.data(), data.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
    return {};
  return text(digest, size);
}

std::string hex(std::string_view data) {
  std::string out;
  for (const char c : data) {
    const auto byte = static_cast<unsigned char>(c);
    out += "0123456789abcdef"[byte >> 4];
    out += "0123456789abcdef"[byte & 15];
  }
  return out;
}

std::string base64(std::string_view data) {
  std::string out(4 * ((data.size() + 2) / 3) + 1, '\0');
  const auto size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes(data),
                                    static_cast<int>(data.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

bool same_secret(std::string_view a, std::string_view b) {
  const auto x = sha256(a), y = sha256(b);
  return !x.empty() && x.size() == y.size() && CRYPTO_memcmp(x.data(), y.data(), x.size()) == 0;
}

}  // namespace whatsapp
