#include <algorithm>

#include "base/text.hpp"
#include "plugin/host/http.hpp"
#include "plugin/routes.hpp"
#include "plugin/text.hpp"

// Routes of a plugin, below the prefix its configuration grants.
namespace herald::plugin {

namespace web = model::web;
using base::Code;

namespace {

constexpr std::size_t kMaxRouteBody = 8 << 20;
constexpr uint32_t kMaxTimeout = 600'000;

/// Absolute, printable, no empty segment but a last one, no dot segments, parameters whole
/// segments.
bool is_path(std::string_view path) {
  if (path.empty() || path[0] != '/' || path.size() > 1024) return false;
  for (const char c : path)
    if (c <= 0x20 || c >= 0x7F || c == '?' || c == '#' || c == '%' || c == '\\') return false;
  for (const auto segment : base::split(path.substr(1), '/')) {
    if (segment == "." || segment == ".." || segment.empty()) return false;
    if (segment.find_first_of("{}") == std::string_view::npos) continue;
    const auto name = segment.substr(1, segment.size() - 2);
    if (segment.size() < 3 || segment.front() != '{' || segment.back() != '}' ||
        !std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; }))
      return false;
  }
  return true;
}

bool below(std::string_view path, std::string_view prefix) {
  return !prefix.empty() && path.starts_with(prefix) &&
         (path.size() == prefix.size() || path[prefix.size()] == '/');
}

std::optional<web::Access> access_of(uint32_t access) {
  switch (access) {
    case HERALD_ACCESS_ANYONE:
      return web::Access::anyone;
    case HERALD_ACCESS_PATH_USER:
      return web::Access::path_user;
    case HERALD_ACCESS_ANY_USER:
      return web::Access::any_user;
    case HERALD_ACCESS_SERVICE:
      return web::Access::service;
    default:
      return std::nullopt;
  }
}

base::Result<web::Route> read_route(const herald_route* raw) {
  if (raw == nullptr || !HERALD_HAS(raw, timeout_ms))
    return base::fail(Code::invalid, "the route is missing or too small");
  auto methods = text_of(raw->methods, 100);
  auto path = text_of(raw->path, 1024);
  auto scope = text_of(raw->scope, 100);
  const auto access = access_of(raw->access);
  if (!methods || !path || !scope || !access || !is_path(*path) || raw->max_body > kMaxRouteBody)
    return base::fail(Code::invalid,
                      "the route's methods, path, scope, access or max_body is out of contract");
  web::Route route;
  route.methods = words(*methods);
  std::sort(route.methods.begin(), route.methods.end());
  for (const auto& method : route.methods)
    if (!std::all_of(method.begin(), method.end(), [](char c) { return c >= 'A' && c <= 'Z'; }))
      return base::fail(Code::invalid, "a method must be upper case letters");
  if (route.methods.empty() || route.methods.size() > 8)
    return base::fail(Code::invalid, "a route needs 1 to 8 methods");
  if (*access == web::Access::path_user && path->find("{user}") == std::string::npos)
    return base::fail(Code::invalid, "access for the person in the path needs {user} in the path");
  route.path = std::move(*path);
  route.access = *access;
  route.scope = std::move(*scope);
  route.max_body = raw->max_body;
  route.websocket = (raw->flags & HERALD_ROUTE_WEBSOCKET) != 0;
  if (raw->timeout_ms != 0)
    route.timeout = std::chrono::milliseconds{std::min(raw->timeout_ms, kMaxTimeout)};
  return route;
}

}  // namespace

herald_status mount(const herald_host* host, herald_token token, const herald_route* raw) noexcept {
  return on_side(host, "mount", [&](Side& side) -> herald_status {
    auto route = read_route(raw);
    if (token == 0) return HERALD_E_INVALID;
    if (!route) return plugin::status_of(route.error().code);
    if (!side.begin_request()) return HERALD_E_LIMIT;
    if (side.spec.prefix.empty()) {
      side.answer(HERALD_EV_DONE, token,
                  base::fail(Code::denied,
                             "the channel has no prefix for HTTP routes; set prefix: "
                             "of the channel to mount " +
                                 route->path));
      return HERALD_OK;
    }
    // Plugins name paths below their prefix, which is the administrator's to choose.
    if (!below(route->path, side.spec.prefix)) route->path = side.spec.prefix + route->path;
    if (auto ok = side.routes->mount(side.shared_from_this(), token, std::move(*route)); !ok)
      side.answer(HERALD_EV_DONE, token, ok.error());
    else
      side.answer(event(HERALD_EV_DONE, token));
    return HERALD_OK;
  });
}

herald_status unmount(const herald_host* host, herald_token token) noexcept {
  return on_side(host, "unmount", [&](Side& side) -> herald_status {
    return side.routes->unmount(side, token) ? HERALD_OK : HERALD_E_STATE;
  });
}

}  // namespace herald::plugin
