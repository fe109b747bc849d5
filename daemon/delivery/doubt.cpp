#include "delivery/doubt.hpp"

#include <algorithm>

namespace herald::delivery {
namespace {

using namespace model;

const Attempt* same(const Progress& progress, const Attempt& wanted) {
  const auto& all = progress.attempts;
  const auto it =
      std::find_if(all.begin(), all.end(), [&](const Attempt& a) { return ref(a) == ref(wanted); });
  return it == all.end() ? nullptr : &*it;
}

}  // namespace

store::Applied what_landed(const Notification& before, store::Applied stale) {
  const auto& was = before.progress;
  const auto& is = stale.notification.progress;
  stale.stale = false;
  stale.before = was.state;
  stale.evidence_before = was.best_evidence();
  stale.attempts_before = was.attempts.size();
  for (const auto& attempt : is.attempts) {
    const auto* earlier = same(was, attempt);
    if (attempt.in_flight && earlier == nullptr)
      stale.effects.emplace_back(effect::Start{ref(attempt)});
    if (attempt.in_flight && earlier != nullptr && is_ended(is.state) && !is_ended(was.state))
      stale.effects.emplace_back(effect::CancelAttempt{ref(attempt)});
    if (attempt.reconciling && (earlier == nullptr || attempt.asks > earlier->asks))
      stale.effects.emplace_back(effect::Reconcile{ref(attempt)});
  }
  return stale;
}

}  // namespace herald::delivery
