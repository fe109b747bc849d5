#include "http/jwt.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <charconv>

#include "base/json.hpp"
#include "http/jwt_signature.hpp"

namespace herald::http {
namespace {

namespace json = boost::json;
using base::Code;
using base::fail;

constexpr std::size_t kMaxToken = 4096;
constexpr int64_t kMaxSeconds = 253'402'300'799;  // 9999-12-31: beyond it a claim is nonsense
constexpr std::string_view k64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// One decoded JSON part of a token.
base::Result<json::object> part(std::string_view encoded, std::string_view what) {
  const auto text = base64url_decode(encoded);
  if (!text) return fail(Code::unauthenticated, "the " + std::string{what} + " is not base64url");
  auto value = base::parse_json(*text, {.depth = 8, .bytes = kMaxToken});
  if (!value)
    return fail(Code::unauthenticated, "the " + std::string{what} + " is not strict JSON");
  if (!value->is_object())
    return fail(Code::unauthenticated, "the " + std::string{what} + " is not an object");
  return std::move(value->get_object());
}

std::string_view text_of(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string_view{value->get_string()}
                                                : std::string_view{};
}

/// Seconds since the epoch; whole or with a fraction, as NumericDate allows.
std::optional<base::TimePoint> time_of(const json::object& claims, std::string_view name) {
  const auto* value = claims.if_contains(name);
  if (value == nullptr) return {};
  if (value->is_int64() && value->get_int64() >= 0 && value->get_int64() <= kMaxSeconds)
    return base::from_unix_us(value->get_int64() * 1'000'000);
  if (value->is_double() && value->get_double() >= 0 &&
      value->get_double() <= static_cast<double>(kMaxSeconds))
    return base::from_unix_us(static_cast<int64_t>(value->get_double()) * 1'000'000);
  return {};
}

bool has_audience(const json::object& claims, std::string_view wanted) {
  const auto* aud = claims.if_contains("aud");
  if (aud == nullptr) return false;
  if (aud->is_string()) return aud->get_string() == wanted;
  if (!aud->is_array()) return false;
  return std::any_of(aud->get_array().begin(), aud->get_array().end(), [&](const json::value& v) {
    return v.is_string() && v.get_string() == wanted;
  });
}

model::UserId user_of(std::string_view sub) {
  if (sub.empty() || sub.size() > 16 || sub.front() == '0') return 0;
  model::UserId user = 0;
  const auto [end, ec] = std::from_chars(sub.data(), sub.data() + sub.size(), user);
  if (ec != std::errc{} || end != sub.data() + sub.size() || user <= 0 ||
      user >= (int64_t{1} << 53))
    return 0;
  return user;
}

base::Result<const KeyRecord*> key_of(const json::object& header,
                                      const std::vector<KeyRecord>& keys, base::TimePoint now) {
  for (const auto& [name, value] : header)
    if (name != "alg" && name != "kid" && name != "typ")
      return fail(Code::unauthenticated, "the header has a member that is not understood");
  if (header.contains("typ") && text_of(header, "typ") != "JWT")
    return fail(Code::unauthenticated, "the token is of another type");
  const auto kid = text_of(header, "kid");
  const auto key =
      std::find_if(keys.begin(), keys.end(), [&](const KeyRecord& k) { return k.kid == kid; });
  if (kid.empty() || key == keys.end()) return fail(Code::unauthenticated, "the key is not known");
  if (key->verify_until != base::TimePoint{} && now >= key->verify_until)
    return fail(Code::unauthenticated, "the key is retired");
  if (text_of(header, "alg") != name_of(key->algorithm))
    return fail(Code::unauthenticated, "the algorithm is not the key's");
  return &*key;
}

}  // namespace

std::string base64url(std::string_view bytes) {
  std::string out;
  uint32_t acc = 0;
  int bits = 0;
  for (const char c : bytes) {
    acc = (acc << 8) | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6) out += k64[(acc >> (bits - 6)) & 63];
  }
  if (bits > 0) out += k64[(acc << (6 - bits)) & 63];
  return out;
}

