#include "journal/signature.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdexcept>

namespace herald::journal {
namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr std::size_t kShortest = 24, kLongest = 64;

std::string base64(const unsigned char* bytes, std::size_t size) {
  std::string out(4 * ((size + 2) / 3) + 1, '\0');
  out.resize(static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                                      bytes, static_cast<int>(size))));
  return out;
}

/// Empty when it is not base64 of at least a byte.
std::string from_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0 || text.size() > 4096) return {};
  std::string out(text.size() / 4 * 3, '\0');
  if (EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(text.size())) < 0)
    return {};
  const auto padding = text.ends_with("==") ? 2U : text.ends_with('=') ? 1U : 0U;
  out.resize(out.size() - padding);
  return out;
}

}  // namespace

base::Result<std::string> key_of(std::string_view secret) {
  auto key =
      secret.starts_with(kPrefix) ? from_base64(secret.substr(kPrefix.size())) : std::string{};
  if (key.size() < kShortest || key.size() > kLongest)
    return base::fail(
        base::Code::invalid,
        "is no signing key of Standard Webhooks: whsec_ and base64 of 24 to 64 bytes; "
        "make one with: echo whsec_$(openssl rand -base64 32)");
  return key;
}

std::string signature(const std::vector<std::string>& keys, std::string_view id, int64_t seconds,
                      std::string_view body) {
  std::string content{id};
  ((content += '.') += std::to_string(seconds)) += '.';
  content += body;
  std::string out;
  for (const auto& key : keys) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(content.data()), content.size(), digest,
             &size) == nullptr)
      throw std::runtime_error("OpenSSL has no HMAC-SHA256");
    out += (out.empty() ? "v1," : " v1,") + base64(digest, size);
  }
  return out;
}

}  // namespace herald::journal
