// What time and the gates do: due, gated, blocked, render failed; and when the next `due` is
// wanted.
#include <algorithm>

#include "delivery/machine.hpp"

#include "base/faults.hpp"

namespace herald::delivery {

using namespace model;

void Machine::on(const event::Due&) {
  if (const auto* flying = p.in_flight(); flying != nullptr && now_ >= deadline(p, *flying, chain_))
    return on(event::Lost{ref(*flying), Reason::no_completion_in_time});
  if (is_ended(p.state) || stopping()) return;
  if (now_ >= p.expires) {
    if (p.in_flight() == nullptr) return end_by_expiry();
    p.expiry_passed = true;
    return cancel_others(nullptr);
  }
  // A clock that was set back must not make a timer longer than it was (R4).
  for (auto* since : {&p.step_started, &p.wait_started, &p.held_since})
    *since = std::min(*since, now_);

  switch (p.state) {
    case State::queued:
      if (now_ >= p.next_try && ready_at_step()) start();
      return;
    case State::trying: {
      if (p.in_flight() != nullptr) return;
      if (!ready_at_step()) return;
      if (!take_up() && now_ >= try_end()) return leave(Reason::not_accepted_in_time, true);
      if (now_ >= p.next_try) start();
      return;
    }
    case State::waiting:
      if (now_ >= wait_end()) return leave(Reason::no_evidence_in_time, false);
      return ask_again();
    case State::holding:
      if (now_ < later(p.held_since, chain_.receipts_for)) return;
      return p.best_evidence() >= Evidence::delivered
                 ? end(State::delivered, Reason::wanted_evidence)
                 : end(State::unconfirmed, Reason::receipts_over);
    default:
      return;
  }
}

bool Machine::ready_at_step() {
  if (step() == nullptr) return exhausted(Reason::chain_exhausted), false;
  if (p.state == State::trying) {
    if (const auto* live = live_try(p.step)) return resume(*live, p.reason), false;
    if (!already_sent(p.step)) return true;
    return leave(Reason::already_sent, false), false;
  }
  const auto claimed = p.step;
  advance(p.reason);
  return p.state == State::trying && p.step == claimed;
}

void Machine::start() {
  const auto& step = chain_.steps[p.step];
  Attempt attempt;
  attempt.run = p.run;
  attempt.round = p.round;
  attempt.step = p.step;
  for (const auto& a : p.attempts)
    if (a.run == p.run && a.step == p.step) attempt.number = std::max(attempt.number, a.number + 1);
  attempt.channel = step.channel;
  attempt.reaches_nobody = step.reaches_nobody;
  attempt.started = now_;
  p.state = State::trying;
  p.reason = Reason::attempt_started;
  effects.push_back(effect::Start{ref(attempt)});
  p.attempts.push_back(std::move(attempt));
}

bool Machine::take_up() {
  if (tries_in_round(p.step) > 0 || p.next_try > p.step_started) return false;
  p.step_started = p.next_try = now_;
  return true;
}

bool Machine::can_be_gated() {
  if (stopping() || p.in_flight() != nullptr) return false;
  if (p.state == State::queued) return now_ >= p.next_try && ready_at_step();
  if (p.state != State::trying || step() == nullptr) return false;
  take_up();
  return true;
}

void Machine::lift(Reason gate) {
  if (p.state != State::trying || p.in_flight() != nullptr || p.reason != gate) return;
  if (p.next_try <= now_) return;
  if (gate == Reason::quiet_hours) p.quiet = std::max(Duration{0}, p.quiet - (p.next_try - now_));
  p.next_try = now_;
}

void Machine::on(const event::Gated& e) {
  if (e.until <= now_) return lift(e.reason);
  if (!can_be_gated()) return;
  if (e.until == TimePoint::max()) {
    // Nobody knows for how long: the step waits as long as it may.
    p.next_try = std::min(try_end(), p.expires);
    p.reason = e.reason;
    return;
  }
  if (e.reason == Reason::quiet_hours) {
    if (e.until >= p.expires) return leave(Reason::quiet_past_expiry, false);
    // Asked again before the last answer was over, only the difference is new quiet time.
    const bool overlap = p.reason == Reason::quiet_hours && p.next_try > now_;
    p.quiet = std::max(Duration{0}, p.quiet + (e.until - (overlap ? p.next_try : now_)));
  }
  if (e.until >= try_end() || e.until >= p.expires)
    return leave(Reason::not_accepted_in_time, true);
  p.next_try = e.until;
  p.reason = e.reason;
}

void Machine::on(const event::Blocked& e) {
  if (e.reason == Reason::evicted) {
    if (p.state == State::waiting && !stopping()) leave(Reason::evicted, false, e.detail);
    return;
  }
  if (e.reason == Reason::invalid) {  // R23
    if (p.state != State::queued || !p.attempts.empty() || !p.left.empty()) return;
    p.left.push_back({p.run, p.round, p.step, e.reason, false, e.detail, now_});
    return end(State::undelivered, Reason::invalid);
  }
  if (can_be_gated()) leave(e.reason, e.transient, e.detail);
}

void Machine::on(const event::RenderFailed& e) {
  if (!can_be_gated()) return;
  const auto& step = chain_.steps[p.step];
  ++p.render_failures;
  const auto next = later(now_, step.backoff.after(p.render_failures, jitter(0)));
  if (p.render_failures >= step.attempts || next >= try_end() || next >= p.expires)
    return leave(Reason::render_failed, true, e.detail);
  p.next_try = next;
  p.reason = Reason::render_failed;
}

void Machine::refresh_due() {
  const auto* flying = p.in_flight();
  p.due = flying != nullptr ? deadline(p, *flying, chain_) : TimePoint::max();
  if (is_ended(p.state) || stopping()) return;
  p.due = std::min(p.due, p.expires);
  if (step() == nullptr)
    p.due = std::min(p.due, p.next_try);
  else if (p.state == State::queued)
    p.due = std::min(p.due, p.next_try);
  else if (p.state == State::trying && flying == nullptr)
    p.due = std::min({p.due, p.next_try, try_end()});
  else if (p.state == State::waiting && !HERALD_MUTANT("timer_lost"))
    p.due = std::min({p.due, wait_end(), next_question()});
  else if (p.state == State::holding)
    p.due = std::min(p.due, later(p.held_since, chain_.receipts_for));
}

}  // namespace herald::delivery
