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
  const auto room = capacity_ - std::min(capacity_, held_);
  // What is held is among the due rows until it is recorded. What a channel has is wanted too, on
  // top: it must not take the place of what is new.
  auto held = need_.held();
  const auto on_top = held_ - std::min(held_, held.size());
  const auto limit = static_cast<unsigned>(on_top + std::clamp<std::size_t>(room, 1, kPage));
  need_.store.due({need_.clock.now(), limit, std::move(held)},
                  [this, limit](base::Result<std::vector<model::Notification>> due) {
                    need_.executor.post([this, limit, due = std::move(due)]() mutable {
                      if (due && due->size() >= limit) more_ = true;
                      answered(std::move(due));
                    });
                  });
}

void Dispatcher::Poller::answered(base::Result<std::vector<model::Notification>> due) {
  std::size_t taken = 0;
  if (due && running_) {
    std::erase_if(*due, [this](const auto& n) { return let_go_.contains(n.head.id); });
    HERALD_POINT("delivery.page_found");
    // Nothing is asked before all of it is held: what is not would come again.
    taken = found_(std::move(*due));
  }
  asking_ = false;
  let_go_.clear();
  if (!running_) return;
  if (!due) return sleep_until(need_.clock.now() + std::chrono::seconds{1});
  // A page of nothing new would come again at once: what takes it away makes room().
  const bool next_page = more_ && taken != 0 && held_ <= capacity_ / 2;
  if (std::exchange(again_, false) || next_page) return ask();
  const auto now = need_.clock.now();
  sleep_until(now + backstop_);
  need_.store.next_due(now, [this](base::Result<model::TimePoint> next) {
    need_.executor.post([this, next = std::move(next)] {
      if (running_ && next) due_at(*next);
    });
  });
}

}  // namespace herald::delivery
