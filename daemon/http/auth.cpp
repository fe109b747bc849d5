#include "http/auth.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <unordered_map>

#include "base/text.hpp"
#include "http/head.hpp"

namespace herald::http {
namespace {

using base::Code;
using base::fail;

std::optional<Sha256> digest_from_hex(std::string_view hex) {
  if (hex.size() != 64) return {};
  Sha256 out{};
  for (std::size_t i = 0; i < 64; ++i) {
    const char c = hex[i];
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return {};
    out[i / 2] = static_cast<unsigned char>(out[i / 2] * 16 + digit);
  }
  return out;
}

uint64_t prefix_of(const Sha256& digest) {
  uint64_t prefix = 0;
  std::memcpy(&prefix, digest.data(), sizeof prefix);
  return prefix;
}

Identified refused(std::string why) {
  Identified out;
  out.kind = Identified::Kind::refused;
  out.why = std::move(why);
  return out;
}

/// The cookie's value in `Cookie` fields; `clash` when it is there with different values.
std::string_view cookie_value(const model::web::Headers& headers, std::string_view wanted,
                              bool& clash) {
  std::string_view found;
  bool seen = false;
  for (const auto& [name, value] : headers) {
    if (name != "cookie") continue;
    for (const auto part : base::split(value, ';')) {
      const auto pair = base::trim(part);
      const auto equals = pair.find('=');
      if (equals == std::string_view::npos || pair.substr(0, equals) != wanted) continue;
      const auto text = pair.substr(equals + 1);
      clash = clash || (seen && text != found);
      found = text;
      seen = true;
    }
  }
  return found;
}

}  // namespace

struct Authenticator::Tokens {
  struct Entry {
    Sha256 digest{};
    TokenRecord record;
    bool operator==(const Entry&) const = default;
  };
  /// By the first bytes of the digest: a digest of what a caller sent says nothing about the stored
  /// ones.
  std::unordered_multimap<uint64_t, Entry> by_prefix;
};

std::string make_service_token(base::Random& random) {
  return "hst_" + base::make_secret(random, 32);
}

std::string digest_of(std::string_view service_token) { return base::sha256_hex(service_token); }

Authenticator::Authenticator(Options options, const base::Clock& clock)
    : options_(std::move(options)),
      clock_(clock),
      tokens_(std::make_shared<const Tokens>()),
      keys_(std::make_shared<const Keys>()) {}

base::Result<void> Authenticator::set_tokens(std::vector<TokenRecord> tokens) {
  auto next = std::make_shared<Tokens>();
  for (auto& record : tokens) {
    const auto digest = digest_from_hex(record.digest);
    if (!digest)
      return fail(Code::invalid,
                  "the digest of token " + record.name + " is not 64 hexadecimal digits", "digest");
    next->by_prefix.emplace(prefix_of(*digest), Tokens::Entry{*digest, std::move(record)});
  }
  const bool same = tokens_.with(
      [&](auto& current) { return std::exchange(current, next)->by_prefix == next->by_prefix; });
  if (!same) ++generation_;
  return {};
}

base::Result<void> Authenticator::set_keys(std::vector<KeyRecord> keys) {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto& kid = keys[i].kid;
    const bool named =
        !kid.empty() && kid.size() <= 64 && std::all_of(kid.begin(), kid.end(), [](char c) {
          return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                 c == '.' || c == '_' || c == '-';
        });
    if (!named)
      return fail(Code::invalid, "a signing key's id must be 1 to 64 characters of [A-Za-z0-9._-]",
                  "kid");
    if (auto parsed = parse_key(keys[i]); !parsed) return parsed;
    if (keys[i].secret.size() < 32)
      return fail(Code::invalid,
                  "the secret of signing key " + kid +
                      " is shorter than 32 bytes; make one with 32 random bytes",
                  "secret");
    for (std::size_t j = 0; j < i; ++j)
      if (keys[j].kid == kid)
        return fail(Code::invalid, "signing key " + kid + " is given twice", "kid");
  }
  keys_.with([&](auto& current) {
    current = std::make_shared<const Keys>(Keys{std::move(keys), current->revocations});
  });
  return {};
}

void Authenticator::set_revocations(std::vector<Revocation> revocations) {
  std::sort(revocations.begin(), revocations.end(),
            [](const auto& a, const auto& b) { return a.user < b.user; });
  const bool same = keys_.with([&](auto& current) {
    const auto before =
        std::exchange(current, std::make_shared<const Keys>(
                                   Keys{current->keys, std::move(revocations), current->verified}));
    return before->revocations == current->revocations;
  });
  if (!same) ++generation_;
}

Identified Authenticator::identify(const model::web::Headers& headers) const {
  const std::string* authorization = nullptr;
  for (const auto& [name, value] : headers) {
    if (name != "authorization") continue;
    if (authorization != nullptr) return refused("more than one Authorization field");
    authorization = &value;
  }
  if (authorization != nullptr) {
    const std::string_view text{*authorization};
    const auto space = text.find(' ');
    if (equal_ignoring_case(text.substr(0, space), "bearer"))
      return space == std::string_view::npos ? refused("a Bearer field without a token")
                                             : identify_token(base::trim(text.substr(space + 1)));
  }
  bool clash = false;
  const auto cookie = cookie_value(headers, options_.cookie, clash);
  if (clash) return refused("the token cookie is there twice");
  if (!cookie.empty()) {
    // Only people have cookies: a service token in one would be sent by any page the browser
    // visits.
    auto who = cookie.starts_with("hst_") ? refused("a service token in a cookie")
                                          : identify_token(cookie);
    who.from_cookie = true;
    return who;
  }
  if (authorization != nullptr)
    return refused("the Authorization field is not of the scheme Bearer");
  return {};
}

