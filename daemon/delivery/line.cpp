#include "delivery/line.hpp"

#include <algorithm>

namespace herald::delivery {
namespace {

/// Sent away for no shorter than this: each time costs a commit.
constexpr base::Duration kLeastAway{std::chrono::seconds{1}};

}  // namespace

void Line::set(model::Rate rate, unsigned burst) {
  limited_ = rate.limited();
  const auto in_a_second = limited_ ? std::chrono::seconds{1} / rate.interval() : 1;
  gcra_.set(rate, burst != 0 ? burst : static_cast<unsigned>(std::max<int64_t>(1, in_a_second)));
}

base::MonoPoint Line::free_at(model::Priority priority, base::MonoPoint now) const {
  if (!limited_) return now;
  const auto better = std::count_if(order_.begin(), order_.end(), [&](const Rank& r) {
    return -std::get<0>(r) >= static_cast<int>(priority);
  });
  return std::max(gcra_.next(now) + gcra_.interval() * better,
                  promises_.latest(priority) + gcra_.interval());
}

Line::Answer Line::come(const Want& want, base::MonoPoint now) {
  if (!limited_) return {};
  // Those who were promised a moment come before whoever is new and of no higher priority.
  const bool known = want.returning || ranks_.contains(want.id);
  const bool behind = !known && promises_.latest(want.priority) > now;
  leave(want.id);
  const auto mine = rank(want);
  const auto better = std::distance(order_.begin(), order_.lower_bound(mine));
  const auto next = gcra_.next(now);
  if (!behind && better == 0 && next <= now) {
    gcra_.take(now);
    return {};
  }
  if (behind || next + gcra_.interval() * better > now + kReach) return send_away(want, now);
  Answer out{Place::waits, {}, {}};
  ranks_.emplace(want.id, mine);
  order_.insert(mine);
  const auto last = next + gcra_.interval() * (static_cast<int64_t>(order_.size()) - 1);
  if (last > now + kReach && order_.size() > 1) {
    out.displaced = std::get<2>(*order_.rbegin());
    leave(out.displaced);
  }
  return out;
}

Line::Answer Line::send_away(const Want& want, base::MonoPoint now) {
  const auto end = gcra_.next(now) + gcra_.interval() * static_cast<int64_t>(order_.size());
  const auto moment = std::max(end, promises_.latest(want.priority) + gcra_.interval());
  // Whoever was sent away often stays away longer, so that the number of times is bounded by the
  // logarithm of the wait.
  const auto until = std::max(moment, now + std::max(kLeastAway, want.waited / 2));
  // One that will not wait for it leaves the moment to others.
  if (until - now < want.may_wait) promises_.promise(want.priority, moment);
  return {Place::sent_away, until, {}};
}

void Line::leave(const std::string& id) {
  const auto it = ranks_.find(id);
  if (it == ranks_.end()) return;
  order_.erase(it->second);
  ranks_.erase(it);
}

base::MonoPoint Line::call_at(base::MonoPoint now) const {
  return order_.empty() ? base::MonoPoint::max() : gcra_.next(now);
}

std::string Line::call(base::MonoPoint now) {
  if (call_at(now) > now) return {};
  auto id = std::get<2>(*order_.begin());
  // Its rank stays until it comes or leaves: it is not new.
  order_.erase(order_.begin());
  return id;
}

}  // namespace herald::delivery
