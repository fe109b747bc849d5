#pragma once

#include <string_view>
#include <vector>

#include "store/store.hpp"

namespace herald::delivery {

/// Hears what was recorded, after the commit. Called on the delivery thread; must not block.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void accepted(const model::Notification&) {}
  /// The first attempt's outcome is known to be durable, so long after the acceptance was.
  virtual void attempted(model::Duration /*after*/, const std::string& /*channel*/) {}
  /// One transaction: `events` in order, the notification as it is now.
  virtual void recorded(const store::Applied&, const std::vector<model::Event>& events) = 0;
  /// Something about a user's inbox changed (appended, withdrawn).
  virtual void inbox_changed(model::UserId, int64_t seq) = 0;
  /// A channel's breaker opened (true: nothing is sent), or closed.
  virtual void breaker(const std::string& /*channel*/, bool /*open*/) {}
  /// A failure of the daemon itself: database gone, decide() refused an impossible cell.
  virtual void trouble(std::string_view event, std::string_view text, std::string_view id) = 0;
};

}  // namespace herald::delivery
