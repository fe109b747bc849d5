#include "delivery/machine.hpp"

#include <algorithm>

#include "base/faults.hpp"
#include "base/ids.hpp"

namespace herald::delivery {
namespace {

using namespace model;

/// How long an unknown attempt is waited for where the step names no time (R6).
constexpr Duration kUnknownWait = std::chrono::seconds{60};

/// The provider has it, or may have it, and did not say that it failed.
bool may_have_it(const Attempt& a) {
  if (a.evidence >= Evidence::delivered) return true;
  if (a.failed) return false;
  return a.in_flight || a.evidence >= Evidence::accepted || a.outcome.kind == OutcomeKind::unknown;
}

}  // namespace

TimePoint later(TimePoint at, Duration d) {
  if (d.count() <= 0) return at;
  if (at.time_since_epoch().count() > 0 && d > TimePoint::max() - at) return TimePoint::max();
  return at + d;
}

const Step* Machine::step_of(const Attempt& attempt) const {
  return attempt.run == p.run && attempt.step < chain_.steps.size() ? &chain_.steps[attempt.step]
                                                                    : nullptr;
}

Evidence Machine::until_of(const Attempt& attempt) const {
  const auto* step = step_of(attempt);
  return step != nullptr ? step->until : Evidence::delivered;
}

Attempt* Machine::find(const AttemptRef& wanted) {
  const auto found = std::find_if(p.attempts.begin(), p.attempts.end(),
                                  [&](const Attempt& a) { return ref(a) == wanted; });
  return found == p.attempts.end() ? nullptr : &*found;
}

unsigned Machine::tries_in_round(unsigned step) const {
  return static_cast<unsigned>(std::count_if(
      p.attempts.begin(), p.attempts.end(),
      [&](const Attempt& a) { return a.run == p.run && a.round == p.round && a.step == step; }));
}

bool Machine::is_latest(const Attempt& attempt) const {
  if (attempt.run != p.run || attempt.step != p.step) return false;
  // A step that has been entered again in a later round has no attempt yet that could fail.
  if (p.state == State::trying && attempt.round != p.round) return false;
  return std::none_of(p.attempts.begin(), p.attempts.end(), [&](const Attempt& a) {
    return a.run == attempt.run && a.step == attempt.step && a.number > attempt.number;
  });
}

bool Machine::own_in_flight() const {
  const auto* flying = p.in_flight();
  return p.state == State::trying && flying != nullptr && flying->run == p.run &&
         flying->step == p.step;
}

bool Machine::already_sent(unsigned step) const {
  return std::any_of(p.attempts.begin(), p.attempts.end(), [&](const Attempt& a) {
    if (a.channel != chain_.steps[step].channel || !may_have_it(a)) return false;
    if (a.run != p.run) return !p.resend && !HERALD_MUTANT("redrive_resends");
    return a.step != step || a.round != p.round;  // else its own try: see live_try()
  });
}

const Attempt* Machine::live_try(unsigned step) const {
  for (const auto& a : p.attempts) {
    if (a.run != p.run || a.round != p.round || a.step != step || !may_have_it(a)) continue;
    // Unknown on an idempotent channel is tried again (R6).
    const bool again = !a.in_flight && a.evidence == Evidence::none &&
                       (chain_.steps[step].idempotent || HERALD_MUTANT("resend_unknown"));
    if (!again) return &a;
  }
  return nullptr;
}

bool Machine::left_in_round(unsigned step) const {
  return std::any_of(p.left.begin(), p.left.end(), [&](const StepLeft& l) {
    return l.run == p.run && l.round == p.round && l.step == step;
  });
}

bool Machine::barred(unsigned step) const {
  const auto left_for_good = [&](const StepLeft& l) {
    // What was only not confirmed is a matter of R7: should it fail after all, the step may be
    // tried again.
    return l.run == p.run && l.step == step && !l.transient &&
           l.reason != Reason::no_evidence_in_time && l.reason != Reason::already_sent;
  };
  const auto rejected = [&](const Attempt& a) {
    return a.run == p.run && a.step == step && a.failed && a.outcome.kind == OutcomeKind::rejected;
  };
  return std::any_of(p.left.begin(), p.left.end(), left_for_good) ||
         std::any_of(p.attempts.begin(), p.attempts.end(), rejected);
}

bool Machine::another_round_possible() const {
  return p.round < chain_.rounds.count && later(now_, chain_.rounds.every) < p.expires;
}

TimePoint Machine::try_end() const {
  return later(later(p.step_started, chain_.steps[p.step].try_for), p.quiet);
}

TimePoint Machine::wait_end() const {
  const auto within = chain_.steps[p.step].within;
  return later(p.wait_started, within.count() > 0 ? within : kUnknownWait);
}

uint64_t Machine::jitter(unsigned number) const {
  Attempt named;
  named.run = p.run;
  named.step = p.step;
  named.number = number;
  return base::hash64(attempt_id(p.id, named));
}

}  // namespace herald::delivery
