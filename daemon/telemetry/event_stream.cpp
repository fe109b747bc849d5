#include "telemetry/event_stream.hpp"

#include <boost/json/object.hpp>

namespace herald::telemetry {

uint64_t EventStream::subscribe(bool private_parts, Sink sink) {
  const std::lock_guard lock{mutex_};
  listeners_.emplace(next_, Listener{private_parts, std::move(sink)});
  count_ = listeners_.size();
  return next_++;
}

void EventStream::unsubscribe(uint64_t handle) {
  const std::lock_guard lock{mutex_};
  listeners_.erase(handle);
  count_ = listeners_.size();
}

void EventStream::publish(const boost::json::object& event,
                          const boost::json::object& private_parts) {
  const std::lock_guard lock{mutex_};
  if (listeners_.empty()) return;
  boost::json::object whole = event;
  for (const auto& part : private_parts) whole.insert_or_assign(part.key(), part.value());
  std::erase_if(listeners_, [&](auto& entry) {
    auto& listener = entry.second;
    return !listener.sink(listener.private_parts ? whole : event);
  });
  count_ = listeners_.size();
}

}  // namespace herald::telemetry
