#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "store/postgresql/parameters.hpp"
#include "store/postgresql/rows.hpp"
#include "store/postgresql/sql.hpp"

struct pg_conn;

namespace herald::store::postgresql {

/// libpq's pipeline mode: statements go to the server one after another without waiting for what it
/// says of each, so that it works at one while the next is made. Nobody reads the answers before
/// all are owed, so they must be short. One thread.
class Pipeline {
 public:
  /// Gets what the statement answered; may throw, and use the connection.
  using Then = std::function<void(const Rows&)>;
  enum class When {
    now,   ///< the server begins at once
    soon,  ///< with the next that goes now, or with take()
  };

  /// `connection`: libpq's, `notices`: how many it has told of; both outlive this.
  Pipeline(pg_conn* connection, const unsigned& notices)
      : connection_(connection), notices_(notices) {}

  bool open() const { return !owed_.empty(); }
  /// Throws SqlError only when the connection is lost.
  void send(const Sql& sql, const Parameters& parameters, When when, Then then);
  /// What follows is not skipped when something before it fails, and take() ends here. Throws
  /// SqlError only when the connection is lost.
  void mark();

  struct Answers {
    std::optional<SqlError> error;  ///< of the first that failed
    std::vector<std::pair<Then, Rows>> good;
    bool warned = false;  ///< by the last statement
  };
  /// Waits until the server has answered everything up to the first mark, else all there is. Throws
  /// SqlError only when the connection is lost.
  Answers take();

 private:
  enum class Prepared { no, sent, yes };
  struct Owed {
    std::size_t what;  // index of the statement that is prepared; else kExecutes or kMark
    Then then;
  };
  void prepare(const Sql& sql);
  void hear(Owed& owed, Answers& answers);
  [[noreturn]] void lost() const;
  void check(int done) const;

  pg_conn* const connection_;
  const unsigned& notices_;
  std::deque<Owed> owed_;
  std::vector<Prepared> prepared_;
};

}  // namespace herald::store::postgresql
