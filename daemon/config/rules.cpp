#include "config/rules.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <string_view>

#include "base/clock.hpp"

namespace herald::config::rules {
namespace {

constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kDigits = "0123456789";

bool within(std::string_view text, std::initializer_list<std::string_view> sets) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return std::any_of(sets.begin(), sets.end(),
                       [&](auto set) { return set.find(c) != std::string_view::npos; });
  });
}

int family(const std::string& text) {
  unsigned char bytes[16];
  if (inet_pton(AF_INET, text.c_str(), bytes) == 1) return AF_INET;
  if (inet_pton(AF_INET6, text.c_str(), bytes) == 1) return AF_INET6;
  return 0;
}

// The authority of an http(s) URL, or nothing.
std::string_view authority(std::string_view text) {
  for (const std::string_view scheme : {"https://", "http://"})
    if (text.starts_with(scheme)) {
      text.remove_prefix(scheme.size());
      return text.substr(0, text.find_first_of("/?#"));
    }
  return {};
}

bool good_authority(std::string_view text) {
  return !text.empty() && text.size() <= 255 && within(text, {kLower, kUpper, kDigits, ".-:[]"});
}

}  // namespace

std::string instance_name(const std::string& text) {
  const bool good = !text.empty() && text.size() <= 64 && within(text.substr(0, 1), {kLower}) &&
                    within(text, {kLower, kDigits, "_-"});
  return good ? ""
              : "must begin with a small letter and hold only small letters, digits, `-` and `_`, "
                "at most 64";
}

std::string plugin_name(const std::string& text) {
  const bool good = !text.empty() && text.size() <= 100 && within(text, {kLower, kDigits, "._-"}) &&
                    text[0] != '.';
  return good ? ""
              : "must be the name of a plugin, such as `webchat`: small letters, digits, `.`, `-` "
                "and `_`";
}

std::string group(const std::string& text) {
  const bool good =
      !text.empty() && text.size() <= 32 && within(text, {kLower, kUpper, kDigits, "_-."});
  return good ? "" : "must be the name of a group of this system";
}

std::string address(const std::string& text) {
  if (family(text) != 0) return {};
  return "must be an IPv4 or IPv6 address such as 127.0.0.1 or ::1, not a name";
}

std::string network(const std::string& text) {
  const auto slash = text.find('/');
  const auto kind = family(text.substr(0, slash));
  bool good = kind != 0;
  if (good && slash != std::string::npos) {
    unsigned bits = 0;
    const auto* end = text.data() + text.size();
    const auto [at, problem] = std::from_chars(text.data() + slash + 1, end, bits);
    good = problem == std::errc{} && at == end && bits <= (kind == AF_INET ? 32U : 128U);
  }
  return good ? "" : "must be an address or a network such as 10.0.0.0/8";
}

std::string public_url(const std::string& text) {
  const auto host = authority(text);
  const bool good =
      text.empty() || (good_authority(host) && text.find_first_of("?#\\ ") == std::string::npos);
  return good ? "" : "must be a URL such as https://herald.example.org";
}

std::string webhook_url(const std::string& text) {
  // A user name and password would stand in the authority, with an `@`.
  const bool good = good_authority(authority(text)) && text.size() <= 2000 &&
                    std::all_of(text.begin(), text.end(), [](char c) {
                      return c > ' ' && c < 0x7F && c != '#' && c != '\\';
                    });
  return good ? ""
              : "must be a URL such as https://shop.example.org/hooks/herald, without user name "
                "and `#`";
}

std::string origin(const std::string& text) {
  const auto host = authority(text);
  const bool good =
      good_authority(host) && text.ends_with(host) && within(text, {kLower, kDigits, ".-:[]/"});
  return good ? ""
              : "must be an origin such as https://shop.example.org: scheme and host in small "
                "letters, no path";
}

std::string region(const std::string& text) {
  return text.size() == 2 && within(text, {kUpper})
             ? ""
             : "must be a country code of two capital letters such as CM";
}

