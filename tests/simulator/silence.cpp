// A step is left for want of evidence when its time is over: not before, and not much later (R4,
// R22).
#include <algorithm>

#include "oracle.hpp"

namespace herald::simulator {

using namespace std::chrono_literals;
using namespace model;

namespace {

/// How late a timer may be once everything works again: the poller's backstop, a slow disk, a
/// queue.
constexpr Duration kLate = 40s;

/// A step was accepted, or may have been (R4).
bool starts_waiting(const Attempt& a) {
  if (a.evidence >= Evidence::accepted) return true;
  return !a.in_flight &&
         (a.outcome.kind == OutcomeKind::unknown || a.outcome.kind == OutcomeKind::accepted ||
          a.outcome.kind == OutcomeKind::delivered);
}

}  // namespace

void Oracle::remember_acceptance(const Progress& before, const Progress& after,
                                 base::MonoPoint at) {
  for (std::size_t i = 0; i < after.attempts.size(); ++i) {
    const auto& a = after.attempts[i];
    if (!starts_waiting(a)) continue;
    if (i < before.attempts.size() && starts_waiting(before.attempts[i])) continue;
    accepted_at_.emplace(Visit{a.run, a.round, a.step}, at);
  }
  if (after.state == State::waiting &&
      (before.state != State::waiting || before.step != after.step))
    waits_since_ = at;
}

void Oracle::silence(const Progress& before, const Event& event, const Progress& after,
                     const Chain& chain, base::MonoPoint at) {
  if (before.state != State::waiting) return;
  const auto accepted = accepted_at_.find({before.run, before.round, before.step});
  if (accepted == accepted_at_.end())
    return breaks("silence", before.id,
                  "waits at step " + std::to_string(before.step) + " for nothing that was sent");
  const auto within =
      chain.steps[before.step].within.count() > 0 ? chain.steps[before.step].within : Duration{60s};
  const auto waited = at - accepted->second;
  const auto [forward, backward] = truth_.not_followed(accepted->second, at);
  const auto said = [&](const char* what) {
    breaks("silence", before.id,
           std::string{what} + " step " + std::to_string(before.step) + " after " +
               base::to_string(waited) + " of " + base::to_string(within));
  };
  const bool left = after.left.size() > before.left.size() &&
                    after.left[before.left.size()].reason == Reason::no_evidence_in_time;
  // A clock that is set by less is not followed.
  const auto unnoticed = store::Apply::kClockSet;
  if (left && waited < within - forward - unnoticed) said("left");
  // A timer that was lost shows in what finds the step still waiting long after.
  // What seemed accepted and then failed was no acceptance: the wait is for a later try.
  const bool again =
      std::any_of(before.attempts.begin(), before.attempts.end(), [&](const Attempt& a) {
        return Visit{a.run, a.round, a.step} == accepted->first && a.failed;
      });
  const auto since = again ? std::max(accepted->second, waits_since_) : accepted->second;
  const auto due = std::max({since + within + backward, waits_since_, calm_since_ + 60s});
  if (std::holds_alternative<event::Due>(event) && at > due + kLate) said("still at");
}

}  // namespace herald::simulator
