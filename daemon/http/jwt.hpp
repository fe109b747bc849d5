#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"
#include "model/types.hpp"

struct evp_pkey_st;

namespace herald::http {

enum class JwtAlgorithm : uint8_t { hs256, hs384, hs512, eddsa };

/// Parsed once, when keys are set; null for a shared secret.
using ParsedKey = std::shared_ptr<evp_pkey_st>;  // shared by the snapshots of keys that hold it

/// A key of signed user tokens. The algorithm is a property of the key: a token never chooses it
/// (trap 7).
struct KeyRecord {
  std::string kid;     ///< 1 to 64 characters of [A-Za-z0-9._-]
  std::string secret;  ///< at least 32 bytes; eddsa: PEM of an Ed25519 key, public or private
  JwtAlgorithm algorithm = JwtAlgorithm::hs256;
  base::TimePoint verify_until{};  ///< after it the key is refused; epoch: no end
  ParsedKey parsed{};              ///< eddsa: of `secret`
  bool can_sign = true;            ///< false for a public key
};

/// Fills `parsed` and `can_sign`. invalid: the PEM holds no Ed25519 key.
base::Result<void> parse_key(KeyRecord& key);

struct JwtRules {
  std::string audience = "herald";                  ///< must be in `aud`
  std::string issuer;                               ///< must equal `iss`; empty: not looked at
  base::Duration leeway{std::chrono::seconds{60}};  ///< for nbf and iat only
};

/// What a valid token says.
struct Claims {
  model::UserId user = 0;
  base::TimePoint issued{};  ///< epoch when the token has no iat
  base::TimePoint expires{};
  base::TimePoint signed_in{};  ///< auth_time: when the person proved who they are; epoch: not said
  std::string kid;
};

/// Checks a compact JWS (RFC 7515, 7519): at most 4 KiB, canonical base64url, strict JSON, header
/// {alg, kid, typ?} where alg is the key's own, no crit and no key in the header, signature by the
/// key, exp, aud, sub a decimal user id, nbf and iat. The error's text is for logs; callers are
/// told no more than "not accepted".
base::Result<Claims> verify_jwt(std::string_view token, const std::vector<KeyRecord>& keys,
                                const JwtRules& rules, base::TimePoint now);

/// A token for `user`, signed with `key`, which can sign. `signed_in`: auth_time.
std::string sign_jwt(const KeyRecord& key, const JwtRules& rules, model::UserId user,
                     base::TimePoint now, base::TimePoint expires, base::TimePoint signed_in);

/// Signs `claims` under any header: what sign_jwt is made of, and how tests forge.
std::string sign_jws(std::string_view header_json, std::string_view claims_json,
                     std::string_view secret, JwtAlgorithm algorithm);

using base::Sha256;
using base::sha256;

std::string base64url(std::string_view bytes);
/// Nothing unless the text is the one canonical unpadded encoding of some bytes.
std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace herald::http
