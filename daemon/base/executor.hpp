#pragma once

#include <cstdint>
#include <functional>

#include "base/clock.hpp"

namespace herald::base {

/// Runs functions one after another, never two at once: the thread of a room that has no lock.
/// Implemented over an Asio strand by app/, and by a virtual clock in tests and the simulator.
class Executor {
 public:
  virtual ~Executor() = default;
  /// Any thread. In order of posting.
  virtual void post(std::function<void()> task) = 0;
  /// Any thread. Runs the task once, not before `delay` has passed on the monotonic clock. 0 is
  /// never a handle.
  virtual uint64_t after(Duration delay, std::function<void()> task) = 0;
  /// A task that has begun, or is gone, is left alone.
  virtual void cancel(uint64_t handle) = 0;
};

}  // namespace herald::base
