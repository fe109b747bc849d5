#include "delivery/rate_limit.hpp"

#include <algorithm>

namespace herald::delivery {

void Gcra::set(model::Rate rate, unsigned burst) {
  interval_ = rate.interval();
  tolerance_ = interval_ * (std::max(burst, 1U) - 1);
}

base::MonoPoint Gcra::next(base::MonoPoint now) const { return std::max(now, full_ - tolerance_); }

void Gcra::take(base::MonoPoint now) { full_ = std::max(full_, now) + interval_; }

base::MonoPoint Promises::latest(model::Priority priority) const {
  return *std::max_element(latest_.begin() + static_cast<std::ptrdiff_t>(priority), latest_.end());
}

void Promises::promise(model::Priority priority, base::MonoPoint moment) {
  auto& latest = latest_[static_cast<std::size_t>(priority)];
  latest = std::max(latest, moment);
}

}  // namespace herald::delivery
