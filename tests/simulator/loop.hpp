#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/executor.hpp"
#include "dice.hpp"

namespace herald::simulator {

/// Time moves only when the loop moves it; the wall clock can be set like a machine's.
class VirtualClock final : public base::Clock {
 public:
  base::TimePoint now() const override { return base::from_unix_us(mono_us_ + offset_us_); }
  base::MonoPoint mono() const override { return base::MonoPoint{Duration{mono_us_}}; }
  void go_to(base::MonoPoint when) { mono_us_ = when.time_since_epoch().count(); }
  void jump(Duration by) {
    offset_us_ += by.count();
    furthest_us_ = std::max(furthest_us_, offset_us_);
  }
  /// By how much it is behind the furthest it ever was.
  Duration behind() const { return Duration{furthest_us_ - offset_us_}; }

 private:
  int64_t mono_us_ = 1'000'000'000;
  int64_t offset_us_ = 1'767'603'600'000'000;  // 2026-01-05, nine in the morning
  int64_t furthest_us_ = offset_us_;
};

/// Threads that are not there: every lane keeps the order of its own tasks, and which lane runs
/// next is chance. Tasks take no time, but a lane may rest after each, as a thread does that waits
/// for a disk.
class Loop {
 public:
  Loop(Dice& dice, VirtualClock& clock) : dice_{dice}, clock_{clock} {}

  class Lane final : public base::Executor {
   public:
    void post(std::function<void()> task) override { tasks_.push_back(std::move(task)); }
    uint64_t after(Duration delay, std::function<void()> task) override;
    void cancel(uint64_t handle) override;

   private:
    friend class Loop;
    Lane(Loop& loop, bool dies, std::function<Duration()> rest)
        : loop_{loop}, dies_{dies}, rest_{std::move(rest)} {}
    Loop& loop_;
    const bool dies_;
    const std::function<Duration()> rest_;
    base::MonoPoint ready_{};
    std::deque<std::function<void()>> tasks_;
  };

  /// `dies`: with the daemon; the others are the world. `rest`: how long after a task.
  Lane& lane(bool dies, std::function<Duration()> rest = {});

  /// Runs one task that is ready now. False when there is none.
  bool step();
  /// Goes to the next moment at which something happens, `limit` at the latest; false when that is
  /// `limit`.
  bool wait(base::MonoPoint limit);
  /// The daemon is gone, and all that it meant to do.
  void drop_daemon();

  uint64_t steps() const { return steps_; }
  /// Over which lane ran when.
  uint64_t hash() const { return hash_; }

 private:
  struct Timer {
    Lane* lane;
    std::function<void()> task;
  };
  Dice& dice_;
  VirtualClock& clock_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::map<std::pair<base::MonoPoint, uint64_t>, Timer> timers_;
  std::map<uint64_t, base::MonoPoint> when_;  // of a timer's handle
  uint64_t last_ = 0, steps_ = 0, hash_ = 0;
};

}  // namespace herald::simulator
