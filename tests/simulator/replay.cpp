// What a timeline must show by itself: it replays to what is stored, goes only forward, and leaves
// no step before its time.
#include <algorithm>

#include "delivery/decide.hpp"
#include "oracle.hpp"

namespace herald::simulator {

using namespace std::chrono_literals;
using namespace model;

namespace {

/// How late a timer may be once everything works again: the poller's backstop, a slow disk, a
/// queue.
constexpr Duration kLate = 40s;

bool may_follow(State before, State after, bool redriven) {
  switch (before) {
    case State::delivered:
    case State::cancelled:
      return after == before;
    case State::unconfirmed:
      return after == before || after == State::undelivered || after == State::delivered;
    case State::expired:
      return after == before || after == State::delivered;
    case State::undelivered:
      return after == before || after == State::delivered || (redriven && after == State::queued);
    default:
      return true;
  }
}

/// A step was accepted, or may have been (R4).
bool starts_waiting(const Attempt& a) {
  if (a.evidence >= Evidence::accepted) return true;
  return !a.in_flight &&
         (a.outcome.kind == OutcomeKind::unknown || a.outcome.kind == OutcomeKind::accepted ||
          a.outcome.kind == OutcomeKind::delivered);
}

}  // namespace

void Oracle::replay(const store::Timeline& timeline) {
  const auto& head = timeline.notification.head;
  const auto& stored = timeline.notification.progress;
  accepted_at_.clear();
  clock_moved_again_ = Duration{0};
  const event::ClockMoved* last_move = nullptr;
  auto p = delivery::first_progress(head.id, head.created, head.not_before,
                                    witness_.first_expiry(head.id).value_or(stored.expires));
  auto last = base::MonoPoint::min();
  uint64_t seq = 0;
  for (const auto& entry : timeline.entries) {
    ++events_;
    if (entry.seq != ++seq) return breaks("I5 timeline", head.id, "an entry is missing");
    const auto* redrive = std::get_if<event::Redrive>(&entry.event);
    const bool again = redrive != nullptr && p.state == State::undelivered;
    const auto chain = witness_.chain(head.id, p.run + (again ? 1 : 0));
    if (!chain) return breaks("I5 timeline", head.id, "an event that was never decided");
    auto decision = delivery::decide(p, entry.event, *chain, entry.at);
    const auto& next = decision.next;
    if (next.state != entry.state || next.reason != entry.reason)
      return breaks("I5 replay", head.id,
                    "entry " + std::to_string(seq) + " says " +
                        std::string{to_string(entry.state)} + ", decided again it is " +
                        std::string{to_string(next.state)});
    const auto at = witness_.mono(entry.at);
    if (!at || *at < last) return breaks("I5 timeline", head.id, "a time that never was");
    last = *at;
    forward(p, entry, next);
    // A commit in doubt is repeated, and this event then counts twice.
    const auto* move = std::get_if<event::ClockMoved>(&entry.event);
    if (move != nullptr && last_move != nullptr && *move == *last_move)
      clock_moved_again_ += std::chrono::abs(move->by);
    if (move != nullptr) last_move = move;
    remember_acceptance(p, next, *at);
    silence(p, entry.event, next, *chain, *at);
    hash_ = base::hash64(to_json_text(entry.event), hash_ + seq);
    p = std::move(decision.next);
  }
  if (to_json_text(p) != to_json_text(stored))
    breaks("I5 replay", head.id, "the stored progress is not what its events give");
}

void Oracle::forward(const Progress& before, const TimelineEntry& entry, const Progress& after) {
  const bool redriven = std::holds_alternative<event::Redrive>(entry.event);
  if (!may_follow(before.state, after.state, redriven))
    breaks("I5 forward", before.id,
           std::string{to_string(before.state)} + " -> " + std::string{to_string(after.state)});
  for (std::size_t i = 0; i < before.attempts.size(); ++i) {
    if (after.attempts.size() <= i || after.attempts[i].evidence < before.attempts[i].evidence)
      breaks("I5 forward", before.id, "evidence fell at entry " + std::to_string(entry.seq));
  }
  const auto flying = std::count_if(after.attempts.begin(), after.attempts.end(),
                                    [](const Attempt& a) { return a.in_flight; });
  if (flying > 1) breaks("R18 one at a time", before.id, "two attempts are in flight");
}

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
  const auto [forward, backward] = set_between(accepted->second, at);
  const auto said = [&](const char* what) {
    breaks("silence", before.id,
           std::string{what} + " step " + std::to_string(before.step) + " after " +
               base::to_string(waited) + " of " + base::to_string(within));
  };
  const bool left = after.left.size() > before.left.size() &&
                    after.left[before.left.size()].reason == Reason::no_evidence_in_time;
  if (left && waited < within - forward - clock_moved_again_) said("left");
  // A timer that was lost shows in what finds the step still waiting long after.
  const auto due =
      std::max({accepted->second + within + backward, waits_since_, calm_since_ + 60s});
  if (std::holds_alternative<event::Due>(event) && at > due + kLate) said("still at");
}

std::pair<Duration, Duration> Oracle::set_between(base::MonoPoint from, base::MonoPoint to) const {
  Duration forward{0};
  Duration backward{0};
  for (const auto& set : truth_.clock_set)
    if (set.at >= from && set.at <= to) (set.by.count() > 0 ? forward : backward) += set.by;
  return {forward, -backward};
}

}  // namespace herald::simulator
