// What apply() does before it writes: lets the state machine decide events one after another.
#pragma once

#include <vector>

#include "store/store.hpp"

namespace herald::store {

/// The progress after each event, and the effects of all; nothing is written yet.
struct Decided {
  std::vector<model::Progress> steps;
  std::vector<model::Effect> effects;
  model::ChainPtr chain;  ///< of the run that is reached
};

/// Decides the events in order, from `stored` or from where `out` has come to. internal when the
/// state machine throws.
base::Result<void> decide_all(const Decide& decide, const std::vector<model::Event>& events,
                              const model::Progress& stored, const model::ChainPtr& new_chain,
                              model::TimePoint now, Decided& out);

/// Whether the inbox item leaves the list.
bool withdraws(const std::vector<model::Effect>& effects);

/// Whether one of the events completes an attempt that there is not: the Due before it was refused,
/// as when the clock had been set back to before the notification's time.
bool tells_of_unmade(const std::vector<model::Event>& events, const Decided& decided);

/// The attempt that an event names.
std::optional<model::AttemptRef> attempt_of(const model::Event& event);

}  // namespace herald::store
