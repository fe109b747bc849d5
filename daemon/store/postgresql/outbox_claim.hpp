#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "store/postgresql/connection.hpp"

namespace herald::store::postgresql {

/// The rows of the outbox that a transaction takes: locked all at once, deleted all at once. What
/// another has locked is passed over. Writer thread.
class OutboxClaim {
 public:
  /// Asks for them: ours after Connection::settle().
  void load(Connection& db, const std::vector<int64_t>& rows);
  bool has(int64_t row) const { return claimed_.count(row) != 0; }
  /// It goes with this transaction; a second request for it does not get it.
  void remove(int64_t row);
  void flush(Connection& db);
  void forget();

 private:
  std::set<int64_t> claimed_, gone_;
};

}  // namespace herald::store::postgresql
