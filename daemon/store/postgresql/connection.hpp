// postgresql: the store for production. One writing thread with one connection, which also holds
// the lock that keeps a second daemon out; reader threads with connections of their own. A
// connection and its results belong to one thread. Never builds SQL from values, never cancels a
// commit, never uses a connection again that failed. libpqxx is seen by connection.cpp only (trap
// 5).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "store/postgresql/parameters.hpp"

namespace herald::store::postgresql {

class Watchdog;

/// An error of the server or of the way to it. Caught inside the store.
class SqlError : public std::runtime_error {
 public:
  enum class Kind {
    lost,         ///< the connection is gone; what was sent last may have worked or not
    again,        ///< the same transaction may work when it is begun anew
    unavailable,  ///< the server cannot now: no room, no memory, read-only, cancelled
    request       ///< the statement's own fault
  };
  /// `state`: SQLSTATE; empty when the server said nothing.
  SqlError(Kind kind, std::string state, const std::string& what)
      : std::runtime_error(what), kind_(kind), state_(std::move(state)) {}
  Kind kind() const { return kind_; }
  const std::string& state() const { return state_; }

 private:
  Kind kind_;
  std::string state_;
};

/// A SQL text with a name, prepared once per connection. Constants only.
class Sql {
 public:
  explicit Sql(std::string text);
  Sql(const Sql&) = delete;
  Sql& operator=(const Sql&) = delete;
  const std::string& text() const { return text_; }
  const std::string& name() const { return name_; }
  std::size_t index() const { return index_; }
  /// Every statement of the program: what the query plan test examines.
  static std::span<const Sql* const> all();

 private:
  std::string text_, name_;
  std::size_t index_;
};

/// One row of an answer; valid as long as its Rows.
class Row {
 public:
  Row(const void* result, std::size_t row) : result_(result), row_(row) {}
  bool is_null(int column) const;
  /// 0 when it is null.
  int64_t integer(int column) const;
  /// Empty when it is null.
  std::string_view text(int column) const;
  std::string string(int column) const { return std::string{text(column)}; }
  /// A bytea.
  std::string bytes(int column) const;

 private:
  const void* result_;
  std::size_t row_;
};

/// What a statement answered.
class Rows {
 public:
  explicit Rows(std::shared_ptr<const void> result);
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Row operator[](std::size_t row) const { return {result_.get(), row}; }
  /// Rows that the statement changed.
  int64_t affected() const;

  class Iterator {
   public:
    Iterator(const void* result, std::size_t row) : result_(result), row_(row) {}
    Row operator*() const { return {result_, row_}; }
    Iterator& operator++() { return ++row_, *this; }
    bool operator!=(const Iterator& other) const { return row_ != other.row_; }

   private:
    const void* result_;
    std::size_t row_;
  };
  Iterator begin() const { return {result_.get(), 0}; }
  Iterator end() const { return {result_.get(), size_}; }

 private:
  std::shared_ptr<const void> result_;  // shared only because its type is hidden here
  std::size_t size_;
};

/// What the server or the way to it may take.
struct Limits {
  std::chrono::milliseconds statement{8000};  ///< any statement but COMMIT; 0: no limit
  std::chrono::milliseconds commit{4000};
  /// All statements of a transaction but its COMMIT: a way to the server that is merely late would
  /// let each of them pass; 0: no limit.
  std::chrono::milliseconds transaction{7000};
};

class Connection {
 public:
  /// Connects. `watchdog` cuts the connection when a limit is passed; it outlives this. Throws
  /// SqlError.
  Connection(const std::string& conninfo, Watchdog& watchdog, Limits limits = {});
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Statements without parameters, separated by semicolons. Throws SqlError.
  void exec(const std::string& sql);
  /// Begins a transaction, `how` with its options, and its time limit. Throws SqlError.
  void begin(const std::string& how = "BEGIN");
  /// The first column of the first row, or "" without a row.
  std::string ask(const std::string& sql);
  /// Ends the transaction. Throws SqlError: `lost` also when the server warned, for then what it
  /// says of a commit may not hold (trap 3).
  void commit();

  template <class... Args>
  Rows use(const Sql& sql, const Args&... args) {
    Parameters parameters;
    (parameters.add(args), ...);
    return run_prepared(sql, parameters);
  }
  /// The number of rows it changed.
  template <class... Args>
  int64_t run(const Sql& sql, const Args&... args) {
    return use(sql, args...).affected();
  }
  Rows run_prepared(const Sql& sql, const Parameters& parameters);

  /// Hands it to the server and waits for nothing: what the server says of it is heard before the
  /// next that waits, or with settle(), which throws it. `then`, which may throw, gets the number
  /// of rows it changed. Throws SqlError when the connection is lost.
  void send(const Sql& sql, const Parameters& parameters, std::function<void(int64_t)> then = {});
  void settle();
  /// Also what was sent and not heard of. Throws SqlError.
  void rollback();

 private:
  struct Wire;
  template <class F>
  auto guarded(std::chrono::milliseconds limit, F&& work);
  std::unique_ptr<Wire> wire_;
  const Limits limits_;
  std::optional<std::chrono::steady_clock::time_point> transaction_until_;
};

}  // namespace herald::store::postgresql