std::string locale(const std::string& text) {
  const auto dash = text.find('-');
  const auto language = std::string_view{text}.substr(0, dash);
  const bool good = (language.size() == 2 || language.size() == 3) && within(language, {kLower}) &&
                    (dash == std::string::npos ||
                     (text.size() == dash + 3 && within(text.substr(dash + 1), {kUpper})));
  return good ? "" : "must be a language such as fr or fr-CM";
}

std::string time_zone(const std::string& text) {
  namespace fs = std::filesystem;
  bool good = !text.empty() && text.size() <= 64 &&
              within(text, {kLower, kUpper, kDigits, "_+-/"}) && text[0] != '/';
  std::error_code problem;
  const fs::path zones = "/usr/share/zoneinfo";
  if (good && fs::is_directory(zones, problem)) good = fs::is_regular_file(zones / text, problem);
  return good ? "" : "must be a time zone of the tz database such as Africa/Douala";
}

std::string cookie(const std::string& text) {
  const bool good =
      !text.empty() && text.size() <= 64 && within(text, {kLower, kUpper, kDigits, "_-"});
  return good ? "" : "must be the name of a cookie: letters, digits, `-` and `_`";
}

std::string credential(const std::string& text) {
  const bool good = !text.empty() && text.size() <= 100 &&
                    within(text, {kLower, kUpper, kDigits, "._-"}) && text[0] != '.';
  return good ? "" : "must be the name of a systemd credential: letters, digits, `.`, `-` and `_`";
}

std::string prefix(const std::string& text) {
  constexpr std::string_view kOwn[] = {"/api/v1", "/healthz", "/readyz", "/metrics",
                                       "/openapi.json"};
  const bool good = text.size() > 1 && text.size() <= 200 && text[0] == '/' &&
                    !text.ends_with('/') && text.find("//") == std::string::npos &&
                    text.find("/.") == std::string::npos &&
                    within(text, {kLower, kUpper, kDigits, "._~-/"});
  if (!good) return "must be a path such as /hooks/whatsapp, without a slash at the end";
  for (const auto own : kOwn)
    if (text.starts_with(own) && (text.size() == own.size() || text[own.size()] == '/'))
      return "must not lie in " + std::string{own} + ", which is Herald's own";
  return {};
}

std::string kind_pattern(const std::string& text) {
  if (text == "*") return {};
  std::string_view kind = text;
  if (kind.ends_with(".*")) kind.remove_suffix(2);
  const bool good = !kind.empty() && kind.size() <= 100 && within(kind, {kLower, kDigits, "_."}) &&
                    kind[0] != '.' && !kind.ends_with('.') &&
                    kind.find("..") == std::string_view::npos;
  return good ? "" : "must be a kind such as provider.request, or provider.* for all that begin so";
}

std::string producer_pattern(const std::string& text) {
  const auto star = text.find('*');
  const bool good = !text.empty() && text.size() <= 100 &&
                    (star == std::string::npos || star + 1 == text.size()) &&
                    std::none_of(text.begin(), text.end(),
                                 [](unsigned char c) { return c <= 0x20 || c == 0x7F; });
  return good ? ""
              : "must be a producer such as token:shop or uid:1000, or a beginning ended by `*`";
}

std::string key_id(const std::string& text) {
  const bool good =
      !text.empty() && text.size() <= 64 && within(text, {kLower, kUpper, kDigits, "._-"});
  return good ? "" : "must be 1 to 64 letters, digits, `.`, `-` and `_`";
}

std::string moment(const std::string& text) {
  return base::parse_iso8601(text) ? "" : "must be a time such as 2026-01-31T12:00Z";
}

std::string sha256(const std::string& text) {
  const bool good = text.empty() || (text.size() == 64 && within(text, {kDigits, "abcdef"}));
  return good ? "" : "must be 64 small hexadecimal digits, as sha256sum prints them";
}

std::string not_empty(const std::string& text) { return text.empty() ? "must not be empty" : ""; }

bool is_loopback(const std::string& text) {
  return text == "::1" || (family(text) == AF_INET && text.starts_with("127."));
}

}  // namespace herald::config::rules