Identified Authenticator::identify_token(std::string_view token) const {
  if (token.empty() || token.size() > 4096) return refused("the token is empty or too long");
  const auto now = clock_.now();
  if (token.starts_with("hst_")) {
    const auto digest = sha256(token);
    const auto table = tokens_.with([](const auto& t) { return t; });
    const auto [begin, end] = table->by_prefix.equal_range(prefix_of(digest));
    for (auto it = begin; it != end; ++it) {
      const auto& entry = it->second;
      if (CRYPTO_memcmp(entry.digest.data(), digest.data(), digest.size()) != 0) continue;
      if (entry.record.expires != base::TimePoint{} && now >= entry.record.expires)
        return refused("service token " + entry.record.name + " has expired");
      Identified known;
      known.kind = Identified::Kind::known;
      known.who.kind = model::Principal::Kind::service;
      known.who.service = entry.record.name;
      known.who.scopes = entry.record.scopes;
      known.who.expires = entry.record.expires;
      known.who.credential = prefix_of(digest);
      return known;
    }
    return refused("the service token is not known");
  }
  const auto keys = keys_.with([](const auto& k) { return k; });
  const auto claims = claims_of(token, *keys, now);
  if (!claims) return refused(claims.error().message);
  if (keys->revoked(claims->user, claims->issued)) return refused("the token was revoked");
  Identified known;
  known.kind = Identified::Kind::known;
  known.who.kind = model::Principal::Kind::user;
  known.who.user = claims->user;
  known.who.expires = claims->expires;
  known.who.issued = claims->issued;
  known.token = *claims;
  return known;
}

bool Authenticator::Keys::revoked(model::UserId user, base::TimePoint issued) const {
  auto it = std::lower_bound(revocations.begin(), revocations.end(), user,
                             [](const Revocation& r, model::UserId u) { return r.user < u; });
  for (; it != revocations.end() && it->user == user; ++it)
    if (issued < it->issued_before) return true;
  return false;
}

bool Authenticator::is_revoked(const model::Principal& who) const {
  if (who.development || who.kind == model::Principal::Kind::anyone) return false;
  if (who.kind == model::Principal::Kind::user)
    return keys_.with([](const auto& k) { return k; })->revoked(who.user, who.issued);
  const auto table = tokens_.with([](const auto& t) { return t; });
  const auto [begin, end] = table->by_prefix.equal_range(who.credential);
  return std::none_of(begin, end,
                      [&](const auto& known) { return known.second.record.name == who.service; });
}

base::Result<Claims> Authenticator::claims_of(std::string_view token, const Keys& keys,
                                              base::TimePoint now) const {
  const auto digest = sha256(token);
  if (auto known = keys.verified->find(digest, now)) {
    const auto key = std::find_if(keys.keys.begin(), keys.keys.end(),
                                  [&](const KeyRecord& k) { return k.kid == known->kid; });
    if (key->verify_until == base::TimePoint{} || now < key->verify_until) return std::move(*known);
  }
  auto claims = verify_jwt(token, keys.keys, options_.jwt, now);
  if (claims) keys.verified->remember(digest, *claims, now);
  return claims;
}

base::Result<std::string> Authenticator::issue_user_token(model::UserId user,
                                                          base::Duration lifetime) const {
  if (user <= 0 || user >= (int64_t{1} << 53))
    return fail(Code::invalid, "a user id is a positive integer below 2^53", "user");
  if (lifetime < std::chrono::seconds{1} || lifetime > std::chrono::hours{24 * 366})
    return fail(Code::invalid, "the lifetime of a token must be between 1s and 366d", "lifetime");
  const auto keys = keys_.with([](const auto& k) { return k; });
  const auto now = clock_.now();
  if (keys->keys.empty() || !keys->keys.front().can_sign ||
      (keys->keys.front().verify_until != base::TimePoint{} &&
       now >= keys->keys.front().verify_until))
    return fail(Code::unavailable,
                "there is no key to sign with; put a secret or a private key first under "
                "auth.user_tokens.keys");
  return sign_jwt(keys->keys.front(), options_.jwt, user, now, now + lifetime, now);
}

std::string Authenticator::renewed(const Identified& caller) const {
  const auto now = clock_.now();
  const auto& token = caller.token;
  const auto lifetime = token.expires - token.issued;
  const auto last = token.signed_in + kLongestSession;
  if (!caller.from_cookie || token.signed_in == base::TimePoint{} ||
      token.issued == base::TimePoint{} || token.expires - now >= lifetime / 3 || now >= last)
    return {};
  const auto keys = keys_.with([](const auto& k) { return k; });
  // Only what the daemon's own key has signed; a key on its way out is followed by the new one.
  if (keys->keys.empty() || !keys->keys.front().can_sign) return {};
  const auto ours = std::any_of(keys->keys.begin(), keys->keys.end(), [&](const KeyRecord& k) {
    return k.kid == token.kid && k.can_sign;
  });
  if (!ours) return {};
  const auto expires = std::min<base::TimePoint>(now + lifetime, last);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(expires - now).count();
  return options_.cookie + "=" +
         sign_jwt(keys->keys.front(), options_.jwt, caller.who.user, now, expires,
                  token.signed_in) +
         "; Path=/; Max-Age=" + std::to_string(seconds) + "; HttpOnly; SameSite=Lax" +
         (options_.secure_cookie ? "; Secure" : "");
}

}  // namespace herald::http
