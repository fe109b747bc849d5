#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/guarded.hpp"
#include "base/ids.hpp"
#include "http/jwt.hpp"
#include "http/token_memory.hpp"
#include "model/ports/web.hpp"

namespace herald::http {

/// A service token as stored: never the token itself.
struct TokenRecord {
  std::string name;    ///< who it stands for; becomes Principal::service
  std::string digest;  ///< SHA-256 of the token, 64 hexadecimal digits
  std::vector<std::string> scopes;
  base::TimePoint expires{};  ///< epoch: never
  bool operator==(const TokenRecord&) const = default;
};

/// Tokens of `user` issued before that moment are refused (logout, stolen token).
struct Revocation {
  model::UserId user = 0;
  base::TimePoint issued_before{};
  bool operator==(const Revocation&) const = default;
};

/// `hst_` and 256 random bits; shown once, stored as digest_of() of it.
std::string make_service_token(base::Random& random);
/// SHA-256 in hexadecimal.
std::string digest_of(std::string_view service_token);

/// What a request's credentials amount to.
struct Identified {
  enum class Kind : uint8_t { none, refused, known } kind = Kind::none;
  model::Principal who;      ///< known
  bool from_cookie = false;  ///< sent by the browser by itself: needs the CSRF check
  std::string why;           ///< refused: for logs, no secret
  Claims token;              ///< known, of a person
};

/// Tells who a request comes from. Any thread; tables are immutable snapshots that the setters
/// replace. Takes `Authorization: Bearer` first, then the cookie; a request with two different
/// credentials of one sort is refused.
class Authenticator {
 public:
  struct Options {
    std::string cookie = "herald_token";
    bool secure_cookie = false;  ///< clients come over https
    JwtRules jwt;
  };
  Authenticator(Options options, const base::Clock& clock);

  /// Replaces all service tokens. invalid: a digest is malformed (then nothing changes).
  base::Result<void> set_tokens(std::vector<TokenRecord> tokens);
  /// Replaces all signing keys; the first signs, all verify. Rotation: put the new key first and
  /// keep the old one, with `verify_until`, for the lifetime of the tokens it signed. invalid: a
  /// short secret, a bad or double kid.
  base::Result<void> set_keys(std::vector<KeyRecord> keys);
  void set_revocations(std::vector<Revocation> revocations);

  /// `headers`: lower-case names; the snapshot taken before the body (trap 2).
  Identified identify(const model::web::Headers& headers) const;
  Identified identify_token(std::string_view token) const;

  /// Rises when service tokens or revocations have become others: time to ask is_revoked().
  uint64_t generation() const { return generation_.load(); }
  /// Whether the credential that somebody came with has been revoked since. Those that development
  /// mode lets in have none.
  bool is_revoked(const model::Principal& who) const;

  /// unavailable when there is no signing key.
  base::Result<std::string> issue_user_token(model::UserId user, base::Duration lifetime) const;
  /// Set-Cookie that lets the person stay signed in: when the request came with a cookie of our own
  /// of which less than a third of its life is left, and until kLongestSession after they signed
  /// in. Else empty.
  std::string renewed(const Identified& caller) const;
  static constexpr std::chrono::hours kLongestSession{12};
  const std::string& cookie_name() const { return options_.cookie; }

 private:
  struct Tokens;
  struct Keys {
    std::vector<KeyRecord> keys;
    std::vector<Revocation> revocations;  ///< by user
    /// Shared by the snapshots with the same keys.
    std::shared_ptr<TokenMemory> verified = std::make_shared<TokenMemory>();
    bool revoked(model::UserId user, base::TimePoint issued) const;
  };
  base::Result<Claims> claims_of(std::string_view token, const Keys& keys,
                                 base::TimePoint now) const;
  const Options options_;
  const base::Clock& clock_;
  base::Guarded<std::shared_ptr<const Tokens>> tokens_;
  base::Guarded<std::shared_ptr<const Keys>> keys_;
  std::atomic<uint64_t> generation_{0};
};

}  // namespace herald::http
