// postgresql: the store for production. One writing thread with one connection, which also holds
// the lock that keeps a second daemon out; reader threads with connections of their own. A
// connection and its results belong to one thread. Never builds SQL from values, never cancels a
// commit, never uses a connection again that failed. libpqxx is seen by connection.cpp only (trap
// 5); prepared statements go through libpq, whose pipelines it has not.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "store/postgresql/parameters.hpp"
#include "store/postgresql/pipeline.hpp"

namespace herald::store::postgresql {

class Watchdog;

/// What the server or the way to it may take.
struct Limits {
  std::chrono::milliseconds statement{8000};  ///< any statement but COMMIT; 0: no limit
  /// COMMIT, with what was sent together with it: more than a server waits for a lock.
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
  /// The same in two steps: together with what was sent and not heard of, and then wait for all of
  /// it. Between them the next transaction may begin ahead, and ask ahead. An error which is not
  /// `lost` says that nothing was committed. A `then` of what goes with the commit must not throw.
  void commit_ahead();
  void committed();
  /// Also what was sent and not heard of. Throws SqlError.
  void rollback();

  /// Throws SqlError.
  template <class... Args>
  Rows use(const Sql& sql, const Args&... args) {
    Rows out;
    ahead(
        sql, [&](const Rows& rows) { out = rows; }, args...);
    settle();
    return out;
  }
  /// The number of rows it changed.
  template <class... Args>
  int64_t run(const Sql& sql, const Args&... args) {
    return use(sql, args...).affected();
  }

  using Then = Pipeline::Then;
  /// Asked together with what follows: `then` gets the answer in settle(), or in any other that
  /// waits for the server. Throws SqlError when the connection is lost.
  template <class... Args>
  void ahead(const Sql& sql, Then then, const Args&... args) {
    Parameters parameters;
    (parameters.add(args), ...);
    send(sql, parameters, Pipeline::When::soon, std::move(then));
  }
  /// As begin(), together with what follows.
  void begin_ahead();
  void send(const Sql& sql, const Parameters& parameters, Pipeline::When when, Then then);
  /// Waits for all that was sent; throws what the server said of the first that failed, else what a
  /// `then` throws. Not between commit_ahead() and committed().
  void settle();

 private:
  struct Wire;
  template <class F>
  auto guarded(std::chrono::milliseconds limit, F&& work);
  void limit_transaction();
  static void tell(const Pipeline::Answers& answers);
  std::unique_ptr<Wire> wire_;
  const Limits limits_;
  std::optional<std::chrono::steady_clock::time_point> transaction_until_;
  bool committing_ = false;  // commit_ahead() without its committed()
};

}  // namespace herald::store::postgresql
