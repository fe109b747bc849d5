#include "delivery/poller.hpp"

#include "base/faults.hpp"

#include <algorithm>

namespace herald::delivery {
namespace {

/// One page of due work: enough to keep all slots busy while the next page is read.
constexpr std::size_t kPage = 512;

}  // namespace

Dispatcher::Poller::Poller(Needs needs, model::Duration backstop, Found found)
    : need_{needs}, backstop_{backstop}, found_{std::move(found)} {}

void Dispatcher::Poller::start(std::size_t capacity) {
  capacity_ = capacity;
  running_ = true;
  ask();
}

void Dispatcher::Poller::stop() {
  running_ = false;
  if (timer_ != 0) need_.executor.cancel(std::exchange(timer_, 0));
}

void Dispatcher::Poller::due_at(model::TimePoint when) {
  if (running_ && when < next_) sleep_until(when);
}

void Dispatcher::Poller::room(std::size_t held) {
  held_ = held;
  if (running_ && more_ && !asking_ && held <= capacity_ / 2) ask();
}

void Dispatcher::Poller::sleep_until(model::TimePoint when) {
  if (timer_ != 0) need_.executor.cancel(timer_);
  next_ = when;
  // Timers are monotonic: the clock may be set while we sleep, so never longer than the backstop.
  const auto pause = std::clamp(when - need_.clock.now(), model::Duration{0}, backstop_);
  timer_ = need_.executor.after(pause, [this] {
    timer_ = 0;
    ask();
  });
}

void Dispatcher::Poller::ask() {
  if (!running_ || asking_) return;
  asking_ = true;
  more_ = false;
  // What is already held is among the due rows until it is recorded, so it is asked for on top.
  const auto limit =
      static_cast<unsigned>(held_ + std::min(kPage, capacity_ - std::min(capacity_, held_)));
  need_.store.due(need_.clock.now(), std::max(limit, 1U),
                  [this, limit](base::Result<std::vector<model::Notification>> due) {
                    need_.executor.post([this, limit, due = std::move(due)]() mutable {
                      if (due && due->size() >= limit) more_ = true;
                      answered(std::move(due));
                    });
                  });
}

void Dispatcher::Poller::answered(base::Result<std::vector<model::Notification>> due) {
  asking_ = false;
  const auto let_go = std::exchange(let_go_, {});
  if (!running_) return;
  if (due) std::erase_if(*due, [&](const auto& n) { return let_go.contains(n.head.id); });
  if (!due) return sleep_until(need_.clock.now() + std::chrono::seconds{1});
  HERALD_POINT("delivery.page_found");
  found_(std::move(*due));
  if (std::exchange(again_, false)) return ask();
  const auto now = need_.clock.now();
  sleep_until(now + backstop_);
  need_.store.next_due(now, [this](base::Result<model::TimePoint> next) {
    need_.executor.post([this, next = std::move(next)] {
      if (running_ && next) due_at(*next);
    });
  });
}

}  // namespace herald::delivery
