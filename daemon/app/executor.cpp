#include "app/executor.hpp"

#include <boost/asio/post.hpp>

namespace herald::app {

void StrandExecutor::post(std::function<void()> task) {
  boost::asio::post(strand_, std::move(task));
}

uint64_t StrandExecutor::after(base::Duration delay, std::function<void()> task) {
  auto timer = std::make_shared<Timer>(strand_, delay);
  uint64_t handle = 0;
  {
    const std::lock_guard lock{mutex_};
    handle = ++last_;
    timers_.emplace(handle, timer);
  }
  timer->async_wait(
      [this, handle, timer, task = std::move(task)](const boost::system::error_code&) {
        // Whoever takes it out of the table decides: a cancelled timer is not in it any more.
        bool mine = false;
        {
          const std::lock_guard lock{mutex_};
          mine = timers_.erase(handle) > 0;
        }
        if (mine) task();
      });
  return handle;
}

void StrandExecutor::cancel(uint64_t handle) {
  std::shared_ptr<Timer> timer;
  {
    const std::lock_guard lock{mutex_};
    const auto it = timers_.find(handle);
    if (it == timers_.end()) return;
    timer = std::move(it->second);
    timers_.erase(it);
  }
  boost::asio::post(strand_, [timer] { timer->cancel(); });
}

}  // namespace herald::app
