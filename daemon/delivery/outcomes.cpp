// What the attempt in flight gives: its completion, or the news that none will come (R2, R5, R6,
// R13, R14).
#include <algorithm>

#include "base/faults.hpp"
#include "delivery/machine.hpp"

namespace herald::delivery {

using namespace model;

void Machine::on(const event::Completed& e) {
  auto* attempt = find(e.attempt);
  if (attempt == nullptr) return;
  attempt->inbox = attempt->inbox || e.inbox;
  // The item came after its notification had been withdrawn.
  if (e.inbox && p.state == State::cancelled) effects.push_back(effect::WithdrawItem{});
  if (!attempt->in_flight) return late(*attempt, e.outcome);
  settle(*attempt, e.outcome, true);
}

void Machine::on(const event::Lost& e) {
  auto* attempt = find(e.attempt);
  if (attempt == nullptr) return;
  // A restart cut off the question what became of it: it is put again at once.
  if (attempt->reconciling) attempt->ask_at = now_;
  if (!attempt->in_flight) return;
  const auto* step = step_of(*attempt);
  Outcome outcome;
  outcome.kind = step != nullptr && step->idempotent ? OutcomeKind::retry : OutcomeKind::unknown;
  outcome.reason = e.reason;
  settle(*attempt, outcome, false);
}

/// The attempt in flight has ended. `certain`: a failing outcome is the plugin's word that it did
/// not arrive.
void Machine::settle(Attempt& attempt, const Outcome& outcome, bool certain) {
  const bool own = own_in_flight() && ref(*p.in_flight()) == ref(attempt);
  attempt.in_flight = false;
  attempt.ended = now_;
  attempt.unsure = !certain || outcome.kind == OutcomeKind::unknown;
  const auto parked = std::exchange(p.parked_failure, std::nullopt);
  if (!own || stopping()) {
    // Nothing waits for it any more, or only for its end: it counts as later news.
    attempt.outcome = outcome;
    if (certain) news(attempt, outcome);
    if (parked) failed(attempt, *parked);
    if (!is_ended(p.state) && stopping()) stopped();
    return;
  }
  attempt.outcome = outcome;
  if (!outcome.provider_id.empty()) attempt.provider_id = outcome.provider_id;
  switch (outcome.kind) {
    case OutcomeKind::delivered:
      if (attempt.evidence < Evidence::delivered) {
        attempt.evidence = Evidence::delivered;
        attempt.evidence_at = now_;
      }
      return accepted(attempt);
    case OutcomeKind::accepted:
      if (attempt.evidence < Evidence::accepted) {
        attempt.evidence = Evidence::accepted;
        attempt.evidence_at = now_;
      }
      if (parked) return failed(attempt, *parked);
      return accepted(attempt);
    case OutcomeKind::unknown:
      if (parked) return failed(attempt, *parked);
      if (attempt.evidence >= Evidence::accepted) return accepted(attempt);
      return unknown(attempt);
    default:
      break;
  }
  // A receipt came before the end of the call and knows better (R1).
  if (attempt.evidence >= Evidence::delivered) return accepted(attempt);
  if (!certain && parked) return failed(attempt, *parked);
  if (!certain && attempt.evidence >= Evidence::accepted) return accepted(attempt);
  attempt.failed = certain;
  fail(outcome);
}

/// The provider has it: `until` is met, or is waited for.
void Machine::accepted(Attempt& attempt) {
  if (attempt.reaches_nobody) return leave(Reason::reaches_nobody, false);
  if (attempt.evidence < until_of(attempt)) return wait();
  if (attempt.evidence >= Evidence::delivered)
    return end(State::delivered, Reason::wanted_evidence);
  hold(attempt);
}

/// R6: it may have arrived.
void Machine::unknown(Attempt& attempt) {
  const auto& step = chain_.steps[p.step];
  if (p.wait_started == TimePoint{}) p.wait_started = now_;
  if ((step.idempotent || HERALD_MUTANT("resend_unknown")) &&
      try_again(attempt.outcome.retry_after) == Again::yes)
    return;
  if (attempt.reaches_nobody) return fail({OutcomeKind::rejected, attempt.outcome.reason});
  if (step.reconciles) ask(attempt);
  wait();
}

void Machine::fail(const Outcome& outcome) {
  const auto reason = outcome.reason == Reason::none ? Reason::provider : outcome.reason;
  if (outcome.kind == OutcomeKind::channel_down) {
    effects.push_back(effect::TripBreaker{p.step});
    return leave(reason, true);
  }
  if (outcome.kind != OutcomeKind::retry) return leave(reason, false);
  switch (try_again(outcome.retry_after)) {
    case Again::yes:
      return;
    case Again::spent:
      return leave(Reason::retries_spent, true, std::string{to_string(reason)});
    case Again::too_late:
      return leave(Reason::not_accepted_in_time, true, std::string{to_string(reason)});
  }
}

Machine::Again Machine::try_again(Duration after) {
  const auto& step = chain_.steps[p.step];
  const auto tries = tries_in_round(p.step);
  if (tries >= step.attempts) return Again::spent;
  const auto pause = after.count() > 0 ? after : step.backoff.after(tries, jitter(tries));
  const auto next = later(now_, pause);
  if (next >= try_end() || next >= p.expires) return Again::too_late;
  p.state = State::trying;
  p.reason = Reason::next_try;
  p.held_since = {};
  p.next_try = next;
  return Again::yes;
}

}  // namespace herald::delivery
