#pragma once

#include <boost/json/fwd.hpp>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/server.hpp"

namespace herald::app {

/// The audit of a running daemon, on a thread and a connection of its own: it reads page by page
/// and leaves the store to the others in between. At most one at a time. Any thread.
class AuditJob {
 public:
  using Reply = std::function<void(base::Result<boost::json::object>)>;
  ~AuditJob() { stop(); }

  /// Contract: control::Operations::audit.
  void start(std::string url, store::Server server, std::optional<base::TimePoint> since,
             std::function<bool(boost::json::object)> progress, Reply reply);
  /// Ends the one under way, which answers unavailable; no other begins. Waits for it.
  void stop();

 private:
  std::mutex mutex_;
  std::thread thread_;
  bool running_ = false, stopped_ = false;
};

}  // namespace herald::app
