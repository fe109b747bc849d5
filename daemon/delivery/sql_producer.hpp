#pragma once

#include "base/executor.hpp"
#include "delivery/producer.hpp"

namespace herald::delivery {

/// Takes what applications wrote into the store's outbox with herald.send: at once when the store
/// hears of it, and every half second at the latest. Runs on the delivery thread, because what
/// ended at once is told to the observer there; start() and stop() may be called from any thread.
class SqlProducer {
 public:
  struct Needs {
    base::Executor& executor;
    store::OutboxStore* outbox;  ///< nullptr: there is none, and nothing is done
    Producer& producer;
    Observer& observer;
  };
  explicit SqlProducer(Needs needs) : need_{needs} {}

  void start();
  /// Takes nothing more; `done` when what was under way is.
  void stop(std::function<void()> done);

 private:
  void look();
  void read();
  void found(base::Result<std::vector<store::OutboxRow>> page);
  void settled(const base::Result<std::optional<Producer::Ended>>& row);
  void rest(model::Duration pause);

  const Needs need_;
  bool looking_ = false, again_ = false, stopped_ = true;
  bool give_up_ = false;       // this look: the store takes nothing now
  int64_t after_ = 0;          // rows up to here were tried in this look
  std::size_t under_way_ = 0;  // of the page
  bool full_page_ = false, busy_ = false;
  uint64_t timer_ = 0;
  std::function<void()> when_stopped_;
};

}  // namespace herald::delivery
