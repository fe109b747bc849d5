#pragma once

#include "store/store.hpp"

namespace herald::store {

/// What an application asked for with the SQL function herald.send, once its transaction was
/// committed.
struct OutboxRow {
  int64_t number = 0;
  std::string id;        ///< of the notification that becomes of it
  std::string producer;  ///< "sql:" and the role that was logged in
  std::string request;   ///< JSON as POST /api/v1/notifications takes it; at most 256 KiB
};

/// What became of a row.
struct Taken {
  Accepted accepted;
  /// What ended it, when it was refused; not when an equal request had been met before.
  std::optional<Applied> ended;
};

/// The outbox of a store that applications can write to in their own transactions.
class OutboxStore {
 public:
  virtual ~OutboxStore() = default;
  /// Rows with a number above `after`, in their order. A row with a lower number may turn up later,
  /// with its application's commit.
  virtual void outbox(int64_t after, unsigned limit, Done<std::vector<OutboxRow>>) = 0;
  /// accept(); the row goes with the same commit. conflict: the row is gone, or another takes it at
  /// this moment; then nothing is written.
  virtual void take(int64_t row, model::NewNotification, Done<Taken>) = 0;
  /// As take(), but it is a dead letter from the start: `why` is decided with its acceptance. A
  /// recipient whom nobody knows is user 0.
  virtual void take_refused(int64_t row, model::NewNotification, model::event::Blocked why,
                            Done<Taken>) = 0;
  /// Calls `heard` on a thread of the store whenever there may be new rows. It may miss some: the
  /// outbox is to be read now and then all the same. Once, before the first row is read; close()
  /// ends it.
  virtual void on_outbox(std::function<void()> heard) = 0;
};

/// That side of a store; nullptr when it has no outbox.
OutboxStore* outbox_of(Store& store);

}  // namespace herald::store
