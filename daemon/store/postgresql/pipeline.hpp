#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

#include "store/postgresql/connection.hpp"

struct pg_conn;

namespace herald::store::postgresql {

/// libpq's pipeline mode: statements go to the server one after another without waiting for what it
/// says of each, so that it works at one while the next is made. Their answers must be short, for
/// nobody reads them meanwhile. One thread.
class Pipeline {
 public:
  /// Gets the number of rows that the statement changed; may throw SqlError.
  using Then = std::function<void(int64_t)>;

  /// `connection`: libpq's; outlives this.
  explicit Pipeline(pg_conn* connection) : connection_(connection) {}

  bool open() const { return !owed_.empty(); }
  /// Throws SqlError only when the connection is lost.
  void send(const Sql& sql, const Parameters& parameters, Then then);
  /// Until the server has answered everything. Throws what it said of the first that failed, else
  /// what a `then` throws.
  void settle();
  /// As settle(), of a transaction that is given up: throws only when the connection is lost.
  void discard();

 private:
  enum class Prepared { no, sent, yes };
  struct Owed {
    std::size_t prepares;  // index of the statement that is prepared; else kExecutes
    Then then;
  };
  struct Answers;
  Answers take();
  [[noreturn]] void lost() const;
  void check(int done) const;

  pg_conn* const connection_;
  std::deque<Owed> owed_;
  std::vector<Prepared> prepared_;
};

}  // namespace herald::store::postgresql
