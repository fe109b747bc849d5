// What a timeline must show by itself: it replays to what is stored, goes only forward, sends to no
// channel that may have it, and is held by no pause that is over.
#include <algorithm>

#include "delivery/decide.hpp"
#include "kept.hpp"
#include "oracle.hpp"

namespace herald::simulator {

using namespace std::chrono_literals;
using namespace model;

namespace {

/// How late the daemon may be with what waits once everything works again.
constexpr Duration kLate = 40s;

}  // namespace

void Oracle::replay(const store::Timeline& timeline) {
  const auto& head = timeline.notification.head;
  const auto& stored = timeline.notification.progress;
  accepted_at_.clear();
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
    const auto at = witness_.mono(entry.at, last);
    if (!at) return breaks("I5 timeline", head.id, "a time that never was");
    forward(p, entry, next);
    once_a_channel(p, next, *chain);
    held_by_pause(p, entry, next, *chain, *at, last);
    remember_acceptance(p, next, *at);
    silence(p, entry.event, next, *chain, *at);
    last = *at;
    hash_ = base::hash64(to_json_text(entry.event), hash_ + seq);
    p = std::move(decision.next);
  }
  if (to_json_text(p) != to_json_text(stored))
    breaks("I5 replay", head.id, "the stored progress is not what its events give");
}

/// R7, R20: a channel that has it, or may have it, is not sent to again; a redrive that says so
/// lifts that for what was sent before it.
void Oracle::once_a_channel(const Progress& before, const Progress& after, const Chain& chain) {
  if (after.attempts.size() == before.attempts.size()) return;
  if (const auto* first = delivery::testing::sent_already(before, after, chain.steps[after.step]))
    breaks("R7 once a channel", before.id,
           attempt_id("", after.attempts.back()) + " on " + first->channel + ", which may have " +
               attempt_id("", *first));
}

/// R17: what is held by a pause goes on when that is over, and no pause that is over holds anybody.
void Oracle::held_by_pause(const Progress& before, const TimelineEntry& entry,
                           const Progress& after, const Chain& chain, base::MonoPoint at,
                           base::MonoPoint since) {
  const auto open = [&](const Progress& p, base::MonoPoint from) {
    return at - from > kLate && is_over(chain.steps[p.step].channel, from, at);
  };
  const auto* gated = std::get_if<event::Gated>(&entry.event);
  const bool held = gated != nullptr && gated->reason == Reason::paused &&
                    gated->until == TimePoint::max() && after.state == State::trying &&
                    after.reason == Reason::paused;
  if (held && open(after, at - kLate - 1s))
    breaks("R17 pause", before.id,
           "held at " + chain.steps[after.step].channel + ", which is open");
  const bool waits = before.state == State::trying && before.reason == Reason::paused &&
                     before.in_flight() == nullptr && before.next_try > entry.at;
  if (waits && open(before, std::max(since, truth_.ready_before(at))))
    breaks("R17 pause", before.id,
           "still waits for " + chain.steps[before.step].channel + ", which is open");
}

/// The operator knows that the channel was not paused in all that time.
bool Oracle::is_over(const std::string& channel, base::MonoPoint from, base::MonoPoint to) const {
  const auto it = truth_.pauses.find(channel);
  if (it == truth_.pauses.end()) return true;
  auto is = PauseKnown::Is::open;
  for (const auto& known : it->second) {
    if (known.at > to) break;
    const bool both_open = is == PauseKnown::Is::open && known.is == PauseKnown::Is::open;
    if (known.at > from && !both_open) return false;
    is = known.is;
  }
  return is == PauseKnown::Is::open;
}

void Oracle::forward(const Progress& before, const TimelineEntry& entry, const Progress& after) {
  const bool redriven = std::holds_alternative<event::Redrive>(entry.event);
  if (!delivery::testing::may_follow(before.state, after.state, redriven))
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

}  // namespace herald::simulator
