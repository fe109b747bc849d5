#pragma once

#include <optional>
#include <vector>

#include "store/postgresql/connection.hpp"
#include "store/postgresql/lease.hpp"

namespace herald::store::postgresql {

// The tables of nodes and shares. All throw SqlError and run inside a transaction of the caller.

struct Entered {
  int64_t fence = 0;
  base::TimePoint now;  ///< by the clock of the database
};
/// A new fencing number for a node of that name; one that had it is dead, for its session is.
Entered enter_node(Connection& db, const NodeOptions& options);
/// The time by the clock of the database; nothing when it is no node any more.
std::optional<base::TimePoint> renew_lease(Connection& db, int64_t fence, base::Duration lease);
/// Removes those whose lease is over, but for one that writes at this moment. Their shares are
/// free.
void remove_dead(Connection& db, int64_t fence);
/// In order: no share is left behind.
void leave_node(Connection& db, int64_t fence);

struct Others {
  unsigned count = 0;
  base::Duration first_end{base::Duration::max()};  ///< from now until the first lease is over
};
Others other_nodes(Connection& db, int64_t fence);

Shares shares_of(Connection& db, int64_t fence);
void free_shares(Connection& db, int64_t fence, Shares shares);
struct Claimed {
  Shares shares = 0;
  bool after_death = false;  ///< one of them was left behind by a node that is gone
};
/// At most so many of those that are free and that nobody claims at this moment.
Claimed claim_shares(Connection& db, int64_t fence, unsigned most);

std::vector<Node> all_nodes(Connection& db, int64_t fence);

}  // namespace herald::store::postgresql
