#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "model/ports/web.hpp"

namespace herald::journal {

/// What an endpoint's answer means (Standard Webhooks 1.0, "Delivery success and failure").
struct Verdict {
  enum class Kind {
    delivered,  ///< 2xx
    failed,     ///< everything else: again by the schedule
    gone,       ///< 410: the endpoint wants nothing any more
  } kind = Kind::failed;
  std::string error;        ///< for people; no URL
  base::Duration pause{0};  ///< Retry-After of 429 and 503: nothing more before that; at most a day
};
Verdict judge(const model::web::FetchResult& result, base::TimePoint now);

/// The specification's own example: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h after the
/// try before.
const std::vector<base::Duration>& standard_schedule();

/// When a message whose try number `tries` (1 for the first) failed at `now` is tried again, with a
/// jitter of -10 %..+10 % by `seed`; max(): never.
base::TimePoint next_try(const std::vector<base::Duration>& schedule, unsigned tries,
                         base::TimePoint now, uint64_t seed);

}  // namespace herald::journal
