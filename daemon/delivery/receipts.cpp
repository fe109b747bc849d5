// Later news about an attempt: receipts and late completions (R1, R2, R3, R10, R11, R13).
#include <algorithm>

#include "base/faults.hpp"
#include "delivery/machine.hpp"

namespace herald::delivery {

using namespace model;

void Machine::on(const event::Receipt& e) {
  auto* attempt = find(e.attempt);
  if (attempt == nullptr) return;
  if (!e.provider_id.empty() && attempt->provider_id.empty()) attempt->provider_id = e.provider_id;
  if (e.kind == ReceiptKind::failed) return failed(*attempt, e.outcome);
  evidence(*attempt, evidence_of(e.kind));
}

/// The first valid answer stands (R24); what the person says later changes nothing.
void Machine::on(const event::Answered& e) {
  auto* attempt = find(e.attempt);
  const bool open = !p.answer && p.state != State::cancelled && !stopping() && now_ < p.expires;
  if (attempt == nullptr || !open) return;
  p.answer = Answer{e.action, e.channel, e.said, now_};
  evidence(*attempt, Evidence::answered);
}

/// A completion after the attempt was settled. That of a lost attempt counts as a receipt (R13); to
/// an attempt that had its completion, as a channel gives it by appending to the inbox, a failing
/// one adds nothing.
void Machine::late(Attempt& attempt, const Outcome& outcome) {
  const auto had = attempt.outcome.kind;
  const bool lost = had == OutcomeKind::unknown || (had == OutcomeKind::retry && !attempt.failed);
  const bool arrived =
      outcome.kind == OutcomeKind::delivered || outcome.kind == OutcomeKind::accepted;
  if (lost || arrived) news(attempt, outcome);
}

void Machine::news(Attempt& attempt, const Outcome& outcome) {
  if (!outcome.provider_id.empty() && attempt.provider_id.empty())
    attempt.provider_id = outcome.provider_id;
  switch (outcome.kind) {
    case OutcomeKind::delivered:
      return evidence(attempt, Evidence::delivered);
    case OutcomeKind::accepted:
      return evidence(attempt, Evidence::accepted);
    case OutcomeKind::unknown:
      return;
    default:
      return failed(attempt, outcome);
  }
}

void Machine::evidence(Attempt& attempt, Evidence level) {
  if (level <= attempt.evidence) return;
  if (HERALD_MUTANT("late_evidence_ignored") && !is_latest(attempt)) return;
  attempt.evidence = level;
  attempt.evidence_at = now_;
  attempt.reconciling = false;
  if (attempt.outcome.kind == OutcomeKind::unknown && !attempt.in_flight)
    attempt.outcome.kind = OutcomeKind::accepted;
  if (attempt.reaches_nobody) return;

  if (is_ended(p.state)) {
    const bool correctable =
        p.state == State::unconfirmed || p.state == State::undelivered || p.state == State::expired;
    if (correctable && level >= Evidence::delivered)
      end(State::delivered, Reason::evidence_arrived);
    return;
  }
  if (stopping()) return;
  // `sent` that was overtaken by `failed` does not bring the attempt back.
  if (attempt.failed && level < Evidence::delivered) return;
  if (level >= until_of(attempt)) {
    if (level >= Evidence::delivered) {
      cancel_others(&attempt);
      return end(State::delivered, Reason::evidence_arrived);
    }
    if (p.state != State::holding) {
      cancel_others(&attempt);
      hold(attempt);
    }
    return;
  }
  // Below `until`, but the channel has it: R7 forbids the retry that was planned, so the step waits
  // instead.
  if (p.state == State::trying && p.in_flight() == nullptr && is_latest(attempt)) wait();
}

void Machine::failed(Attempt& attempt, const Outcome& given) {
  if (HERALD_MUTANT("failed_receipt_ignored")) return;
  if (attempt.evidence >= Evidence::delivered) return;
  auto outcome = given;
  // `failed` says for sure that it did not arrive; a channel that names no failing outcome with it
  // gets no second try.
  if (outcome.kind < OutcomeKind::retry || outcome.kind == OutcomeKind::unknown)
    outcome.kind = OutcomeKind::rejected;
  if (attempt.in_flight) {
    p.parked_failure = outcome;
    return;
  }
  const bool repeated =
      attempt.failed && (outcome.kind == OutcomeKind::retry || outcome == attempt.outcome);
  attempt.failed = true;
  attempt.reconciling = false;
  attempt.outcome = outcome;
  if (p.state == State::unconfirmed && is_latest(attempt)) {
    p.left.push_back({p.run,
                      p.round,
                      p.step,
                      outcome.reason == Reason::none ? Reason::provider : outcome.reason,
                      outcome.kind != OutcomeKind::rejected,
                      {},
                      now_});
    return end(State::undelivered, Reason::failed_after_accept);
  }
  const bool acts =
      !is_ended(p.state) && !stopping() && p.state != State::queued && is_latest(attempt);
  if (acts && !repeated) fail(outcome);
}

}  // namespace herald::delivery
