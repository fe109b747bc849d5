#include "store/postgresql/connection.hpp"

#include <pqxx/connection>
#include <pqxx/errorhandler>
#include <pqxx/except>
#include <pqxx/nontransaction>
#include <pqxx/result>

#include <algorithm>
#include <utility>

#include "store/postgresql/watchdog.hpp"

namespace herald::store::postgresql {
namespace {

using Kind = SqlError::Kind;

const Sql kBegin{"/* session */ BEGIN"};
const Sql kCommit{"/* session */ COMMIT"};

/// libpqxx 6 gives most of its exceptions a type, and only some of those the code too.
std::string state_of(const pqxx::sql_error& error) {
  if (!error.sqlstate().empty()) return error.sqlstate();
  const auto is = [&](auto* type) { return dynamic_cast<decltype(type)>(&error) != nullptr; };
  if (is(static_cast<const pqxx::insufficient_privilege*>(nullptr))) return "42501";
  if (is(static_cast<const pqxx::unique_violation*>(nullptr))) return "23505";
  if (is(static_cast<const pqxx::integrity_constraint_violation*>(nullptr))) return "23000";
  if (is(static_cast<const pqxx::insufficient_resources*>(nullptr))) return "53000";
  if (is(static_cast<const pqxx::data_exception*>(nullptr))) return "22000";
  if (is(static_cast<const pqxx::syntax_error*>(nullptr))) return "42601";
  if (is(static_cast<const pqxx::feature_not_supported*>(nullptr))) return "0A000";
  return {};
}

/// pqxx's connection, with libpq's below it for what pqxx has not: pipelines with parameters.
class Opened final : public pqxx::connection_base {
 public:
  explicit Opened(const std::string& conninfo) : connection_base(policy_), policy_(conninfo) {
    init();
  }
  ~Opened() { close(); }
  pg_conn* below() const { return policy_.below; }

 private:
  struct Policy final : pqxx::connect_direct {
    using connect_direct::connect_direct;
    handle do_startconnect(handle had) override {
      return below = connect_direct::do_startconnect(had);
    }
    handle below = nullptr;
  };
  Policy policy_;
};

}  // namespace

/// The connection with what must go before it does.
struct Connection::Wire {
  /// Notices are not printed; those of a COMMIT count.
  class Notices final : public pqxx::errorhandler {
   public:
    using errorhandler::errorhandler;
    bool operator()(const char[]) noexcept override {
      ++met;
      return false;
    }
    unsigned met = 0;
  };

  Wire(const std::string& conninfo, Watchdog& dog)
      : watchdog(dog),
        connection(conninfo),
        notices(connection),
        transaction(connection),
        pipeline(connection.below(), notices.met) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    connection.inhibit_reactivation(true);  // trap 4
#pragma GCC diagnostic pop
  }

  Watchdog& watchdog;
  Opened connection;
  Notices notices;
  pqxx::nontransaction transaction;
  Pipeline pipeline;
};

/// Runs it under the limit; pqxx's errors become ours.
template <class F>
auto Connection::guarded(std::chrono::milliseconds limit, F&& work) {
  const auto failed = [this](Kind kind, const std::string& state, const char* what) {
    if (!wire_->connection.is_open()) kind = Kind::lost;
    return SqlError{kind, state, one_line(what)};
  };
  if (transaction_until_) {
    using std::chrono::milliseconds;
    const auto left = *transaction_until_ - std::chrono::steady_clock::now();
    limit = std::clamp(std::chrono::duration_cast<milliseconds>(left), milliseconds{1}, limit);
  }
  try {
    const Watchdog::Watch watch{wire_->watchdog, wire_->connection.sock(), limit};
    return work(*wire_);
  } catch (const pqxx::broken_connection& error) {
    throw SqlError{Kind::lost, {}, one_line(error.what())};
  } catch (const pqxx::sql_error& error) {
    const auto state = state_of(error);
    throw failed(kind_of(state), state, error.what());
  } catch (const pqxx::serialization_failure& error) {
    throw failed(Kind::again, "40001", error.what());
  } catch (const pqxx::deadlock_detected& error) {
    throw failed(Kind::again, "40P01", error.what());
  } catch (const pqxx::transaction_rollback& error) {
    throw failed(Kind::again, "40000", error.what());
  } catch (const pqxx::failure& error) {
    throw SqlError{Kind::lost, {}, one_line(error.what())};
  }
}

Connection::Connection(const std::string& conninfo, Watchdog& watchdog, Limits limits)
    : limits_(limits) {
  try {
    wire_ = std::make_unique<Wire>(conninfo, watchdog);
  } catch (const pqxx::failure& error) {
    throw SqlError{Kind::lost, {}, one_line(error.what())};
  }
}

Connection::~Connection() = default;

void Connection::exec(const std::string& sql) {
  settle();
  guarded(limits_.statement, [&](Wire& wire) { wire.transaction.exec(sql); });
}

void Connection::limit_transaction() {
  if (limits_.transaction.count() != 0)
    transaction_until_ = std::chrono::steady_clock::now() + limits_.transaction;
}

void Connection::begin(const std::string& how) {
  limit_transaction();
  exec(how);
}

void Connection::begin_ahead() {
  limit_transaction();
  ahead(kBegin, {});
}

std::string Connection::ask(const std::string& sql) {
  settle();
  return guarded(limits_.statement, [&](Wire& wire) {
    const auto result = wire.transaction.exec(sql);
    return result.empty() || result[0].empty() ? std::string{} : std::string{result[0][0].c_str()};
  });
}

void Connection::commit() {
  settle();
  commit_ahead();
  committed();
}

void Connection::commit_ahead() {
  transaction_until_.reset();
  guarded(limits_.commit, [](Wire& wire) {
    // Of a transaction that had failed it says ROLLBACK, and that is no error.
    const auto check = [](const Rows& answer) {
      if (answer.command() != "COMMIT")
        throw SqlError{Kind::lost, {}, "the server did not commit, and did not say why"};
    };
    wire.pipeline.send(kCommit, {}, Pipeline::When::soon, check);
    wire.pipeline.mark();
  });
  committing_ = true;
}

void Connection::committed() {
  // The time of what was begun since then is not that of the commit.
  const auto until = std::exchange(transaction_until_, std::nullopt);
  const auto answers = guarded(limits_.commit, [](Wire& wire) { return wire.pipeline.take(); });
  transaction_until_ = until;
  committing_ = false;
  if (answers.error) throw SqlError{*answers.error};
  if (answers.warned) throw SqlError{Kind::lost, "01000", "the server warned while it committed"};
  tell(answers);
}

void Connection::tell(const Pipeline::Answers& answers) {
  for (const auto& [then, rows] : answers.good) then(rows);
}

void Connection::rollback() {
  committing_ = false;
  guarded(limits_.statement, [&](Wire& wire) {
    while (wire.pipeline.open()) wire.pipeline.take();
    wire.transaction.exec("ROLLBACK");
  });
}

void Connection::send(const Sql& sql, const Parameters& parameters, Pipeline::When when,
                      Then then) {
  guarded(limits_.statement,
          [&](Wire& wire) { wire.pipeline.send(sql, parameters, when, std::move(then)); });
}

void Connection::settle() {
  if (committing_) throw std::logic_error{"the outcome of a commit has to be heard first"};
  if (!wire_->pipeline.open()) return;
  const auto answers = guarded(limits_.statement, [](Wire& wire) { return wire.pipeline.take(); });
  if (answers.error) throw SqlError{*answers.error};
  tell(answers);
}

}  // namespace herald::store::postgresql
