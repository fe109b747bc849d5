#include <algorithm>

#include "delivery/decide.hpp"

namespace herald::delivery {
namespace {

using namespace model;

/// The attempt that got furthest; on a tie the earliest. nullptr when none has evidence.
const Attempt* best(const Progress& p, bool reaching) {
  const Attempt* found = nullptr;
  for (const auto& a : p.attempts) {
    if (a.reaches_nobody == reaching || a.evidence == Evidence::none) continue;
    if (found == nullptr || a.evidence > found->evidence) found = &a;
  }
  return found;
}

/// The attempt that is held: accepted and not failed, the latest of those.
const Attempt* held(const Progress& p) {
  const auto found = std::find_if(p.attempts.rbegin(), p.attempts.rend(), [](const Attempt& a) {
    return !a.reaches_nobody && !a.failed && a.evidence >= Evidence::accepted;
  });
  return found == p.attempts.rend() ? nullptr : &*found;
}

/// "; "-separated parts after "undelivered: ".
std::string why_undelivered(const Progress& p, const Chain& chain) {
  std::string out;
  // It never had a step.
  if (p.reason == Reason::invalid && !p.left.empty()) return "invalid: " + p.left.back().detail;
  const auto add = [&](const std::string& part) { out += (out.empty() ? "" : "; ") + part; };
  if (const auto* recorded = best(p, false)) add("recorded by " + recorded->channel);
  for (unsigned i = 0; i < chain.steps.size(); ++i) {
    const StepLeft* last = nullptr;
    for (const auto& l : p.left) {
      if (l.run != p.run || l.step != i) continue;
      // That it was not sent again says less than why it was left before.
      if (last == nullptr || l.reason != Reason::already_sent) last = &l;
    }
    if (last == nullptr || last->reason == Reason::reaches_nobody) continue;
    add(chain.steps[i].channel + ": " + std::string{to_string(last->reason)});
  }
  return out.empty() ? "no channel could be tried" : out;
}

std::string what_arrived(const Progress& p) {
  const auto* arrived = best(p, true);
  if (arrived == nullptr) return "no evidence";
  return arrived->channel + " " + std::string{to_string(arrived->evidence)};
}

}  // namespace

std::string ending_text(const Progress& p, const Chain& chain) {
  std::string out{to_string(p.state)};
  if (!is_ended(p.state)) return out;
  out += ": ";
  if (p.state == State::undelivered) return out + why_undelivered(p, chain);
  if (p.state != State::unconfirmed) return out + what_arrived(p);
  const auto* by = held(p);
  return out + (by != nullptr ? "accepted by " + by->channel : what_arrived(p));
}

}  // namespace herald::delivery
