#pragma once

#include <boost/json/fwd.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace herald::model::ports {

/// What the producer API, the control socket and plugins with `grants: [submit]` ask of the core.
/// Calls may come from any thread; answers come on a thread of the core.
class Producer {
 public:
  virtual ~Producer() = default;
  using Reply = std::function<void(base::Result<boost::json::object>)>;

  /// Validates, resolves, stores durably. `request`: {kind, to, params | content, idempotency_key,
  /// priority, not_before, expires_at}. Answers {id, state, repeated} after the commit. Errors name
  /// the field in `where` ("params.service").
  virtual void submit(std::string producer, const boost::json::value& request, Reply) = 0;
  /// {id, kind, state, reason, evidence, ...} of one notification; `private_parts`: also parameters
  /// and rendered text.
  virtual void get(std::string id, bool private_parts, Reply) = 0;
  /// As get, with {attempts: [...], timeline: [...]}.
  virtual void timeline(std::string id, bool private_parts, Reply) = 0;
  virtual void cancel(std::string id, std::string by, Reply) = 0;
  /// {notifications: [...], next}. Query: {state, kind, user, since, before, limit}.
  virtual void list(const boost::json::object& query, bool private_parts, Reply) = 0;
};

}  // namespace herald::model::ports
