// delivery: moves notifications along their chains: decide() decides, the dispatcher around it
// acts. decide() and its helpers are pure and may be called on any thread; the dispatcher says its
// own in its header. Never talks to a provider or renders by itself, and never starts an attempt
// that was not stored before.
#pragma once

#include "model/chain.hpp"
#include "model/event.hpp"
#include "model/progress.hpp"

namespace herald::delivery {

/// The state machine of a notification: pure, no clock, no randomness, no I/O. Implements exactly
/// the table of docs/explanation/state-machine.md (every state x event, rules R1-R21). Throws
/// std::logic_error when the chain is not the one the progress belongs to; the caller treats that
/// as a bug, not as input. Events about attempts that do not exist, that come too early or that the
/// table ignores give the progress back unchanged.
model::Decision decide(const model::Progress& progress, const model::Event& event,
                       const model::Chain& chain, model::TimePoint now);

/// The progress of a notification that was just accepted: queued, due at not_before.
model::Progress first_progress(std::string id, model::TimePoint created,
                               model::TimePoint not_before, model::TimePoint expires);

/// What an event::Due at `now` would do.
enum class Next {
  nothing,  ///< it comes too early
  timer,    ///< a time passes, or a step is left: no attempt
  attempt,  ///< an attempt of current_step() starts: ask the gates and render first
};
Next what_is_due(const model::Progress& progress, const model::Chain& chain, model::TimePoint now);

/// It waits for a time its producer named (not_before): that time stays when the clock is set.
bool waits_for_day(const model::Progress& progress);

/// The step the notification is at; nullptr once it has ended. Points into `chain`.
const model::Step* current_step(const model::Progress& progress, const model::Chain& chain);

/// When the attempt counts as lost (R13): its start, the step's timeout, and 5 s for the answer to
/// arrive.
model::TimePoint deadline(const model::Progress& progress, const model::Attempt& attempt,
                          const model::Chain& chain);

/// The ending for people: "delivered: webchat read", "unconfirmed: accepted by whatsapp",
/// "undelivered: recorded by log; webchat: no_evidence_in_time; whatsapp: bad_recipient". The
/// state's name before the end.
std::string ending_text(const model::Progress& progress, const model::Chain& chain);

}  // namespace herald::delivery
