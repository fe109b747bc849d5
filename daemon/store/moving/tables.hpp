// moving: a SQLite store copied into a PostgreSQL one, by a program that runs alone: no daemon uses
// either. One thread. Never writes to the source, never decides anything, and what it copied counts
// for nothing until finish().
#pragma once

#include <span>
#include <string>
#include <vector>

namespace herald::store::moving {

/// How a column of SQLite becomes one of PostgreSQL.
enum class Kind {
  whole,       ///< bigint
  small,       ///< smallint
  real,        ///< double precision
  text,        ///< text
  bytes,       ///< bytea
  flag,        ///< 0 or 1 becomes boolean
  local_time,  ///< UTC text becomes timestamp
  instant,     ///< UTC text becomes timestamptz
  owner,       ///< SQLite's provider_id: whose attempt id it is (parked_receipts.notification)
};

struct Column {
  const char* name;  ///< the same in both, but for `owner`
  Kind kind = Kind::whole;
};

/// A table that both stores have. Its rows are copied in the order of the key, so that the last key
/// tells how far it was copied.
struct Table {
  const char* name;
  std::vector<Column> key;  ///< unique in SQLite; need not be in PostgreSQL's table
  std::vector<Column> columns;
  bool numbered = false;  ///< PostgreSQL counts the column `columns[0]` up by itself
};

/// In the order in which they can be filled: who is referred to comes first. Not among them: what
/// each store has for itself (schema_version, inbox_epoch, outbox, journal_end) and `counters`,
/// which are there already.
std::span<const Table> tables();
constexpr std::size_t kMostKeyColumns = 4;

/// The rows of SQLite behind a key, which is bound as texts, then how many; without `resumed` the
/// first ones. Key columns come first; every value is given as text.
std::string select_page(const Table& table, bool resumed);
/// Takes one array of texts for each column.
std::string insert_rows(const Table& table);

}  // namespace herald::store::moving
