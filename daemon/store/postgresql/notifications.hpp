#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/postgresql/columns.hpp"
#include "store/postgresql/notification_row.hpp"

namespace herald::store::postgresql {

/// A notification in the hands of a transaction.
struct Held : StoredNotification {
  bool fresh = false;                           ///< accepted by this transaction
  bool changed = false;                         ///< since it was read or accepted
  model::TimePoint expires{};                   ///< as accepted, of a fresh one
  std::vector<model::Attempt> stored_attempts;  ///< as the database has them, once it changed
};

/// The notifications that a transaction works on: read and locked all at once, changed in memory,
/// written all at once. Writer thread.
class Notifications {
 public:
  /// Asks for those of these ids that there are, and locks them: there after
  /// Connection::settle().
  void load(Connection& db, ChainCache& chains, const std::vector<std::string_view>& ids);
  /// Of those that were loaded or added; null when it is none of them, or not there.
  const Held* held(std::string_view id) const;
  /// not_found; internal when its row cannot be understood. Stays where it is until forget().
  base::Result<Held*> find(Connection& db, ChainCache& chains, std::string_view id);
  /// Takes in a new one.
  base::Result<Held*> add(Connection& db, const model::Notification& notification);
  /// Must be called before it is changed.
  static void changing(Held& held);
  /// A rendering of a step, written with the rest.
  void render(int64_t rowid, unsigned run, unsigned step, std::string version, std::string body);
  /// The run that a redrive ended keeps its chain.
  void keep_chain(Connection& db, int64_t rowid, unsigned run, int64_t chain);

  /// The server says `again` when an id is there already.
  void flush(Connection& db, ChainCache& chains);
  void forget();
  /// The server said so: the next look_for() looks.
  void clashed() { look_for_ids_ = true; }
  void committed() { look_for_ids_ = false; }
  /// Asks which of the new ones are there, when one may be.
  void look_for(Connection& db, const std::vector<std::string_view>& fresh_ids);

 private:
  int64_t take_rowid(Connection& db);
  void insert(Connection& db, ChainCache& chains);
  void update(Connection& db, ChainCache& chains);
  void write_attempts(Connection& db);

  struct Rendering {
    std::string version, body;
  };
  std::unordered_map<std::string, base::Result<Held>> held_;
  std::vector<Held*> fresh_;
  std::map<std::tuple<int64_t, unsigned, unsigned>, Rendering> renderings_;
  int64_t next_rowid_ = 0, last_rowid_ = -1;  // of a block of numbers that is ours
  bool look_for_ids_ = false;
};

}  // namespace herald::store::postgresql
