// From step to step, round to round, to the end and back (R3, R4, R7, R9, R10, R11, R12, R20).
#include <algorithm>

#include "delivery/machine.hpp"

namespace herald::delivery {

using namespace model;

void Machine::wait() {
  if (p.wait_started == TimePoint{}) p.wait_started = now_;
  p.state = State::waiting;
  p.reason = Reason::wanted_evidence;
}

/// `until: accepted` is met by this attempt: its step is the current one again, so that its failure
/// acts (R2).
void Machine::hold(const Attempt& attempt) {
  if (attempt.step != p.step || p.state == State::queued) {
    p.step = attempt.step;
    p.step_started = attempt.started;
    p.wait_started = now_;
    p.quiet = {};
    p.render_failures = 0;
  }
  if (p.wait_started == TimePoint{}) p.wait_started = now_;
  p.held_since = now_;
  p.state = State::holding;
  p.reason = Reason::wanted_evidence;
}

void Machine::leave(Reason reason, bool transient, std::string detail) {
  p.left.push_back({p.run, p.round, p.step, reason, transient, std::move(detail), now_});
  // Nobody waits for an answer about it any more; one that comes still counts.
  for (auto& attempt : p.attempts) attempt.reconciling = false;
  advance(reason);
}

void Machine::enter(unsigned step, Reason reason) {
  p.state = State::trying;
  p.reason = reason;
  p.step = step;
  p.step_started = p.next_try = now_;
  p.wait_started = p.held_since = {};
  p.quiet = {};
  p.render_failures = 0;
}

/// To the first step that this round has not left and that may be tried.
void Machine::advance(Reason reason) {
  const bool last_round = !another_round_possible();
  for (unsigned i = 0; i < chain_.steps.size(); ++i) {
    if (left_in_round(i) || barred(i)) continue;
    if (chain_.steps[i].reaches_nobody && !last_round) continue;
    if (const auto* live = live_try(i)) return resume(*live, reason);
    if (!already_sent(i)) return enter(i, reason);
    p.left.push_back({p.run, p.round, i, Reason::already_sent, false, {}, now_});
  }
  exhausted(reason);
}

void Machine::resume(const Attempt& attempt, Reason reason) {
  enter(attempt.step, reason);
  p.step_started = attempt.started;
  if (attempt.in_flight) return;
  if (attempt.reaches_nobody) return leave(Reason::reaches_nobody, false);
  // R4: from its first word of having it; a try that seemed to fail gave that only by a receipt.
  const bool seemed_failed = attempt.outcome.kind == OutcomeKind::retry ||
                             attempt.outcome.kind == OutcomeKind::rejected ||
                             attempt.outcome.kind == OutcomeKind::channel_down;
  p.wait_started = seemed_failed ? attempt.evidence_at : attempt.ended;
  if (attempt.evidence >= until_of(attempt)) return hold(attempt);
  p.state = State::waiting;
}

void Machine::exhausted(Reason reason) {
  if (p.best_evidence() >= Evidence::delivered)
    return end(State::delivered, Reason::wanted_evidence);
  const bool may_heal = std::any_of(p.left.begin(), p.left.end(), [&](const StepLeft& l) {
    const bool here = l.run == p.run && l.round == p.round && l.step < chain_.steps.size();
    return here && l.transient && !chain_.steps[l.step].reaches_nobody;
  });
  if (may_heal && another_round_possible()) {
    ++p.round;
    p.state = State::queued;
    p.reason = Reason::next_round;
    p.next_try = later(now_, chain_.rounds.every);
    p.step_started = p.wait_started = p.held_since = {};
    p.quiet = {};
    p.render_failures = 0;
    p.step = 0;
    while (p.step + 1 < chain_.steps.size() &&
           (barred(p.step) || chain_.steps[p.step].reaches_nobody))
      ++p.step;
    return;
  }
  // This was the last round after all: now those that reach nobody, each once (R10).
  for (unsigned i = 0; i < chain_.steps.size(); ++i) {
    if (!chain_.steps[i].reaches_nobody || left_in_round(i) || barred(i)) continue;
    if (const auto* live = live_try(i)) return resume(*live, reason);
    if (!already_sent(i)) return enter(i, reason);
    p.left.push_back({p.run, p.round, i, Reason::already_sent, false, {}, now_});
  }
  end(State::undelivered, Reason::chain_exhausted);
}

void Machine::end(State state, Reason reason) {
  p.state = state;
  p.reason = reason;
  p.cancel_requested = p.expiry_passed = false;
  for (auto& attempt : p.attempts) attempt.reconciling = false;
}

void Machine::end_by_expiry() {
  if (p.best_evidence() >= Evidence::delivered) return end(State::delivered, Reason::expiry);
  end(p.state == State::holding ? State::unconfirmed : State::expired, Reason::expiry);
}

void Machine::stopped() {
  if (!p.cancel_requested) return end_by_expiry();
  effects.push_back(effect::WithdrawItem{});
  end(State::cancelled, Reason::cancelled);
}

void Machine::cancel_others(const Attempt* keep) {
  if (const auto* flying = p.in_flight(); flying != nullptr && flying != keep)
    effects.push_back(effect::CancelAttempt{ref(*flying)});
}

void Machine::on(const event::Cancel&) {
  if (p.cancel_requested) return;
  if (is_ended(p.state)) {
    effects.push_back(effect::Refused{"it has ended: " + std::string{to_string(p.state)}});
    return;
  }
  if (p.best_evidence() >= Evidence::delivered) {
    effects.push_back(
        effect::Refused{"it has reached the person: " + std::string{to_string(p.best_evidence())}});
    return;
  }
  p.cancel_requested = true;
  if (p.in_flight() == nullptr) return stopped();
  if (!p.expiry_passed) cancel_others(nullptr);
}

void Machine::on(const event::Redrive& e) {
  ++p.run;
  p.round = 1;
  p.step = 0;
  p.state = State::queued;
  p.reason = Reason::redriven;
  p.next_try = now_;
  p.expires = e.expires;
  p.clock_moved = {};
  p.step_started = p.wait_started = p.held_since = {};
  p.quiet = {};
  p.render_failures = 0;
  p.resend = e.resend;
}

}  // namespace herald::delivery
