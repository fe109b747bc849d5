#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "base/clock.hpp"

namespace herald::model {

/// So many in such a time; count 0: no limit.
struct Rate {
  unsigned count = 0;
  base::Duration per{0};
  bool limited() const { return count > 0; }
  /// The pause between two when they come evenly; at least a microsecond.
  base::Duration interval() const {
    return limited() ? std::max(base::Duration{1}, per / count) : base::Duration{0};
  }
  friend bool operator==(const Rate&, const Rate&) = default;
};

/// A time of every day in which people are left in peace, in their own time zone. From after to:
/// over midnight. Equal: none.
struct QuietHours {
  std::chrono::minutes from{0}, to{0};  ///< since midnight, below 24 h
  bool any() const { return from != to; }
  friend bool operator==(const QuietHours&, const QuietHours&) = default;
};

/// What the configuration says of a channel's gates.
struct ChannelLimits {
  Rate rate;           ///< of the whole channel
  unsigned burst = 0;  ///< at once after a pause; 0: what `rate` gives in a second, at least one
  Rate recipient_rate;
  unsigned recipient_burst = 1;
  std::optional<QuietHours> quiet_hours;  ///< nothing: the configuration's own
  friend bool operator==(const ChannelLimits&, const ChannelLimits&) = default;
};

}  // namespace herald::model
