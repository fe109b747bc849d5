#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "control/wire.hpp"

namespace herald::control {

/// Events between whoever emits them and one slow or fast client. Bounded: what does not fit is
/// counted, not kept, so that a client that stops reading costs a fixed amount of memory and no
/// time. Thread-safe.
class EventQueue {
 public:
  EventQueue(std::size_t max_events, std::size_t max_bytes)
      : max_events_(max_events), max_bytes_(max_bytes) {}

  enum class Pushed { first, more, lost, closed };
  /// `first`: the queue was empty, so its reader has to be woken.
  Pushed push(const boost::json::object& event) {
    const std::lock_guard lock{mutex_};
    if (closed_) return Pushed::closed;
    if (messages_.size() >= max_events_ || bytes_ >= max_bytes_) return ++lost_, Pushed::lost;
    auto message = encode(Reply{.error = {},
                                .parameters = {{"event", event}, {"lost", std::exchange(lost_, 0)}},
                                .continues = true});
    bytes_ += message.size();
    messages_.push_back(std::move(message));
    return messages_.size() == 1 ? Pushed::first : Pushed::more;
  }

  /// The next message, ready for the wire. After the last one: how many were lost since, once, as a
  /// message without event.
  std::optional<std::string> pop() {
    const std::lock_guard lock{mutex_};
    if (!messages_.empty()) {
      auto message = std::move(messages_.front());
      messages_.pop_front();
      bytes_ -= message.size();
      return message;
    }
    if (lost_ == 0) return std::nullopt;
    return encode(Reply{.error = {},
                        .parameters = {{"event", nullptr}, {"lost", std::exchange(lost_, 0)}},
                        .continues = true});
  }

  void close() {
    const std::lock_guard lock{mutex_};
    closed_ = true;
    messages_.clear();
  }

 private:
  const std::size_t max_events_, max_bytes_;
  std::mutex mutex_;
  std::deque<std::string> messages_;
  std::size_t bytes_ = 0;
  uint64_t lost_ = 0;
  bool closed_ = false;
};

}  // namespace herald::control
