#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace herald::bench {

/// Lets at most so many requests be under way. Any thread.
class Window {
 public:
  explicit Window(std::size_t limit) : limit_{limit} {}
  void enter() {
    std::unique_lock lock{mutex_};
    room_.wait(lock, [&] { return used_ < limit_; });
    ++used_;
  }
  void leave(bool ok) {
    const std::lock_guard lock{mutex_};
    --used_;
    failed_ += ok ? 0 : 1;
    room_.notify_one();
  }
  /// Waits for all; how many failed.
  int drain() {
    std::unique_lock lock{mutex_};
    room_.wait(lock, [&] { return used_ == 0; });
    return failed_;
  }

 private:
  const std::size_t limit_;
  std::mutex mutex_;
  std::condition_variable room_;
  std::size_t used_ = 0;
  int failed_ = 0;
};

}  // namespace herald::bench
