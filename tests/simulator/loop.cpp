#include "loop.hpp"

#include <algorithm>

namespace herald::simulator {

uint64_t Loop::Lane::after(Duration delay, std::function<void()> task) {
  const auto when = loop_.clock_.mono() + std::max(delay, Duration{0});
  const auto handle = ++loop_.last_;
  loop_.timers_.emplace(std::pair{when, handle}, Timer{this, std::move(task)});
  loop_.when_.emplace(handle, when);
  return handle;
}

void Loop::Lane::cancel(uint64_t handle) {
  const auto it = loop_.when_.find(handle);
  if (it == loop_.when_.end()) return;
  loop_.timers_.erase({it->second, handle});
  loop_.when_.erase(it);
}

Loop::Lane& Loop::lane(bool dies, std::function<Duration()> rest) {
  lanes_.push_back(std::unique_ptr<Lane>{new Lane{*this, dies, std::move(rest)}});
  return *lanes_.back();
}

bool Loop::step() {
  const auto now = clock_.mono();
  std::size_t ready = 0;
  std::size_t chosen = 0;
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    const auto& lane = *lanes_[i];
    if (lane.tasks_.empty() || lane.ready_ > now) continue;
    if (dice_.below(++ready) == 0) chosen = i;
  }
  if (ready == 0) return false;
  auto& lane = *lanes_[chosen];
  const auto task = std::move(lane.tasks_.front());
  lane.tasks_.pop_front();
  if (lane.rest_) lane.ready_ = now + lane.rest_();
  ++steps_;
  hash_ = (hash_ ^ (static_cast<uint64_t>(now.time_since_epoch().count()) * 31 + chosen)) *
          1099511628211ULL;
  task();
  return true;
}

bool Loop::wait(base::MonoPoint limit) {
  auto next = limit;
  if (!timers_.empty()) next = std::min(next, timers_.begin()->first.first);
  for (const auto& lane : lanes_)
    if (!lane->tasks_.empty()) next = std::min(next, std::max(lane->ready_, clock_.mono()));
  clock_.go_to(next);
  while (!timers_.empty() && timers_.begin()->first.first <= next) {
    const auto first = timers_.begin();
    when_.erase(first->first.second);
    first->second.lane->tasks_.push_back(std::move(first->second.task));
    timers_.erase(first);
  }
  return next < limit;
}

void Loop::drop_daemon() {
  for (auto& lane : lanes_) {
    if (!lane->dies_) continue;
    lane->tasks_.clear();
    lane->ready_ = {};
  }
  for (auto it = timers_.begin(); it != timers_.end();) {
    if (!it->second.lane->dies_) {
      ++it;
      continue;
    }
    when_.erase(it->first.second);
    it = timers_.erase(it);
  }
}

}  // namespace herald::simulator
