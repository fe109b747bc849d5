#pragma once

#include <memory>
#include <vector>

#include "store/postgresql/counters.hpp"
#include "store/postgresql/inboxes.hpp"
#include "store/postgresql/keys.hpp"
#include "store/postgresql/lease.hpp"
#include "store/postgresql/notifications.hpp"
#include "store/postgresql/outbox_claim.hpp"
#include "store/postgresql/parking.hpp"
#include "store/postgresql/people.hpp"
#include "store/postgresql/replanning.hpp"
#include "store/retention.hpp"
#include "store/settings.hpp"
#include "store/store.hpp"

namespace herald::store::postgresql {

/// What the requests of a transaction will want to know, so that it is read all at once. Borrowed
/// from the requests. What was not foreseen is read when it is asked for.
struct Foreseen {
  std::vector<const model::NewNotification*> accepts;
  std::vector<const Apply*> applies;
  std::vector<const InboxStore::Seen*> seen;
  std::vector<int64_t> outbox;  ///< rows
};

/// What a write request works on: the writing connection and what the transaction holds in memory
/// until it is flushed. Writer thread.
class WriteState {
 public:
  /// `lease`: when this is a node; it outlives this.
  WriteState(std::unique_ptr<Connection> connection, const Settings& settings, const Decide& decide,
             const base::Clock& clock, const Lease* lease);

 private:
  const std::unique_ptr<Connection> connection_;

 public:
  Connection& db;
  const Settings& settings;
  const Decide& decide;
  const base::Clock& clock;
  const Lease* const lease;
  ChainCache chains;
  Notifications notifications;
  Keys keys;
  People people;
  Inboxes inboxes;
  Parking parking;
  OutboxClaim outbox;
  Counters counters;
  Retention retention;
  Columns timeline, journal, questions, answers;

  // All throw SqlError.
  /// Begins a transaction, if it was not begun ahead, and asks for what will be needed.
  void begin(const Foreseen& foreseen);
  /// The same while the one before is committed, unless the server has to be waited for.
  void begin_ahead(const Foreseen& foreseen);
  /// Waits for what was asked. Throws `unavailable` when this is a node whose lease is over.
  void load(const Foreseen& foreseen);
  /// Writes what is held and forgets it: from here on statements see it.
  void flush();
  /// Writes the rest; only commit() may follow.
  void before_commit();
  /// Sends COMMIT; only begin_ahead() may follow, and committed().
  void commit();
  /// Waits for it; the newest number that was drawn. Whether it is durable is not known when this
  /// throws `lost`; with another error it is not committed.
  std::optional<Drawn> committed();
  /// Also what was begun ahead.
  void rollback();
  /// The server refused what is there already: the next time it is looked for.
  void clashed();
  /// Commits something small.
  void probe();

 private:
  bool looks_around() const;
  void start(const Foreseen& foreseen);
  void forget();
  void clean_up();

  Replanning replanning_;
  model::TimePoint next_purge_{};
  bool keys_clean_ = false;  ///< none is kept beyond its time
  base::MonoPoint next_count_{};
  bool begun_ = false;
  std::optional<Drawn> drawn_;  ///< by what is being committed
};

}  // namespace herald::store::postgresql
