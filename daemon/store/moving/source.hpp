#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "store/moving/tables.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/file.hpp"

namespace herald::store::moving {

using Key = std::vector<std::string>;

/// Some rows of a table, in the order of its key.
struct Page {
  std::vector<std::vector<std::optional<std::string>>> rows;
  Key last;           ///< of the last row; empty without one
  bool more = false;  ///< rows may follow
};

/// How much is copied with one commit.
struct PageSize {
  unsigned rows = 2'000;
  std::size_t bytes = 4U << 20U;  ///< of values; the row that passes it is the last
};

/// What PostgreSQL counts by itself, where SQLite's numbers end.
struct Ends {
  int64_t notification = 0, journal = 0, item = 0;
  std::vector<std::pair<int, int64_t>> counters;  ///< by state
};

/// The file that is left. Locked against daemons and read in one transaction, as long as this
/// lives.
class Source {
 public:
  /// Errors: invalid (no such file, not ours, another schema), unavailable (in use).
  static base::Result<std::unique_ptr<Source>> open(const std::string& url);

  const std::string& path() const { return path_; }
  /// Changes when anything was written to the file.
  const std::string& fingerprint() const { return fingerprint_; }
  // All throw sqlite::SqlError.
  int64_t count(const Table& table);
  Page read(std::size_t table, const Key& after, const PageSize& size);
  /// The highest number that was given in `columns[0]` of a table.
  int64_t highest(const Table& table);
  Ends ends();

 private:
  Source(sqlite::FileLock lock, std::string path);

  const sqlite::FileLock lock_;
  const std::string path_, fingerprint_;
  sqlite::Connection db_;
};

}  // namespace herald::store::moving
