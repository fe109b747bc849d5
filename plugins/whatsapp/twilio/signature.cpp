#include <algorithm>
#include <map>
#include <set>

#include "signature.hpp"
#include "twilio/form.hpp"
#include "twilio/twilio.hpp"

// "Webhooks security": the URL, then each parameter sorted by name, of a repeated one its different
// values sorted; HMAC-SHA1, base64.
namespace whatsapp::twilio {
namespace {

/// The same address with the scheme's usual port, or without it where it stands there.
std::string other_port(std::string_view url) {
  const bool secure = url.starts_with("https://");
  const auto start = url.find("//") + 2;
  const auto end = std::min(url.find_first_of("/?", start), url.size());
  const auto host = url.substr(start, end - start);
  const std::string port = secure ? ":443" : ":80";
  const bool has_port = host.find(':', host.starts_with('[') ? host.find(']') : 0) != host.npos;
  auto other = std::string{host};
  if (host.ends_with(port))
    other.resize(host.size() - port.size());
  else if (!has_port)
    other += port;
  return std::string{url.substr(0, start)} + other + std::string{url.substr(end)};
}

/// The value of bodySHA256 in the address; empty when there is none.
std::string_view body_hash(std::string_view url) {
  constexpr std::string_view kName = "bodySHA256=";
  const auto query = std::min(url.find('?'), url.size());
  const auto at = url.find(kName, query);
  if (at == url.npos || (url[at - 1] != '?' && url[at - 1] != '&')) return {};
  const auto value = url.substr(at + kName.size());
  return value.substr(0, value.find('&'));
}

}  // namespace

std::string signature(std::string_view token, std::string_view url, const herald::Fields& form) {
  std::map<std::string_view, std::set<std::string_view>> sorted;
  for (const auto& [name, value] : form) sorted[name].insert(value);
  std::string data{url};
  for (const auto& [name, values] : sorted)
    for (const auto value : values) data.append(name).append(value);
  return base64(hmac(Hash::sha1, token, data));
}

bool signed_by(std::string_view token, std::string_view url, std::string_view content_type,
               std::string_view body, std::string_view header) {
  if (token.empty() || header.empty()) return false;
  herald::Fields fields;
  if (content_type.starts_with("application/x-www-form-urlencoded")) {
    auto read = read_form(body);
    if (!read) return false;
    fields = std::move(*read);
  } else if (!body.empty()) {
    const auto hash = body_hash(url);
    if (hash.empty() || !same_secret(hex(sha256(body)), hash)) return false;
  }
  // Both are computed whatever the first says.
  const bool as_configured = same_secret(signature(token, url, fields), header);
  const bool with_port = same_secret(signature(token, other_port(url), fields), header);
  return as_configured || with_port;
}

}  // namespace whatsapp::twilio
