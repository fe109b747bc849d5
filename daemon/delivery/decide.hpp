#pragma once

#include "model/chain.hpp"
#include "model/event.hpp"
#include "model/progress.hpp"

namespace herald::delivery {

/// The state machine of a notification: pure, no clock, no randomness, no I/O. Implements exactly the table of
/// docs/explanation/state-machine.md (every state x event, rules R1-R21).
/// Throws std::logic_error for a cell the table calls impossible; the caller treats that as a bug, not as input.
/// Events about attempts that do not exist, or that the table ignores, give the progress back unchanged.
model::Decision decide(const model::Progress& progress, const model::Event& event, const model::Chain& chain,
                       model::TimePoint now);

/// The progress of a notification that was just accepted: queued, due at not_before.
model::Progress first_progress(std::string id, model::TimePoint created, model::TimePoint not_before,
                               model::TimePoint expires);

}  // namespace herald::delivery
