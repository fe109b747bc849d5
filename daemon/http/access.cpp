#include "http/access.hpp"

#include "http/origin.hpp"
#include "http/problem.hpp"

namespace herald::http {
namespace {

using base::Code;
using model::Principal;
using model::web::Access;
using model::web::Request;
using model::web::Response;
using model::web::Route;

Response unknown_user() { return problem(Code::not_found, "There is no such user."); }

/// Sent by a browser on its own account: a page of another site may be behind it.
bool is_forged(const Request& request, const AccessContext& context, bool absent_is_fine) {
  if (request.method == "GET" || request.method == "HEAD") return false;
  const auto origin = origin_of(request.headers, context.host, context.allowed_origins, true);
  return origin == Origin::foreign || (origin == Origin::absent && !absent_is_fine);
}

/// Stands in for a missing credential in development mode.
Principal development_principal(const Route& route) {
  Principal who;
  who.development = true;
  if (route.access == Access::path_user || route.access == Access::any_user) {
    who.kind = Principal::Kind::user;
  } else {
    who.kind = Principal::Kind::service;
    who.service = "development";
    who.scopes = {"*"};
  }
  return who;
}

}  // namespace

Verdict judge(const Route& route, Request& request, const Identified& caller,
              const model::ports::Directory& directory, const AccessContext& context) {
  if (route.access != Access::anyone) {
    if (caller.kind == Identified::Kind::known) {
      if (caller.from_cookie && is_forged(request, context, false))
        return {problem(Code::denied,
                        "A request with a cookie must come from this site or an allowed origin."),
                {}};
      request.who = caller.who;
    } else if (caller.kind == Identified::Kind::none && context.development &&
               is_loopback_host(context.host)) {
      if (is_forged(request, context, true))
        return {problem(Code::denied,
                        "In development mode too, a page of another site may not send this."),
                {}};
      request.who = development_principal(route);
    } else {
      return {problem(Code::unauthenticated,
                      "This needs a valid token; send it as Authorization: Bearer."),
              {}};
    }
    if (request.who.kind == Principal::Kind::service) {
      if (route.scope.empty() && route.access != Access::service)
        return {problem(Code::denied, "This is for people; service tokens cannot use it."), {}};
      if (!route.scope.empty() && !request.who.has(route.scope))
        return {problem(Code::denied, "The token lacks the scope " + route.scope + "."), {}};
    } else if (route.access == Access::service) {
      return {
          problem(Code::denied, "This needs a service token" +
                                    (route.scope.empty() ? std::string{"."}
                                                         : " with the scope " + route.scope + ".")),
          {}};
    }
  }

  const auto spelled = request.params.find("user");
  if (spelled == request.params.end()) {
    if (request.who.kind == Principal::Kind::user) request.user = request.who.user;
    return {};
  }
  request.user_spelled = spelled->second;
  if (route.access == Access::anyone) return {};  // strangers learn nothing about who exists
  auto identity = directory.parse(spelled->second);
  if (!identity) {
    auto error = identity.error();
    if (error.code != Code::unavailable && error.code != Code::internal) error.code = Code::invalid;
    return {problem(error), {}};
  }
  return {{}, std::move(*identity)};
}

std::optional<Response> judge_user(const Route& route, Request& request,
                                   const base::Result<model::UserId>& resolved) {
  if (!resolved) return problem(resolved.error());
  const bool is_person = request.who.kind == Principal::Kind::user && !request.who.development;
  const bool own = *resolved != 0 && (!is_person || *resolved == request.who.user);
  if (!own) return unknown_user();
  request.user = *resolved;
  if (route.access != Access::anyone && request.who.development &&
      request.who.kind == Principal::Kind::user)
    request.who.user = *resolved;
  return {};
}

}  // namespace herald::http
