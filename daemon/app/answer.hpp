#pragma once

#include <functional>
#include <future>
#include <memory>
#include <optional>

#include "base/clock.hpp"

namespace herald::app {

/// Lets the main thread wait for one answer of another thread. The callback may outlive this and
/// must be called at most once.
template <class T>
class Answer {
 public:
  std::function<void(T)> callback() {
    return [promise = promise_](T value) { promise->set_value(std::move(value)); };
  }
  /// Nothing when it did not come within `patience`. Call it once.
  std::optional<T> wait(base::Duration patience) {
    auto future = promise_->get_future();
    if (future.wait_for(patience) != std::future_status::ready) return std::nullopt;
    return future.get();
  }

 private:
  // Shared: the answer may come after we gave up.
  std::shared_ptr<std::promise<T>> promise_ = std::make_shared<std::promise<T>>();
};

}  // namespace herald::app
