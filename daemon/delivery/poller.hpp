#pragma once

#include <unordered_set>

#include "delivery/dispatcher.hpp"

namespace herald::delivery {

/// Finds due work in the store: at the next known due time, when memory has room again after it was
/// full, and at a backstop interval for what nobody told us. Belongs to the delivery thread.
class Dispatcher::Poller {
 public:
  struct Needs {
    base::Executor& executor;
    store::DeliveryStore& store;
    const base::Clock& clock;
    /// Ids of what memory holds and will look at by itself.
    std::function<std::vector<std::string>()> held;
  };
  /// Takes due work; how many of it were not in memory before.
  using Found = std::function<std::size_t(std::vector<model::Notification>)>;
  Poller(Needs needs, model::Duration backstop, Found found);

  void start(std::size_t capacity);
  void stop();
  void set_capacity(std::size_t capacity) { capacity_ = capacity; }
  /// Something waits in the store for this time.
  void due_at(model::TimePoint when);
  /// The clock was set, or another node made something due: what is due now is another matter.
  void look_again() {
    again_ = asking_;  // what is being asked may be older than the reason to look
    if (running_ && !asking_) sleep_until(need_.clock.now());
  }
  /// Due work was left in the store because memory is full.
  void more_waits() { more_ = true; }
  /// Memory holds `held` now: asks the store again when work was left there and there is room for a
  /// good part of it.
  void room(std::size_t held);
  /// Memory has let go of this one. A query under way may have read it before its last change was
  /// stored, and an idempotent channel would be given the same attempt again: it is left out.
  void let_go(const std::string& id) {
    if (asking_) let_go_.insert(id);
  }

 private:
  void ask();
  void answered(base::Result<std::vector<model::Notification>> due);
  void sleep_until(model::TimePoint when);

  Needs need_;
  model::Duration backstop_;
  Found found_;
  std::size_t capacity_ = 0, held_ = 0;
  bool running_ = false, asking_ = false, more_ = false, again_ = false;
  std::unordered_set<std::string> let_go_;  // since the query under way was asked
  uint64_t timer_ = 0;
  model::TimePoint next_ = model::TimePoint::max();
};

}  // namespace herald::delivery
