#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/ports/producer.hpp"

namespace herald::control {

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

  /// Recomputes from the tables what became of every notification (accepted since then). Answers
  /// {report, text}: for programs and for a terminal. `progress` hears {checked, total} now and
  /// then on a thread of the audit, and answers false when nobody waits any more; then the audit
  /// stops. conflict while another one is under way.
  virtual void audit(std::optional<base::TimePoint> since,
                     std::function<bool(boost::json::object)> progress, Reply) = 0;

  /// Events from now on; `sink` may be called on any thread, never blocks, and answers false when
  /// nobody listens any more. Without `private_parts` no event may carry message text or
  /// parameters.
  virtual uint64_t monitor(bool private_parts,
                           std::function<bool(const boost::json::object&)> sink) = 0;
  /// No call of that sink begins after this returns. Unknown handles are ignored.
  virtual void unmonitor(uint64_t handle) = 0;
};

}  // namespace herald::control
