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
  /// {notifications: [...], next}. Query: {state, kind, user, since, until, before, limit}.
  virtual void list(const boost::json::object& query, bool private_parts, Reply) = 0;
  /// One page of dead letters, newest first, with the reason of each step: {notifications: [{id,
  /// kind, user, created, run, ending, steps: [{channel, reason, detail}]}], next}. Query: {kind,
  /// reason, user, since, until, before, limit}.
  virtual void dead_letters(const boost::json::object& query, Reply) = 0;
  /// Starts dead letters again along the present chain of their kind. Query: {id}, or the filters
  /// of dead_letters, or {all: true}; with {dry_run, resend}. Answers one page: {matched, redriven,
  /// refused: [{id, message}], ids, next}; with `next` as `before`, the next one. An id that cannot
  /// be redriven is a conflict.
  virtual void redrive(const boost::json::object& query, std::string by, Reply) = 0;
};

}  // namespace herald::model::ports
