#pragma once

#include <algorithm>

#include "model/chain.hpp"
#include "model/progress.hpp"

/// What every sequence of events has to keep to, said a second time and without decide(): for its
/// property test and for the simulator's oracle.
namespace herald::delivery::testing {

/// I5: states go only forward.
inline bool may_follow(model::State before, model::State after, bool redriven) {
  using model::State;
  switch (before) {
    case State::delivered:
    case State::cancelled:
      return after == before;
    case State::unconfirmed:
      return after == before || after == State::undelivered || after == State::delivered;
    case State::expired:
      return after == before || after == State::delivered;
    case State::undelivered:
      return after == before || after == State::delivered || (redriven && after == State::queued);
    default:
      return true;
  }
}

/// The channel of that attempt has it, or may have it.
inline bool may_have(const model::Attempt& a) {
  if (a.evidence >= model::Evidence::delivered) return true;
  return !a.failed && (a.in_flight || a.evidence >= model::Evidence::accepted ||
                       a.outcome.kind == model::OutcomeKind::unknown);
}

/// R7: the attempt of `before` because of which `after` should not have started its latest one;
/// nullptr: it may. `step` is the step of that.
inline const model::Attempt* sent_already(const model::Progress& before,
                                          const model::Progress& after, const model::Step& step) {
  const auto& started = after.attempts.back();
  const auto it =
      std::find_if(before.attempts.begin(), before.attempts.end(), [&](const model::Attempt& a) {
        if (a.channel != started.channel || !may_have(a)) return false;
        if (a.run != started.run && after.resend) return false;
        const bool same_try =
            a.run == started.run && a.round == started.round && a.step == started.step;
        return !(same_try && step.idempotent && a.evidence == model::Evidence::none);
      });
  return it == before.attempts.end() ? nullptr : &*it;
}

}  // namespace herald::delivery::testing
