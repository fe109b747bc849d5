#pragma once

#include "journal/courier.hpp"

namespace herald::journal {

/// The endpoints of the configuration. Any thread in; answers come on the executor or a thread of
/// the store.
class Webhooks {
 public:
  explicit Webhooks(CourierNeeds needs) : need_{std::move(needs)} {}

  /// At start and at every reload: all there are. What was kept for one that is gone is forgotten.
  void configure(std::vector<Endpoint> endpoints);

  struct Listed {
    Courier::State state;
    uint64_t behind = 0;  ///< entries of the journal that were not looked at or did not arrive yet
    uint64_t waiting = 0, dead = 0;  ///< messages kept for another try; given up
  };
  void list(store::Done<std::vector<Listed>> done);
  /// As JournalStore::redeliver.
  void redeliver(std::string name, std::string message, store::Done<uint64_t> done);
  /// Starts nothing new; `done` when nothing is under way.
  void stop(std::function<void()> done);

 private:
  void forget_others();

  CourierNeeds need_;
  std::map<std::string, std::shared_ptr<Courier>> couriers_;  // on the executor
};

}  // namespace herald::journal
