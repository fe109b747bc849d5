#include "provider.hpp"

#include "daemon.hpp"

namespace herald::simulator {

using namespace std::chrono_literals;
using model::Evidence;
using model::Outcome;
using model::OutcomeKind;
using model::Reason;
using model::ReceiptKind;

void Provider::take(Ask ask) {
  under_way_.insert(ask.attempt);
  stage_.later(stage_.dice.between(1ms, 400ms), [this, ask = std::move(ask)] {
    if (under_way_.erase(ask.attempt) == 0)
      return refused(ask, {OutcomeKind::retry, Reason::cancelled_attempt});
    arrived(ask);
  });
}

void Provider::refused(const Ask& ask, Outcome outcome) {
  stage_.story.tell("  ", channel_.info.name, " answers ", to_string(outcome.kind), " for ",
                    ask.attempt);
  stage_.later(stage_.dice.between(1ms, 300ms),
               [answer = ask.answer, outcome = std::move(outcome)] { answer(outcome); });
}

void Provider::arrived(const Ask& ask) {
  auto& dice = stage_.dice;
  if (!stage_.fault(stage_.scenario.trouble, "provider")) return accepted(ask, copy_for(ask));
  switch (dice.below(12)) {
    case 0:
      return refused(ask, {OutcomeKind::retry, Reason::network});
    case 1:
      return refused(ask, {OutcomeKind::retry, Reason::rate_limited, dice.between(1s, 6min)});
    case 2:
      return refused(ask, {OutcomeKind::rejected, Reason::bad_recipient});
    case 3:
      return refused(ask, {OutcomeKind::channel_down, Reason::network});
    case 4:  // never came through, and nobody can tell
      return refused(ask, {OutcomeKind::unknown, Reason::network});
    case 5:
      stage_.story.tell("  ", channel_.info.name, " never got ", ask.attempt, " and never answers");
      return;
    case 6: {  // took it, then the connection broke
      const auto copy = copy_for(ask);
      if (dice.percent(70)) progress(copy);
      return refused(ask, {OutcomeKind::unknown, Reason::network});
    }
    case 7: {  // took it and never answers
      const auto copy = copy_for(ask);
      stage_.story.tell("  ", channel_.info.name, " took ", ask.attempt, " and never answers");
      if (dice.percent(70)) progress(copy);
      return;
    }
    case 8: {  // took it and answers after the deadline
      const auto copy = copy_for(ask);
      progress(copy);
      const Outcome late{OutcomeKind::accepted, Reason::none, {}, truth_.copies[copy].provider_id};
      return stage_.later(ask.timeout + dice.between(10ms, 40s),
                          [answer = ask.answer, late] { answer(late); });
    }
    case 9: {  // arrived at once, where that can be told
      if (!can_report(Evidence::delivered)) return accepted(ask, copy_for(ask));
      const auto copy = copy_for(ask);
      truth_.copies[copy].reached = std::max(truth_.copies[copy].reached, Evidence::delivered);
      Outcome outcome{OutcomeKind::delivered, Reason::none, {}, truth_.copies[copy].provider_id};
      progress(copy);
      return refused(ask, std::move(outcome));
    }
    case 10: {  // accepts, and gives it up later
      const auto copy = copy_for(ask);
      refused(ask, {OutcomeKind::accepted, Reason::none, {}, truth_.copies[copy].provider_id});
      stage_.later(dice.between(1ms, 40s), [this, copy] { fails(copy); });
      return;
    }
    default: {  // accepts, and is never heard of again
      const auto copy = copy_for(ask);
      return refused(ask,
                     {OutcomeKind::accepted, Reason::none, {}, truth_.copies[copy].provider_id});
    }
  }
}

std::size_t Provider::copy_for(const Ask& ask) {
  if (channel_.info.idempotent) {
    for (std::size_t i = 0; i < truth_.copies.size(); ++i) {
      const auto& known = truth_.copies[i];
      if (known.channel == channel_.info.name && known.notification == ask.notification &&
          !known.failed)
        return i;
    }
  }
  Copy copy;
  copy.channel = channel_.info.name;
  copy.notification = ask.notification;
  copy.attempt = ask.attempt;
  copy.provider_id = channel_.info.name + "." + std::to_string(truth_.copies.size() + 1);
  copy.taken = stage_.clock.mono();
  truth_.copies.push_back(std::move(copy));
  stage_.story.tell("  ", channel_.info.name, " takes ", ask.attempt, " as ",
                    truth_.copies.back().provider_id);
  return truth_.copies.size() - 1;
}

void Provider::accepted(const Ask& ask, std::size_t copy) {
  refused(ask, {OutcomeKind::accepted, Reason::none, {}, truth_.copies[copy].provider_id});
  progress(copy);
}

/// The message goes its way to the person, as far as it goes.
void Provider::progress(std::size_t copy) {
  auto& dice = stage_.dice;
  if (dice.percent(60)) report(copy, ReceiptKind::sent);
  if (stage_.fault(8, "never arrives")) return;
  auto at = dice.between(1ms, 15s);
  const auto reach = [this, copy](Evidence level, ReceiptKind kind) {
    return [this, copy, level, kind] {
      auto& c = truth_.copies[copy];
      if (c.failed) return;
      c.reached = std::max(c.reached, level);
      if (stage_.fault(6, "receipt lost")) return;
      report(copy, kind);
      if (kind == ReceiptKind::delivered && stage_.fault(15, "failed after delivered")) {
        c.contradicted = true;
        report(copy, ReceiptKind::failed, {OutcomeKind::rejected, Reason::provider});
      }
    };
  };
  if (can_report(Evidence::delivered))
    stage_.later(at, reach(Evidence::delivered, ReceiptKind::delivered));
  if (!can_report(Evidence::read) || !dice.percent(stage_.scenario.attention)) return;
  at += dice.between(10ms, 40s);
  stage_.later(at, reach(Evidence::read, ReceiptKind::read));
  if (!can_report(Evidence::answered) || !dice.percent(50)) return;
  at += dice.between(10ms, 20s);
  stage_.later(at, reach(Evidence::answered, ReceiptKind::answered));
}

void Provider::fails(std::size_t copy) {
  auto& c = truth_.copies[copy];
  if (c.reached >= Evidence::delivered) return;
  c.failed = true;
  report(copy, ReceiptKind::failed,
         {stage_.dice.any({OutcomeKind::retry, OutcomeKind::rejected, OutcomeKind::channel_down}),
          Reason::provider});
}

void Provider::report(std::size_t copy, ReceiptKind kind, Outcome outcome) {
  auto& dice = stage_.dice;
  const auto& c = truth_.copies[copy];
  model::ports::ChannelReceipt receipt;
  receipt.kind = kind;
  receipt.at = stage_.clock.now();
  receipt.outcome = std::move(outcome);
  const auto named = dice.below(4);
  if (named != 0) receipt.provider_id = c.provider_id;
  if (named <= 1) receipt.attempt_id = c.attempt;
  auto delay = dice.between(1ms, 500ms);
  if (stage_.fault(12, "receipt late")) delay = dice.between(1s, 2min);
  stage_.later(delay, [this, copy, receipt] { send(copy, receipt, 0); });
  if (stage_.fault(12, "receipt twice"))
    stage_.later(dice.between(1ms, 30s), [this, copy, receipt] { send(copy, receipt, 0); });
  if (stage_.fault(4, "receipt of a stranger")) {
    receipt.attempt_id.clear();
    receipt.provider_id = "unknown." + std::to_string(dice.below(1000));
    stage_.later(dice.between(1ms, 3s), [this, copy, receipt] { send(copy, receipt, 1000); });
  }
}

/// As a webhook is called: again until it is acknowledged. `tries` from 1000 on: once, and nobody
/// remembers.
void Provider::send(std::size_t copy, model::ports::ChannelReceipt receipt, unsigned tries) {
  const auto again = [this, copy, receipt, tries](Duration pause) {
    if (tries < 400)
      stage_.later(pause, [this, copy, receipt, tries] { send(copy, receipt, tries + 1); });
  };
  if (stage_.daemon == nullptr) return again(stage_.dice.between(500ms, 5s));
  // Answered exactly once by a daemon that lives; else asked again.
  auto settled = std::make_shared<bool>(false);
  stage_.later(20s, [settled, again] {
    if (!std::exchange(*settled, true)) again(0s);
  });
  stage_.daemon->delivery().receipts(
      channel_.info.name, {receipt},
      [this, settled, copy, receipt, tries, again](const base::Result<bool>& result) {
        const bool told = result.has_value();
        const bool taken = told && *result;
        stage_.world.post([this, settled, copy, receipt, tries, again, told, taken] {
          if (taken && tries < 1000) {
            stage_.story.tell("  receipt ", to_string(receipt.kind), " of ",
                              truth_.copies[copy].provider_id, " acknowledged");
            truth_.acknowledged.push_back({copy, receipt.kind, receipt.provider_id.empty()});
          }
          if (std::exchange(*settled, true)) return;
          if (!told) again(stage_.dice.between(200ms, 3s));
        });
      });
}

Outcome Provider::asked_about(const std::string& attempt, const std::string& notification) {
  if (stage_.fault(30, "reconcile without an answer")) return {};
  for (const auto& c : truth_.copies) {
    const bool this_one =
        c.attempt == attempt || (channel_.info.idempotent && c.notification == notification);
    if (c.channel != channel_.info.name || !this_one) continue;
    if (c.failed) return {OutcomeKind::retry, Reason::provider};
    const bool arrived = c.reached >= Evidence::delivered && can_report(Evidence::delivered);
    return {
        arrived ? OutcomeKind::delivered : OutcomeKind::accepted, Reason::none, {}, c.provider_id};
  }
  // Still on its way: to say that it was never sent would be a lie.
  if (under_way_.contains(attempt)) return {};
  return {OutcomeKind::retry, Reason::network};
}

}  // namespace herald::simulator
