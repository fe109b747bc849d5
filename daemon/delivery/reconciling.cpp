// What became of an attempt that ended without a word: the channel is asked, a bounded number of
// times, until the step is left (R6).
#include <algorithm>

#include "delivery/machine.hpp"

namespace herald::delivery {

using namespace model;

namespace {

/// Questions about one attempt, those included that a restart cut off.
constexpr unsigned kQuestions = 5;
/// Beyond the channel's own timeout, for the answer to be recorded.
constexpr Duration kAnswerGrace = std::chrono::seconds{5};

}  // namespace

void Machine::ask(Attempt& attempt) {
  ++attempt.asks;
  attempt.reconciling = true;
  attempt.ask_at = later(later(now_, chain_.steps[p.step].timeout), kAnswerGrace);
  effects.push_back(effect::Reconcile{ref(attempt)});
}

void Machine::ask_again() {
  for (auto& attempt : p.attempts) {
    if (!attempt.reconciling || now_ < attempt.ask_at) continue;
    if (attempt.asks < kQuestions)
      ask(attempt);
    else
      attempt.reconciling = false;
  }
}

TimePoint Machine::next_question() const {
  auto next = TimePoint::max();
  for (const auto& attempt : p.attempts)
    if (attempt.reconciling) next = std::min(next, attempt.ask_at);
  return next;
}

void Machine::on(const event::Reconciled& e) {
  auto* attempt = find(e.attempt);
  if (attempt == nullptr || attempt->in_flight) return;
  // A channel that is down cannot tell either.
  const auto kind = e.outcome.kind;
  if (kind != OutcomeKind::unknown && kind != OutcomeKind::channel_down) {
    attempt->reconciling = false;
    return late(*attempt, e.outcome);
  }
  if (!attempt->reconciling) return;
  attempt->reconciling = attempt->asks < kQuestions;
  if (!attempt->reconciling) return;
  const auto* step = step_of(*attempt);
  const auto pause =
      step == nullptr ? kAnswerGrace : step->backoff.after(attempt->asks, jitter(attempt->number));
  attempt->ask_at = later(now_, pause);
}

}  // namespace herald::delivery
