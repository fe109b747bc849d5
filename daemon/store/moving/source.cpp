#include "store/moving/source.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <deque>

#include "store/parked.hpp"
#include "store/sqlite/schema.hpp"

namespace herald::store::moving {
namespace {

using base::Code;
using base::fail;
using sqlite::Sql;

const Sql kJournalEnd{"/* move */ SELECT coalesce(max(pos), 0) FROM journal"};
const Sql kLastItem{
    "/* move */ SELECT max((SELECT coalesce(max(id), 0) FROM inbox_items), (SELECT "
    "coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'inbox_items'))"};
const Sql kLastNotification{"/* move */ SELECT coalesce(max(rowid), 0) FROM notifications"};
const Sql kCounters{"/* move */ SELECT state, count FROM counters ORDER BY state"};

/// The statements about one table.
struct Statements {
  explicit Statements(const Table& table)
      : first_text(select_page(table, false)),
        next_text(select_page(table, true)),
        count_text("/* move */ SELECT count(*) FROM " + std::string{table.name}),
        highest_text("/* move */ SELECT max((SELECT coalesce(max(\"" +
                     std::string{table.columns[0].name} + "\"), 0) FROM " + table.name +
                     "), (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = '" +
                     table.name + "'))"),
        first{first_text.c_str()},
        next{next_text.c_str()},
        count{count_text.c_str()},
        highest{highest_text.c_str()} {}
  const std::string first_text, next_text, count_text, highest_text;
  const Sql first, next, count, highest;
};

/// Made before main, as all statements are: connections of other threads count them.
const std::deque<Statements> kStatements = [] {
  std::deque<Statements> all;
  for (const auto& table : tables()) all.emplace_back(table);
  return all;
}();

const Statements& statements(const Table& table) {
  return kStatements[static_cast<std::size_t>(&table - tables().data())];
}

std::string state_of(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0 || info.st_size == 0) return "none";
  return std::to_string(info.st_ino) + ":" + std::to_string(info.st_size) + ":" +
         std::to_string(info.st_mtim.tv_sec) + "." + std::to_string(info.st_mtim.tv_nsec);
}

sqlite::Query rows_after(sqlite::Connection& db, const Statements& sql, const Key& after,
                         int64_t limit) {
  static_assert(kMostKeyColumns == 4);
  switch (after.size()) {
    case 0:
      return db.use(sql.first, limit);
    case 1:
      return db.use(sql.next, after[0], limit);
    case 2:
      return db.use(sql.next, after[0], after[1], limit);
    case 3:
      return db.use(sql.next, after[0], after[1], after[2], limit);
    default:
      return db.use(sql.next, after[0], after[1], after[2], after[3], limit);
  }
}

std::optional<std::string> value(const sqlite::Query& row, int column, Kind kind) {
  if (row.is_null(column)) return std::nullopt;
  auto text = row.string(column);
  if (kind != Kind::owner) return text;
  auto owner = parked_owner(parked_lookup({}, std::move(text)));
  if (owner.empty()) return std::nullopt;
  return owner;
}

int64_t number(sqlite::Query row) { return row.step() ? row.integer(0) : 0; }

}  // namespace

base::Result<std::unique_ptr<Source>> Source::open(const std::string& url) {
  const auto path = sqlite::path_of(url);
  if (!path) return path.error();
  if (::access(path->c_str(), R_OK) != 0)
    return fail(Code::invalid,
                *path +
                    " is not there or may not be read; name the file of store.url, and run "
                    "this as the daemon's user",
                "from");
  auto lock = sqlite::FileLock::take(*path);
  if (!lock) return lock.error();
  try {
    std::unique_ptr<Source> source{new Source{std::move(*lock), *path}};
    if (auto known = sqlite::check_schema(source->db_, *path); !known) return known.error();
    return source;
  } catch (const sqlite::SqlError& error) {
    return fail(Code::invalid, *path + ": " + error.what() + "; it must be a healthy SQLite store",
                "from");
  }
}

Source::Source(sqlite::FileLock lock, std::string path)
    : lock_{std::move(lock)},
      path_{std::move(path)},
      fingerprint_{state_of(path_) + " " + state_of(path_ + "-wal")},
      db_{path_, sqlite::Connection::Mode::audit} {
  db_.exec("BEGIN");
}

int64_t Source::count(const Table& table) { return number(db_.use(statements(table).count)); }
int64_t Source::highest(const Table& table) { return number(db_.use(statements(table).highest)); }

Page Source::read(std::size_t index, const Key& after, const PageSize& size) {
  const auto& table = tables()[index];
  const auto keys = table.key.size();
  Page page;
  std::size_t bytes = 0;
  auto row = rows_after(db_, statements(table), after, size.rows);
  while (bytes < size.bytes && row.step()) {
    page.last.clear();
    for (std::size_t i = 0; i < keys; ++i) page.last.push_back(row.string(static_cast<int>(i)));
    auto& values = page.rows.emplace_back();
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      values.push_back(value(row, static_cast<int>(keys + i), table.columns[i].kind));
      if (values.back()) bytes += values.back()->size();
    }
  }
  page.more = page.rows.size() == size.rows || bytes >= size.bytes;
  return page;
}

Ends Source::ends() {
  Ends out;
  out.notification = number(db_.use(kLastNotification));
  out.journal = number(db_.use(kJournalEnd));
  out.item = number(db_.use(kLastItem));
  auto row = db_.use(kCounters);
  while (row.step()) out.counters.emplace_back(static_cast<int>(row.integer(0)), row.integer(1));
  return out;
}

}  // namespace herald::store::moving
