#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/auth.hpp"
#include "model/ports/directory.hpp"
#include "model/ports/web.hpp"

namespace herald::http {

/// What of a request, besides its credentials, decides whether it may pass.
struct AccessContext {
  std::string_view host;  ///< Host field
  const std::vector<std::string>& allowed_origins;
  bool development =
      false;  ///< development mode, and the request came straight from a loopback address
};

/// The verdict before the person in the path is known: refused, passed (neither), or passed if
/// `resolve` says so.
struct Verdict {
  std::optional<model::web::Response> refusal;
  std::optional<model::Identity> resolve;
};

/// Judges the credentials of a request on a route and sets request.who. Rules:
/// anyone: nobody is looked at. path_user: the person in `{user}`, or a service with the route's
/// scope. any_user: a person, or a service with the scope. service: a service with the scope. No or
/// bad credentials are 401, a missing scope or a cookie sent by a foreign page 403, a malformed
/// `{user}` 400. Where such a route has `{user}`, it is resolved.
Verdict judge(const model::web::Route& route, model::web::Request& request,
              const Identified& caller, const model::ports::Directory& directory,
              const AccessContext& context);

/// The rest, once `{user}` is resolved (0: nobody): sets request.user, or refuses. To a person
/// everyone but themselves is 404, with the very same bytes as someone who does not exist.
std::optional<model::web::Response> judge_user(const model::web::Route& route,
                                               model::web::Request& request,
                                               const base::Result<model::UserId>& resolved);

}  // namespace herald::http
