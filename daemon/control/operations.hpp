#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/ports/producer.hpp"

namespace herald::control {

/// Which events a client wants; empty fields: any.
struct MonitorQuery {
  std::string after;  ///< a cursor: what came since then first; empty: from now on
  std::string id, kind, state, producer;
  bool private_parts = false;  ///< without it no event may carry message text or parameters
};

/// Events for one client, as many as it takes. Any thread; dropping it ends it.
class EventSource {
 public:
  virtual ~EventSource() = default;
  /// {event, cursor, gap} as io.herald.varlink says; nothing: wait for `ready`. An error ends it.
  virtual std::optional<base::Result<boost::json::object>> next() = 0;
};

/// What the control socket asks of the daemon; implemented in app/. Every call comes on the
/// server's strand and must not block; every Reply is called at most once, on any thread. One that
/// is dropped uncalled is answered as a failure.
class Operations {
 public:
  virtual ~Operations() = default;
  using Reply = std::function<void(base::Result<boost::json::object>)>;

  /// Send, Show (timeline), List, Cancel. The producer's name is "uid:<peer's uid>".
  virtual model::ports::Producer& producer() = 0;

  /// {version, pid, started, ready, store, http, counts, channels}
  virtual void status(Reply) = 0;
  /// {channels: [...]}
  virtual void channels(Reply) = 0;
  /// {nodes: [{name, fence, version, started, lease_left, shares, periodic, self}]}; none when the
  /// daemon is alone on its store.
  virtual void nodes(Reply) = 0;
  /// Stops a channel, durably, until resume(). `by`: who asked. not_found when there is no such
  /// channel.
  virtual void pause(std::string channel, std::string reason, std::string by, Reply) = 0;
  /// not_found when it is not paused.
  virtual void resume(std::string channel, Reply) = 0;
  /// Checks a file without using it. `path` is absolute, or empty for the configuration in force.
  /// The answer: {valid, diagnostics: [{file, line, column, message}], text, warnings: [as
  /// diagnostics]}; `valid: false` becomes the error ConfigurationInvalid. `text`: everything for a
  /// terminal. An unreadable file is Code::not_found.
  virtual void check_config(std::string path, Reply) = 0;
  /// {valid, diagnostics, text, changed: [names of what changed], warnings}
  virtual void reload(Reply) = 0;
  /// `user`: {phone, name, id, provider, time_zone, identities: [{kind, value}]}, all optional.
  /// Answers the user.
  virtual void add_user(boost::json::object user, Reply) = 0;
  /// `spelled`: an id or a phone. Answers the user: {id, name, provider, time_zone, identities:
  /// [{kind, value, state}]}.
  virtual void show_user(std::string spelled, Reply) = 0;
  /// {token, user, expires}. A lifetime of 0: the daemon's default.
  virtual void user_token(std::string user, base::Duration lifetime, Reply) = 0;
  /// {name, token, expires}. `expires` at the epoch: never.
  virtual void service_token(std::string name, std::vector<std::string> scopes,
                             base::TimePoint expires, Reply) = 0;
  /// {tokens: [{name, scopes, created, expires, revoked}]}
  virtual void service_tokens(Reply) = 0;
  virtual void revoke_token(std::string name, Reply) = 0;
  /// {user, before}. `user`: an id or a phone.
  virtual void revoke_user_tokens(std::string user, Reply) = 0;

  /// What the request would meet, without sending it; errors as submit. `private_parts`: also
  /// addresses and rendered text.
  virtual void explain(std::string producer, boost::json::value request, bool private_parts,
                       Reply) = 0;
  /// Recomputes from the tables what became of every notification (accepted since then). Answers
  /// {report, text}: for programs and for a terminal. `progress` hears {checked, total} now and
  /// then on a thread of the audit, and answers false when nobody waits any more; then the audit
  /// stops. conflict while another one is under way.
  virtual void audit(std::optional<base::TimePoint> since,
                     std::function<bool(boost::json::object)> progress, Reply) = 0;

  /// `ready` is called, on any thread, when next() has something again after it had nothing.
  virtual base::Result<std::shared_ptr<EventSource>> monitor(MonitorQuery query,
                                                             std::function<void()> ready) = 0;

  /// {webhooks: [{name, url, state, error, last_delivered, behind, waiting, dead}]}
  virtual void webhooks(Reply) = 0;
  /// {messages: [{id, notification, tries, first_try, next_try, error}], next}; `after`: where the
  /// page before ended.
  virtual void webhook_messages(std::string name, bool dead, std::string after, Reply) = 0;
  /// {redelivered}. `id`: of one message; empty: all dead ones.
  virtual void redeliver_webhook(std::string name, std::string id, Reply) = 0;
};

}  // namespace herald::control
