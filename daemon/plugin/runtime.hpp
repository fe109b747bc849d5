#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>

#include "base/clock.hpp"

namespace herald::plugin {

/// Timers by the monotonic clock. Any thread. Callbacks run on a thread of the io_context, without
/// any lock, and only post work on.
class Alarms {
 public:
  Alarms(boost::asio::io_context& io, const base::Clock& clock);
  ~Alarms();
  uint64_t at(base::MonoPoint when, std::function<void()> what);
  uint64_t after(base::Duration delay, std::function<void()> what);
  /// True when it had not run and will not.
  bool cancel(uint64_t id);
  /// Runs what is due by the clock; for clocks that are moved by hand.
  void run_due();
  /// Nothing runs any more; pending callbacks are dropped.
  void stop();

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the waiting timer's handler
};

/// What all instances share.
struct Runtime {
  boost::asio::io_context& io;
  const base::Clock& clock;
  Alarms alarms{io, clock};
  std::mutex idle_mutex{};
  std::condition_variable idle{};  ///< told whenever an operation ends or an instance stops
  /// False once this and the ports may be gone; shared with what a stopped plugin may still reach.
  std::shared_ptr<std::atomic<bool>> alive = std::make_shared<std::atomic<bool>>(true);

  void post(std::function<void()> f);
  void tell_idle() {
    { const std::lock_guard lock{idle_mutex}; }
    idle.notify_all();
  }
};

/// Keeps it until the process ends, still reachable for those who look for leaks.
void keep_for_ever(std::shared_ptr<void> what);

/// Where one instance's functions run: a strand of the core, or threads of its own for a plugin
/// that blocks. Any thread may post. Threads of its own are detached: a plugin that never returns
/// must not hold up the daemon's end.
class Lane {
 public:
  /// `threads` 0: a strand of `io`.
  Lane(boost::asio::io_context& io, unsigned threads);
  ~Lane();
  /// One after the other, never inside this call.
  void post(std::function<void()> f);
  /// Beside others, never inside this call.
  void post_parallel(std::function<void()> f);
  /// Threads of its own end when their work is done.
  void finish();
  /// False when they have not ended within `grace`. Never call it on one of them.
  bool wait(base::Duration grace);

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the threads
};

}  // namespace herald::plugin
