// Moving up from SQLite to PostgreSQL: everything that is stored is copied from the one into the
// other, by a program that runs alone.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/server.hpp"

namespace herald::store {

struct MoveRequest {
  std::string from;  ///< "sqlite:..."; only read
  std::string to;    ///< "postgresql:..."; holds nothing yet, or what an interrupted move left
  Server server;
  unsigned page_rows = 2'000;  ///< copied with one commit, at most; fewer when they are large
};

struct MovedTable {
  std::string name;
  int64_t rows = 0;    ///< in the source
  int64_t copied = 0;  ///< of them, committed in the target
};

/// A move under way. It locks both stores as long as it lives. One thread; every call blocks. After
/// an error, or when the process was killed at any moment, another one with the same request goes
/// on after the last page that was committed. Until finish() no daemon starts with the target.
class Move {
 public:
  virtual ~Move() = default;
  /// An earlier one was interrupted.
  virtual bool resumed() const = 0;
  virtual const std::vector<MovedTable>& tables() const = 0;
  /// Copies the next page; false when there was none left.
  virtual base::Result<bool> copy() = 0;
  /// When all is copied: sets what the target counts by itself, and compares the number of rows of
  /// every table. Until then the target cannot be audited.
  virtual base::Result<void> check() = 0;
  /// The target is a store from now on.
  virtual base::Result<void> finish() = 0;
};

/// Errors, each before anything was changed: invalid (an URL, a source that is no store of this
/// version, a target that cannot be used), unavailable (in use; the server cannot be reached),
/// conflict (the target holds something else, or the source was written to since the move began).
base::Result<std::unique_ptr<Move>> open_move(const MoveRequest& request, const base::Clock& clock);

}  // namespace herald::store
