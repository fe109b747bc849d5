#include "http/origin.hpp"

#include <algorithm>

#include "http/head.hpp"
#include "http/peer.hpp"

namespace herald::http {
namespace {

/// The authority without its scheme's default port.
std::string_view without_port(std::string_view authority, std::string_view port) {
  return authority.ends_with(port) ? authority.substr(0, authority.size() - port.size())
                                   : authority;
}

bool same_host(std::string_view origin, std::string_view host) {
  for (const auto& [scheme, port] :
       {std::pair<std::string_view, std::string_view>{"http://", ":80"}, {"https://", ":443"}}) {
    if (!origin.starts_with(scheme)) continue;
    const auto authority = origin.substr(scheme.size());
    // A second port would let the default one be taken off what is none of our names.
    const auto after_name = authority.substr(std::min(authority.find(']'), authority.size()));
    const auto& ports = authority.starts_with('[') ? after_name : authority;
    if (authority.empty() || authority.find_first_of("/?#@\\ ") != std::string_view::npos ||
        std::count(ports.begin(), ports.end(), ':') > 1)
      return false;
    return !host.empty() &&
           equal_ignoring_case(without_port(authority, port), without_port(host, port));
  }
  return false;
}

/// `https://a.example/path` -> `https://a.example`.
std::string_view origin_part(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return url;
  return url.substr(0, url.find_first_of("/?#", scheme + 3));
}

}  // namespace

Origin origin_of(const model::web::Headers& headers, std::string_view host,
                 const std::vector<std::string>& allowed, bool with_referer) {
  const auto judge = [&](std::string_view origin) {
    if (same_host(origin, host)) return Origin::same;
    const bool listed =
        std::any_of(allowed.begin(), allowed.end(), [&](const auto& a) { return a == origin; });
    return listed && origin != "null" && origin != "*" ? Origin::allowed : Origin::foreign;
  };
  for (const std::string_view field : {"origin", "referer"}) {
    if (field == "referer" && !with_referer) break;
    const auto is_it = [&](const auto& h) { return h.first == field; };
    const auto n = std::count_if(headers.begin(), headers.end(), is_it);
    if (n > 1) return Origin::foreign;
    if (n == 0) continue;
    const auto& value = std::find_if(headers.begin(), headers.end(), is_it)->second;
    return judge(field == "origin" ? std::string_view{value} : origin_part(value));
  }
  return Origin::absent;
}

bool is_loopback_host(std::string_view host) {
  if (host.starts_with('[')) {
    const auto end = host.find(']');
    if (end == std::string_view::npos) return false;
    const auto address = parse_address(host.substr(1, end - 1));
    return address && address->is_loopback();
  }
  const auto name = host.substr(0, host.find(':'));
  if (equal_ignoring_case(name, "localhost")) return true;
  const auto address = parse_address(name);
  return address && address->is_loopback();
}

}  // namespace herald::http