std::optional<std::string> base64url_decode(std::string_view text) {
  if (text.size() % 4 == 1) return {};
  std::string out;
  uint32_t acc = 0;
  int bits = 0;
  for (const char c : text) {
    const auto digit = k64.find(c);
    if (digit == std::string_view::npos) return {};
    acc = (acc << 6) | static_cast<uint32_t>(digit);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out += static_cast<char>((acc >> bits) & 0xff);
  }
  // Bits that belong to no byte must be zero, else several texts would mean the same token.
  if ((acc & ((1U << bits) - 1)) != 0) return {};
  return out;
}

base::Result<Claims> verify_jwt(std::string_view token, const std::vector<KeyRecord>& keys,
                                const JwtRules& rules, base::TimePoint now) {
  if (token.size() > kMaxToken) return fail(Code::unauthenticated, "the token is too long");
  const auto first = token.find('.');
  const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos)
    return fail(Code::unauthenticated, "the token has not three parts");

  const auto header = part(token.substr(0, first), "header");
  if (!header) return header.error();
  const auto key = key_of(*header, keys, now);
  if (!key) return key.error();
  const auto signature = base64url_decode(token.substr(second + 1));
  if (!signature || !is_signed_by(**key, token.substr(0, second), *signature))
    return fail(Code::unauthenticated, "the signature is wrong");

  const auto claims = part(token.substr(first + 1, second - first - 1), "claims part");
  if (!claims) return claims.error();
  Claims out;
  const auto exp = time_of(*claims, "exp");
  if (!exp) return fail(Code::unauthenticated, "exp is missing or malformed");
  if (now >= *exp) return fail(Code::unauthenticated, "the token has expired");
  out.expires = *exp;
  out.kid = (*key)->kid;
  for (const std::string_view name : {"nbf", "iat"}) {
    if (!claims->contains(name)) continue;
    const auto at = time_of(*claims, name);
    if (!at || *at > now + rules.leeway)
      return fail(Code::unauthenticated, std::string{name} + " is in the future");
    if (name == "iat") out.issued = *at;
  }
  if (const auto at = time_of(*claims, "auth_time"); at && *at <= now + rules.leeway)
    out.signed_in = *at;
  if (!has_audience(*claims, rules.audience))
    return fail(Code::unauthenticated, "the token is for another audience");
  if (!rules.issuer.empty() && text_of(*claims, "iss") != rules.issuer)
    return fail(Code::unauthenticated, "the token is of another issuer");
  out.user = user_of(text_of(*claims, "sub"));
  if (out.user == 0) return fail(Code::unauthenticated, "sub is not a user id");
  return out;
}

std::string sign_jws(std::string_view header_json, std::string_view claims_json,
                     std::string_view secret, JwtAlgorithm algorithm) {
  auto text = base64url(header_json) + "." + base64url(claims_json);
  const auto signature = hmac(algorithm, secret, text);
  return text + "." + base64url(signature);
}

std::string sign_jwt(const KeyRecord& key, const JwtRules& rules, model::UserId user,
                     base::TimePoint now, base::TimePoint expires, base::TimePoint signed_in) {
  const json::object header{{"alg", name_of(key.algorithm)}, {"typ", "JWT"}, {"kid", key.kid}};
  json::object claims{{"sub", std::to_string(user)},
                      {"aud", rules.audience},
                      {"iat", base::unix_us(now) / 1'000'000},
                      {"exp", base::unix_us(expires) / 1'000'000},
                      {"auth_time", base::unix_us(signed_in) / 1'000'000}};
  if (!rules.issuer.empty()) claims["iss"] = rules.issuer;
  auto text = base64url(json::serialize(header)) + "." + base64url(json::serialize(claims));
  const auto signature = signature_of(key, text);
  return text + "." + base64url(signature);
}

}  // namespace herald::http
