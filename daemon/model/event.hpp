#pragma once

#include <string>
#include <variant>

#include "base/result.hpp"
#include "model/progress.hpp"

namespace herald::model {

/// Names an attempt of the notification an event belongs to.
struct AttemptRef {
  unsigned run = 1, step = 0, number = 1;
  friend bool operator==(const AttemptRef&, const AttemptRef&) = default;
};
inline AttemptRef ref(const Attempt& a) { return {a.run, a.step, a.number}; }

namespace event {
/// The due time came, or the dispatcher claimed it and every gate is open: start what is next, or
/// let the passed timer act.
struct Due {
  friend bool operator==(const Due&, const Due&) = default;
};
/// A gate holds the next attempt until T (R17): channel_limit, recipient_limit, paused, quiet_hours
/// (which do not count against try_for). TimePoint::max(): until it is lifted. An `until` that is
/// not in the future lifts it: what waits for that very reason may start.
struct Gated {
  Reason reason;
  TimePoint until;
  friend bool operator==(const Gated&, const Gated&) = default;
};
/// The current step cannot be used now: no_address, quarantined, opted_out (R16), breaker_open
/// (R8), channel_removed (R19), evicted. `transient` tells whether a later round may try it.
struct Blocked {
  Reason reason;
  bool transient;
  std::string detail;
  friend bool operator==(const Blocked&, const Blocked&) = default;
};
/// Rendering for the current step failed or timed out (R15).
struct RenderFailed {
  std::string detail;
  friend bool operator==(const RenderFailed&, const RenderFailed&) = default;
};
/// complete() of an attempt, or a non-OK return of deliver() mapped by R14.
/// `inbox`: an inbox item was appended in the same transaction.
struct Completed {
  AttemptRef attempt;
  Outcome outcome;
  bool inbox = false;
  friend bool operator==(const Completed&, const Completed&) = default;
};
/// Deadline passed, plugin died, or a restart found it in flight (R13).
struct Lost {
  AttemptRef attempt;
  Reason reason;
  friend bool operator==(const Lost&, const Lost&) = default;
};
/// Answer of a reconcile request (R6).
struct Reconciled {
  AttemptRef attempt;
  Outcome outcome;
  friend bool operator==(const Reconciled&, const Reconciled&) = default;
};
/// Later news about an attempt. `outcome` says why for failed.
struct Receipt {
  AttemptRef attempt;
  ReceiptKind kind;
  Outcome outcome;
  TimePoint provider_time;
  std::string provider_id;
  friend bool operator==(const Receipt&, const Receipt&) = default;
};
/// The person answered. `attempt` is the one that asked, or may have: it gets the evidence. Changes
/// nothing once there is an answer, the notification is cancelled or its expiry has come.
struct Answered {
  AttemptRef attempt;
  std::string action, channel, said;  ///< see Answer
  friend bool operator==(const Answered&, const Answered&) = default;
};
struct Cancel {
  std::string by;
  friend bool operator==(const Cancel&, const Cancel&) = default;
};
/// A dead letter starts again with a new run (R20). The caller passes the present chain; `resend`
/// lifts R7.
struct Redrive {
  std::string by;
  TimePoint expires;
  bool resend;
  friend bool operator==(const Redrive&, const Redrive&) = default;
};
/// The wall clock was set by so much: timers that measure a time follow it, a time of day
/// (not_before, the end of quiet hours) does not. `expiry`: this notification's expiry is a
/// duration, too (expires_after), not a time its producer named.
struct ClockMoved {
  Duration by{0};
  bool expiry = false;
  friend bool operator==(const ClockMoved&, const ClockMoved&) = default;
};
}  // namespace event

using Event = std::variant<event::Due, event::Gated, event::Blocked, event::RenderFailed,
                           event::Completed, event::Lost, event::Reconciled, event::Receipt,
                           event::Answered, event::Cancel, event::Redrive, event::ClockMoved>;

std::string_view name(const Event& event);
/// Stored in the timeline; replaying the stored events through decide() must give the stored
/// progress.
std::string to_json_text(const Event& event);
base::Result<Event> event_from_json(std::string_view text);

/// What the dispatcher must do after the decision is stored.
namespace effect {
/// Render if needed and call the channel's deliver() with this attempt; it is in flight from now
/// on.
struct Start {
  AttemptRef attempt;
  friend bool operator==(const Start&, const Start&) = default;
};
/// Send CANCEL for the operation in flight (R3, R11, R12); its completion is still awaited.
struct CancelAttempt {
  AttemptRef attempt;
  friend bool operator==(const CancelAttempt&, const CancelAttempt&) = default;
};
/// Ask the channel's reconcile about this attempt (R6).
struct Reconcile {
  AttemptRef attempt;
  friend bool operator==(const Reconcile&, const Reconcile&) = default;
};
/// channel_down: open the breaker of this step's channel (R8).
struct TripBreaker {
  unsigned step;
  friend bool operator==(const TripBreaker&, const TripBreaker&) = default;
};
/// The inbox item is withdrawn (R12).
struct WithdrawItem {
  friend bool operator==(const WithdrawItem&, const WithdrawItem&) = default;
};
/// Cancel was refused (R12): evidence >= delivered, or already ended.
struct Refused {
  std::string why;
  friend bool operator==(const Refused&, const Refused&) = default;
};
}  // namespace effect
using Effect = std::variant<effect::Start, effect::CancelAttempt, effect::Reconcile,
                            effect::TripBreaker, effect::WithdrawItem, effect::Refused>;

/// What decide() answers.
struct Decision {
  Progress next;
  std::vector<Effect> effects;
};

/// One line of the timeline.
struct TimelineEntry {
  uint64_t seq = 0;  ///< from 1, per notification
  TimePoint at{};
  Event event;
  State state = State::queued;   ///< after the event
  Reason reason = Reason::none;  ///< after the event
};

}  // namespace herald::model
