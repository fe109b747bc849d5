#pragma once

#include <atomic>
#include <boost/json/fwd.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>

namespace herald::telemetry {

/// What `heraldctl monitor` shows: every decision about a notification, as it is recorded.
/// Thread-safe. Sinks are called by the publishing thread and must only queue; a sink that answers
/// false is removed.
class EventStream {
 public:
  using Sink = std::function<bool(const boost::json::object&)>;
  /// `private_parts`: this sink also gets what holds message text or parameters.
  uint64_t subscribe(bool private_parts, Sink sink);
  void unsubscribe(uint64_t handle);
  /// Cheap when nobody listens: ask before building the event.
  bool wanted() const { return count_.load(std::memory_order_relaxed) != 0; }
  void publish(const boost::json::object& event, const boost::json::object& private_parts);

 private:
  struct Listener {
    bool private_parts = false;
    Sink sink;
  };
  std::mutex mutex_;
  std::map<uint64_t, Listener> listeners_;
  uint64_t next_ = 1;
  std::atomic<std::size_t> count_{0};
};

}  // namespace herald::telemetry
