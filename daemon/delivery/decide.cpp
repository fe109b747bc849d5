#include "delivery/decide.hpp"

#include <algorithm>
#include <stdexcept>

#include "delivery/machine.hpp"

namespace herald::delivery {

using namespace model;

Decision decide(const Progress& progress, const Event& event, const Chain& chain, TimePoint now) {
  // Refused before the new chain, which is not this notification's, is looked at (R20).
  if (std::holds_alternative<event::Redrive>(event) && progress.state != State::undelivered)
    return {progress,
            {effect::Refused{"only an undelivered notification can be redriven, this one is " +
                             std::string{to_string(progress.state)}}}};
  if (std::holds_alternative<event::Redrive>(event) && progress.reason == Reason::invalid)
    return {progress,
            {effect::Refused{"it was refused when it was submitted, so there is nothing to start "
                             "again; submit it anew, corrected"}}};
  const bool chain_fits = is_ended(progress.state) || progress.step < chain.steps.size() ||
                          (progress.state == State::queued && chain.steps.empty());
  if (!chain_fits)
    throw std::logic_error("decide: " + progress.id + " is at step " +
                           std::to_string(progress.step) + " of a chain with " +
                           std::to_string(chain.steps.size()));
  Machine machine{progress, chain, now};
  std::visit([&](const auto& e) { machine.on(e); }, event);
  machine.refresh_due();
  return {std::move(machine.p), std::move(machine.effects)};
}

Progress first_progress(std::string id, TimePoint created, TimePoint not_before,
                        TimePoint expires) {
  Progress p;
  p.id = std::move(id);
  p.reason = not_before > created ? Reason::not_before : Reason::submitted;
  p.next_try = std::max(created, not_before);
  p.expires = expires;
  p.due = std::min(p.next_try, expires);
  return p;
}

Next what_is_due(const Progress& progress, const Chain& chain, TimePoint now) {
  const auto decision = decide(progress, event::Due{}, chain, now);
  for (const auto& effect : decision.effects)
    if (std::holds_alternative<effect::Start>(effect)) return Next::attempt;
  return decision.next == progress ? Next::nothing : Next::timer;
}

const Step* current_step(const Progress& progress, const Chain& chain) {
  if (is_ended(progress.state) || progress.step >= chain.steps.size()) return nullptr;
  return &chain.steps[progress.step];
}

TimePoint deadline(const Progress& progress, const Attempt& attempt, const Chain& chain) {
  // An attempt of an earlier run may belong to a chain that is gone: then the default timeout.
  const bool known = attempt.run == progress.run && attempt.step < chain.steps.size();
  const auto timeout = known ? chain.steps[attempt.step].timeout : Step{}.timeout;
  return later(later(attempt.started, timeout), std::chrono::seconds{5});
}

}  // namespace herald::delivery
