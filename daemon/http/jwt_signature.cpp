#include "http/jwt_signature.hpp"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include <stdexcept>

namespace herald::http {
namespace {

constexpr std::size_t kEd25519 = 64;  // bytes of a signature

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

ParsedKey read_pem(const std::string& pem, bool secret) {
  const std::unique_ptr<BIO, int (*)(BIO*)> in{
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free};
  if (!in) return {};
  // Never asks anybody for a passphrase.
  const auto none = [](char*, int, int, void*) { return -1; };
  auto* key = secret ? PEM_read_bio_PrivateKey(in.get(), nullptr, none, nullptr)
                     : PEM_read_bio_PUBKEY(in.get(), nullptr, none, nullptr);
  ERR_clear_error();
  if (key == nullptr) return {};
  ParsedKey out{key, EVP_PKEY_free};
  return EVP_PKEY_get_id(key) == EVP_PKEY_ED25519 ? out : ParsedKey{};
}

}  // namespace

std::string_view name_of(JwtAlgorithm algorithm) {
  switch (algorithm) {
    case JwtAlgorithm::hs256:
      return "HS256";
    case JwtAlgorithm::hs384:
      return "HS384";
    case JwtAlgorithm::hs512:
      return "HS512";
    case JwtAlgorithm::eddsa:
      return "EdDSA";
  }
  return "HS256";
}

std::string hmac(JwtAlgorithm algorithm, std::string_view secret, std::string_view text) {
  const EVP_MD* md = algorithm == JwtAlgorithm::hs512   ? EVP_sha512()
                     : algorithm == JwtAlgorithm::hs384 ? EVP_sha384()
                                                        : EVP_sha256();
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  if (HMAC(md, secret.data(), static_cast<int>(secret.size()), bytes(text), text.size(), out.data(),
           &size) == nullptr)
    throw std::runtime_error("OpenSSL cannot compute an HMAC");
  return {reinterpret_cast<const char*>(out.data()), size};
}

base::Result<void> parse_key(KeyRecord& key) {
  if (key.algorithm != JwtAlgorithm::eddsa) return {};
  key.parsed = read_pem(key.secret, true);
  key.can_sign = key.parsed != nullptr;
  if (!key.parsed) key.parsed = read_pem(key.secret, false);
  if (key.parsed) return {};
  return base::fail(base::Code::invalid,
                    "the secret of signing key " + key.kid +
                        " is no Ed25519 key in PEM; make one with `openssl genpkey -algorithm "
                        "ed25519`, without a passphrase",
                    "secret");
}

std::string signature_of(const KeyRecord& key, std::string_view text) {
  if (key.algorithm != JwtAlgorithm::eddsa) return hmac(key.algorithm, key.secret, text);
  const Context context{EVP_MD_CTX_new()};
  std::string out(kEd25519, '\0');
  auto size = out.size();
  if (!context ||
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.parsed.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                     bytes(text), text.size()) != 1 ||
      size != kEd25519)
    throw std::runtime_error("OpenSSL cannot sign");
  return out;
}

bool is_signed_by(const KeyRecord& key, std::string_view text, std::string_view signature) {
  if (key.algorithm != JwtAlgorithm::eddsa) {
    const auto wanted = hmac(key.algorithm, key.secret, text);
    return signature.size() == wanted.size() &&
           CRYPTO_memcmp(signature.data(), wanted.data(), wanted.size()) == 0;
  }
  if (signature.size() != kEd25519 || !key.parsed) return false;
  const Context context{EVP_MD_CTX_new()};
  const bool good =
      context &&
      EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.parsed.get()) == 1 &&
      EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(text),
                       text.size()) == 1;
  ERR_clear_error();
  return good;
}

}  // namespace herald::http
