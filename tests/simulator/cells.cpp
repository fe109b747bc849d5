#include "cells.hpp"

#include <algorithm>
#include <optional>

namespace herald::simulator {
namespace {

using namespace model;

constexpr std::array<std::string_view, static_cast<std::size_t>(Row::count)> kRows{
    "due",
    "outcome delivered",
    "outcome accepted",
    "outcome retry",
    "outcome rejected",
    "outcome channel_down",
    "outcome unknown, idempotent",
    "outcome unknown, not idempotent",
    "reconciled",
    "question asked again",
    "lost",
    "render failed",
    "blocked",
    "blocked: evicted",
    "gated",
    "a gate is lifted",
    "try_for over",
    "within over",
    "receipts_for over",
    "the clock was set",
    "evidence >= until",
    "evidence < until",
    "failed receipt, latest",
    "failed receipt, other",
    "failed after delivered",
    "expiry",
    "cancel",
    "redrive"};
constexpr std::array<std::string_view, static_cast<std::size_t>(Column::count)> kColumns{
    "queued", "in flight", "later", "waiting", "holding", "ended"};

/// What is not demanded of 1,000 seeds, and why; one letter a column, ' ' is demanded.
/// Cannot be entered:
///   t  a timer of another state: no such event exists there
///   o  gates, text and address are asked of nobody but who may start at once, and the store has
///      him as the dispatcher knows him
///   c  an outcome is recorded once, also when its commit was in doubt
///   l  declared lost is what is in flight or being asked about; neither is left behind in this
///      state
///   p  the plugins' side answers at the deadline at the latest: nobody looks for one that passed
/// Counted, but rare, so that 1,000 seeds may miss it:
///   r  only a race: the state changes in a commit that is under way when the event is on its way
///      too
///   e  only after an eviction, or a failure of the step that is held, during a plugin's last words
constexpr std::array<std::string_view, static_cast<std::size_t>(Row::count)> kUndemanded{
    " r   p",  // due
    "c cc r",  // outcome delivered
    "c rc  ",  // outcome accepted
    "e e   ",  // outcome retry
    "e e   ",  // outcome rejected
    "e e   ",  // outcome channel_down
    "e e   ",  // outcome unknown, idempotent
    "e ec  ",  // outcome unknown, not idempotent
    "rr    ",  // reconciled
    "ttt tt",  // question asked again
    "e le  ",  // lost
    " o rrr",  // render failed
    " o rrr",  // blocked
    "ror rr",  // evicted
    " o ooo",  // gated
    "   rr ",  // a gate is lifted
    "tt ttt",  // try_for over
    "ttt tt",  // within over
    "tttt t",  // receipts_for over
    "     t",  // the clock was set
    "      ",  // evidence >= until
    "      ",  // evidence < until
    "e     ",  // failed receipt, latest
    "      ",  // failed receipt, other
    "rrr r ",  // failed after delivered
    "     t",  // expiry
    "      ",  // cancel
    "      ",  // redrive
};

Column column_of(const Progress& p) {
  if (is_ended(p.state)) return Column::ended;
  switch (p.state) {
    case State::queued:
      return Column::queued;
    case State::waiting:
      return Column::waiting;
    case State::holding:
      return Column::holding;
    default:
      return p.in_flight() != nullptr ? Column::in_flight : Column::later;
  }
}

const Attempt* named(const Progress& p, const AttemptRef& wanted) {
  const auto it = std::find_if(p.attempts.begin(), p.attempts.end(),
                               [&](const Attempt& a) { return ref(a) == wanted; });
  return it == p.attempts.end() ? nullptr : &*it;
}

bool left_by(const Progress& before, const Progress& after, Reason reason) {
  return after.left.size() > before.left.size() && after.left[before.left.size()].reason == reason;
}

Row due_row(const Progress& before, const Decision& decision) {
  const auto& after = decision.next;
  if (is_ended(before.state)) return Row::due;
  if (after.reason == Reason::expiry || (after.expiry_passed && !before.expiry_passed))
    return Row::expiry;
  if (after.reason == Reason::receipts_over && before.state == State::holding)
    return Row::receipts_over;
  if (left_by(before, after, Reason::not_accepted_in_time)) return Row::try_for_over;
  if (left_by(before, after, Reason::no_evidence_in_time)) return Row::within_over;
  for (const auto& effect : decision.effects)
    if (std::holds_alternative<effect::Reconcile>(effect)) return Row::asked_again;
  return Row::due;
}

Row outcome_row(OutcomeKind kind, bool idempotent) {
  switch (kind) {
    case OutcomeKind::delivered:
      return Row::outcome_delivered;
    case OutcomeKind::accepted:
      return Row::outcome_accepted;
    case OutcomeKind::retry:
      return Row::outcome_retry;
    case OutcomeKind::rejected:
      return Row::outcome_rejected;
    case OutcomeKind::channel_down:
      return Row::outcome_channel_down;
    default:
      return idempotent ? Row::outcome_unknown_idempotent : Row::outcome_unknown_other;
  }
}

bool is_latest_of_current(const Progress& p, const Attempt& a) {
  return a.run == p.run && a.step == p.step &&
         std::none_of(p.attempts.begin(), p.attempts.end(), [&](const Attempt& other) {
           return other.run == a.run && other.step == a.step && other.number > a.number;
         });
}

Row receipt_row(const Progress& p, const Attempt& a, const event::Receipt& r, const Chain& chain) {
  if (r.kind == ReceiptKind::failed) {
    if (a.evidence >= Evidence::delivered) return Row::failed_after_delivered;
    return is_latest_of_current(p, a) ? Row::failed_latest : Row::failed_other;
  }
  const bool own = a.run == p.run && a.step < chain.steps.size();
  const auto until = own ? chain.steps[a.step].until : Evidence::delivered;
  return evidence_of(r.kind) >= until ? Row::evidence_enough : Row::evidence_less;
}

std::optional<Row> row_of(const Progress& before, const Event& event, const Chain& chain,
                          const Decision& decision, TimePoint now) {
  if (std::holds_alternative<event::Due>(event)) return due_row(before, decision);
  if (const auto* e = std::get_if<event::Gated>(&event))
    return e->until <= now ? Row::gate_lifted : Row::gated;
  if (std::holds_alternative<event::Reconciled>(event)) return Row::reconciled;
  if (std::holds_alternative<event::ClockMoved>(event)) return Row::clock_moved;
  if (std::holds_alternative<event::RenderFailed>(event)) return Row::render_failed;
  if (std::holds_alternative<event::Lost>(event)) return Row::lost;
  if (std::holds_alternative<event::Cancel>(event)) return Row::cancel;
  if (std::holds_alternative<event::Redrive>(event)) return Row::redrive;
  if (const auto* e = std::get_if<event::Blocked>(&event))
    return e->reason == Reason::evicted ? Row::evicted : Row::blocked;
  if (const auto* e = std::get_if<event::Completed>(&event)) {
    const auto* attempt = named(before, e->attempt);
    const bool known =
        attempt != nullptr && attempt->run == before.run && attempt->step < chain.steps.size();
    return outcome_row(e->outcome.kind, known && chain.steps[attempt->step].idempotent);
  }
  if (const auto* e = std::get_if<event::Answered>(&event)) {
    // What counts is evidence like any other; what came too late is in no cell.
    const auto* attempt = named(before, e->attempt);
    const event::Receipt receipt{e->attempt, ReceiptKind::answered, {}, {}, {}};
    if (attempt == nullptr || decision.next.answer == before.answer) return std::nullopt;
    return receipt_row(before, *attempt, receipt, chain);
  }
  if (const auto* e = std::get_if<event::Receipt>(&event))
    if (const auto* attempt = named(before, e->attempt))
      return receipt_row(before, *attempt, *e, chain);
  return std::nullopt;
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.insert(0, width - text.size(), ' ');
  return text;
}

}  // namespace

void Cells::enter(const Progress& before, const Event& event, const Chain& chain,
                  const Decision& decision, TimePoint now) {
  if (const auto row = row_of(before, event, chain, decision, now)) ++at(*row, column_of(before));
}

void Cells::add(const Cells& other) {
  for (std::size_t r = 0; r < entered_.size(); ++r)
    for (std::size_t c = 0; c < entered_[r].size(); ++c) entered_[r][c] += other.entered_[r][c];
}

std::string Cells::table() const {
  std::string out(34, ' ');
  for (const auto& column : kColumns) out += padded(std::string{column}, 10);
  out += '\n';
  for (std::size_t r = 0; r < entered_.size(); ++r) {
    std::string line{kRows[r]};
    line.resize(34, ' ');
    for (std::size_t c = 0; c < entered_[r].size(); ++c) {
      const auto why = kUndemanded[r][c];
      line += padded(why != ' ' && entered_[r][c] == 0 ? std::string{'('} + why + ')'
                                                       : std::to_string(entered_[r][c]),
                     10);
    }
    out += line + '\n';
  }
  return out;
}

std::string Cells::missing() const {
  std::string out;
  for (std::size_t r = 0; r < entered_.size(); ++r)
    for (std::size_t c = 0; c < entered_[r].size(); ++c)
      if (entered_[r][c] == 0 && kUndemanded[r][c] == ' ')
        ((((out += out.empty() ? "" : ", ") += kRows[r]) += " in ") += kColumns[c]);
  return out;
}

}  // namespace herald::simulator
