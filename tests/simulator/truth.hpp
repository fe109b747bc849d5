#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/event.hpp"

namespace herald::simulator {

/// A message that a provider took. What it says is so, whatever the daemon believes.
struct Copy {
  std::string channel, notification, attempt, provider_id;
  base::MonoPoint taken{};
  model::Evidence reached = model::Evidence::accepted;
  bool failed = false;        ///< the provider gave it up: it never arrives
  bool contradicted = false;  ///< it arrived, and the provider says that it failed
};

/// A receipt that the daemon acknowledged after its commit.
struct Acknowledged {
  std::size_t copy = 0;
  model::ReceiptKind kind = model::ReceiptKind::sent;
  bool by_attempt = false;  ///< it named nothing that the provider knows
};

/// What a producer asked for, and what it was told.
struct Intent {
  std::string kind, key;
  unsigned number = 0, user = 0;
  unsigned sent = 0;              ///< requests that may have been stored
  std::vector<std::string> acks;  ///< ids, one per answer
};

/// The wall clock was set.
struct ClockSet {
  base::MonoPoint at{};
  base::Duration by{};
};

/// A life of the daemon; what did not come is max().
struct Life {
  base::MonoPoint born{}, ready = base::MonoPoint::max(), died = base::MonoPoint::max();
};

/// The dispatcher gave an attempt to a channel, or a channel answered it.
struct Call {
  base::MonoPoint at{};
  model::TimePoint wall{};
  std::size_t life = 0;  ///< the how manieth
  std::string channel, attempt;
  model::UserId user = 0;
  model::Priority priority = model::Priority::normal;
  std::optional<model::Outcome> answer;  ///< nothing: it is the attempt
};

/// What the operator knows of a channel from `at` on. Between an order and its answer nobody knows.
struct PauseKnown {
  enum class Is : uint8_t { open, unsure, paused };
  base::MonoPoint at{};
  Is is = Is::open;
};

/// The number in the other body that a key is used with comes from here on.
constexpr unsigned kOtherBody = 100'000;

/// The record of what really happened outside the daemon: what the oracle judges by.
struct Truth {
  std::vector<Copy> copies;
  std::vector<Acknowledged> acknowledged;
  /// What the person saw of the inbox item of a notification, and what of it the daemon
  /// acknowledged.
  std::map<std::string, model::Evidence> seen, seen_acknowledged;
  std::vector<Intent> intents;
  std::map<std::string, base::MonoPoint> cancelled;  ///< acknowledged cancels
  std::map<std::string, unsigned> redriven;          ///< acknowledged redrives
  std::vector<ClockSet> clock_set;
  std::vector<Life> lives;
  std::vector<Call> calls;                                ///< in order of time
  std::map<std::string, std::vector<PauseKnown>> pauses;  ///< by channel, in order of time
  /// Attempts whose item the store did not take, or not before the plugin answered: what the plugin
  /// says of them then says nothing of the channel.
  std::set<std::string> items_refused;

  /// By the wall clock at least a day went by: what is kept for a day may be gone.
  bool a_day_passed() const;
  /// When the doors of the daemon that lived then had opened; max() when they had not.
  base::MonoPoint ready_before(base::MonoPoint at) const;
  /// By how far the wall clock was set in that time, forward and backward, where a daemon that died
  /// on the way may have left some timers as they were (R22).
  std::pair<base::Duration, base::Duration> not_followed(
      base::MonoPoint from = base::MonoPoint::min(),
      base::MonoPoint to = base::MonoPoint::max()) const;
};

}  // namespace herald::simulator
