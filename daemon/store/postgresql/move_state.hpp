#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "store/postgresql/address.hpp"
#include "store/postgresql/connection.hpp"

namespace herald::store::postgresql {

// What a schema knows of a move into it (store/moving). Its two tables are there only where one
// began. All throw SqlError.

struct MoveState {
  std::string source;  ///< path of the file
  std::string fingerprint;
  bool finished = false;
};
std::optional<MoveState> move_state(Connection& db);
/// invalid when a move into this schema was begun and not finished: then it is not a store yet.
base::Result<void> check_moved(Connection& db, const Address& address);

void begin_move(Connection& db, const MoveState& state, int64_t now_us);
void finish_move(Connection& db, int64_t now_us);

/// How far a table was copied.
struct Copied {
  int64_t rows = 0;
  std::vector<std::string> after;  ///< key of the last row
  bool all = false;
};
Copied copied(Connection& db, const std::string& table);
/// In the transaction of those rows.
void put_copied(Connection& db, const std::string& table, const Copied& copied);

}  // namespace herald::store::postgresql
