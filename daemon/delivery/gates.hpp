#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "delivery/breaker.hpp"
#include "delivery/line.hpp"
#include "model/types.hpp"
#include "store/store.hpp"

namespace herald::delivery {

/// What the configuration says of all gates.
struct GateRules {
  std::map<std::string, model::ChannelLimits, std::less<>> channels;
  model::QuietHours quiet_hours;
  std::string time_zone = "Africa/Douala";  ///< of people without one of their own
};

/// Both clocks of one moment: quiet hours and what is stored go by the wall, everything that
/// measures a time by the monotonic one.
struct Moment {
  model::TimePoint wall;
  base::MonoPoint mono;
};

/// Everything that may stand between a notification and its attempt: quiet hours, pause, breaker,
/// the limits of recipient and channel (R8, R16-R18, R21). Says what stands there; decide() says
/// what becomes of it. Pure but for its memory: time is passed in, nothing is stored. Belongs to
/// the delivery thread.
class Gates {
 public:
  enum class Verdict {
    open,
    blocked,    ///< the step is left at once: event::Blocked
    gated,      ///< not before `until`: event::Gated
    in_memory,  ///< its turn comes within a second: call() names it
  };
  struct Answer {
    Verdict verdict = Verdict::open;
    model::Reason reason = model::Reason::none;
    model::TimePoint until{};  ///< gated; TimePoint::max(): nobody knows
    std::string detail;
    std::string displaced;  ///< another one that lost its place in memory and must ask again
  };
  /// Somebody who wants to start an attempt on a channel.
  struct Want {
    std::string id;  ///< of the notification
    std::string channel;
    model::UserId user = 0;
    model::Priority priority = model::Priority::normal;
    model::TimePoint created{};
    bool disturbs = false;                             ///< the channel's declaration
    std::string time_zone;                             ///< of the person; empty: the configured one
    model::Reason waited_for = model::Reason::none;    ///< the gate it was sent away by
    model::Duration waited{0};                         ///< at this step so far
    model::Duration may_wait{model::Duration::max()};  ///< what is left of try_for and the expiry
  };

  void configure(GateRules rules);

  /// What an attempt would meet now, without taking a place or a token: for `heraldctl explain`.
  /// `in_memory` is told as `gated`. Only `id`, `created`, `waited` and `may_wait` may be left out.
  Answer ask(const Want& want, const Moment& now) const;
  /// Does the time zone of the person matter?
  bool needs_time_zone(const Want& want) const;
  /// Quiet hours, pause, breaker. Open: a half-open breaker takes it for its probe.
  Answer enter(const Want& want, const Moment& now);
  /// The limits, just before the attempt. Open: the tokens are taken.
  Answer take(const Want& want, const Moment& now);

  /// What an attempt on a channel told about the channel. channel_down is told by trip().
  void outcome(const std::string& channel, const std::string& id, const model::Outcome& outcome,
               base::MonoPoint now);
  void trip(const std::string& channel, base::MonoPoint now);
  /// It is no longer on its way to an attempt: its place in a line, or as the probe, is free.
  void forget(const std::string& channel, const std::string& id);

  /// When call() has somebody to name on that channel; MonoPoint::max(): nobody waits.
  base::MonoPoint call_at(const std::string& channel, base::MonoPoint now) const;
  std::string call(const std::string& channel, base::MonoPoint now);

  void pause(store::Pause pause);
  void resume(const std::string& channel);
  std::set<std::string> paused() const;

  /// For people.
  struct View {
    Breaker::State breaker = Breaker::State::closed;
    base::Duration probe_in{0};  ///< while it is open
    std::size_t waiting = 0;     ///< in memory, for the channel's limit
    std::optional<store::Pause> paused;
    model::ChannelLimits limits;
  };
  View view(const std::string& channel, base::MonoPoint now) const;

 private:
  struct Recipient {
    Gcra gcra;
    Promises promises;
  };
  struct Channel {
    model::ChannelLimits limits;
    Breaker breaker;
    Line line;
    std::map<model::UserId, Recipient> recipients;  // those whose burst is not whole
    std::size_t tidy_at = 1024;
  };
  const Channel* find(const std::string& channel) const;
  Answer stands_before(const Want& want, const Moment& now) const;
  base::MonoPoint recipient_free_at(const Channel& channel, const Want& want,
                                    base::MonoPoint now) const;
  static void tidy(Channel& channel, base::MonoPoint now);

  GateRules rules_;
  std::map<std::string, Channel, std::less<>> channels_;
  std::map<std::string, store::Pause, std::less<>> paused_;
};

}  // namespace herald::delivery
