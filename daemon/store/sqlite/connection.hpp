// sqlite: the embedded store. One writer thread with the only writing connection, which also
// checkpoints; reader threads with query-only connections of their own (trap 6). A connection and
// its statements belong to one thread. Never builds SQL from values, never opens the file from two
// processes, never retries on a connection that failed.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace herald::store::sqlite {

/// An error of SQLite; `code` is the extended result code. Caught inside the store.
class SqlError : public std::runtime_error {
 public:
  SqlError(int code, const std::string& what) : std::runtime_error(what), code_(code) {}
  int code() const { return code_; }
  /// Not the fault of one statement: disk full, I/O, corruption, lock. The connection is given up.
  bool fatal() const;
  /// What was written may not have reached the disk.
  bool sync() const;

 private:
  int code_;
};

/// A SQL text with a number, so that a connection finds its prepared statement by index. Constants
/// only.
class Sql {
 public:
  explicit Sql(const char* text);
  Sql(const Sql&) = delete;
  Sql& operator=(const Sql&) = delete;
  const char* text() const { return text_; }
  std::size_t index() const { return index_; }
  /// Every statement of the program: what the query plan test examines.
  static std::span<const char* const> all();

 private:
  const char* text_;
  std::size_t index_;
};

/// A running statement; resets it when it goes out of scope. Bound text must live until then.
class Query {
 public:
  Query(sqlite3* db, sqlite3_stmt* stmt) : db_(db), stmt_(stmt) {}
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  /// True when there is a row.
  bool step();
  int64_t integer(int column) const;
  /// Valid until the next step.
  std::string_view text(int column) const;
  std::string string(int column) const { return std::string{text(column)}; }
  bool is_null(int column) const;

 private:
  sqlite3* db_;
  sqlite3_stmt* stmt_;
};

/// SQL NULL, or a value that may be it.
struct Null {};
template <class T>
struct OrNull {
  bool null;
  T value;
};
struct Blob {
  std::string_view bytes;
};

class Connection {
 public:
  enum class Mode {
    write,
    read,
    audit  ///< as read, and the file itself is opened for reading only
  };
  /// Opens an existing file. Throws SqlError.
  Connection(const std::string& path, Mode mode);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Any number of statements of constant text.
  void exec(const char* sql);
  /// First column of the first row of a constant text, "" without a row.
  std::string ask(const char* sql);

  /// The statement, prepared once per connection, with its parameters bound in order. Texts are
  /// borrowed until the Query ends, hence no temporaries.
  template <class... Args>
  Query use(const Sql& sql, Args&&... args) {
    static_assert((... && !std::is_same_v<Args, std::string>),
                  "a temporary would die before the query");
    auto* stmt = prepared(sql);
    bind_all(stmt, args...);
    return Query{db_, stmt};
  }
  /// Runs a statement that gives no rows (temporaries are fine) and tells how many rows it changed.
  template <class... Args>
  int64_t run(const Sql& sql, const Args&... args) {
    auto* stmt = prepared(sql);
    bind_all(stmt, args...);
    Query{db_, stmt}.step();
    return changes();
  }
  int64_t changes() const;
  int64_t last_insert_rowid() const;
  /// Pages in the write-ahead log after the latest commit of this connection.
  int wal_pages() const { return wal_pages_; }
  void set_wal_pages(int pages) { wal_pages_ = pages; }
  sqlite3* handle() const { return db_; }

 private:
  sqlite3_stmt* prepared(const Sql& sql);
  void bind(sqlite3_stmt* stmt, int index, int64_t value);
  void bind(sqlite3_stmt* stmt, int index, double value);
  void bind(sqlite3_stmt* stmt, int index, std::string_view value);
  void bind(sqlite3_stmt* stmt, int index, Blob value);
  void bind(sqlite3_stmt* stmt, int index, Null);
  template <class... Args>
  void bind_all([[maybe_unused]] sqlite3_stmt* stmt, const Args&... args) {
    [[maybe_unused]] int index = 0;
    (bind_one(stmt, ++index, args), ...);
  }
  template <class T>
  void bind_one(sqlite3_stmt* stmt, int index, const T& value) {
    if constexpr (std::is_same_v<T, Null> || std::is_same_v<T, Blob>)
      bind(stmt, index, value);
    else if constexpr (std::is_enum_v<T> || std::is_integral_v<T>)
      bind(stmt, index, static_cast<int64_t>(value));
    else if constexpr (std::is_floating_point_v<T>)
      bind(stmt, index, static_cast<double>(value));
    else if constexpr (requires { value.null; }) {
      if (value.null)
        bind(stmt, index, Null{});
      else
        bind_one(stmt, index, value.value);
    } else
      bind(stmt, index, std::string_view{value});
  }

  sqlite3* db_ = nullptr;
  int wal_pages_ = 0;
  std::vector<sqlite3_stmt*> statements_;
};

}  // namespace herald::store::sqlite
