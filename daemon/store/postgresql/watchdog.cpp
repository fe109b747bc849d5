#include "store/postgresql/watchdog.hpp"

#include <sys/socket.h>

#include <algorithm>

namespace herald::store::postgresql {
namespace {

/// How late a cut may come. A watch that begins does not wake the thread: it looks this often.
constexpr std::chrono::milliseconds kLook{250};

}  // namespace

Watchdog::Watchdog() : thread_{[this] { loop(); }} {}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

Watchdog::Watch::Watch(Watchdog& dog, int socket, std::chrono::milliseconds limit) : dog_(dog) {
  if (limit.count() == 0 || socket < 0) return;
  const std::lock_guard lock{dog_.mutex_};
  entry_ =
      dog_.waiting_.emplace(dog_.waiting_.end(), socket, std::chrono::steady_clock::now() + limit);
  set_ = true;
  if (dog_.asleep_) dog_.wake_.notify_one();
}

Watchdog::Watch::~Watch() {
  if (!set_) return;
  const std::lock_guard lock{dog_.mutex_};
  dog_.waiting_.erase(entry_);
}

void Watchdog::loop() {
  std::unique_lock lock{mutex_};
  while (!stopping_) {
    if (waiting_.empty()) {
      asleep_ = true;
      wake_.wait(lock);
      asleep_ = false;
      continue;
    }
    const auto now = std::chrono::steady_clock::now();
    for (const auto& [socket, until] : waiting_)
      if (until <= now) ::shutdown(socket, SHUT_RDWR);
    wake_.wait_for(lock, kLook);
  }
}

}  // namespace herald::store::postgresql
