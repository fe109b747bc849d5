#include <gtest/gtest.h>

#include "store/postgresql/connection.hpp"
#include "store/postgresql/watchdog.hpp"
#include "store/postgresql_server.hpp"

namespace herald::store::postgresql {
namespace {

// A table of the connection's own; `session` keeps them from those whose plans are examined.
const Sql kPut{
    "/* session */ INSERT INTO numbers SELECT * FROM unnest($1::bigint[]) ON CONFLICT DO NOTHING"};
const Sql kHalve{"/* session */ UPDATE numbers SET n = n / $1"};
const Sql kFail{"/* session */ SELECT 1 / count(*) FROM numbers WHERE false"};
const Sql kCount{"/* session */ SELECT count(*) FROM numbers"};

/// As libpq takes it.
std::string conninfo() {
  return test::PostgresqlServer::shared().url().substr(std::string_view{"postgresql:"}.size());
}

class PostgresqlPipeline : public testing::Test {
 protected:
  void SetUp() override { db.exec("CREATE TEMP TABLE numbers(n bigint PRIMARY KEY)"); }
  void put(const std::vector<int64_t>& numbers, Connection::Then then = {}) {
    Array all;
    for (const auto n : numbers) all.add(n);
    send(kPut, all, std::move(then));
  }
  void halve(int64_t by) { send(kHalve, by, {}); }
  template <class Argument>
  void send(const Sql& sql, const Argument& argument, Connection::Then then) {
    Parameters parameters;
    parameters.add(argument);
    db.send(sql, parameters, Pipeline::When::now, std::move(then));
  }
  template <class F>
  static void divides_by_zero(F&& f) {
    try {
      f();
      FAIL() << "a division by zero is an error";
    } catch (const SqlError& error) {
      EXPECT_EQ(error.state(), "22012");
      EXPECT_EQ(error.kind(), SqlError::Kind::request);
    }
  }
  int64_t count() { return db.use(kCount)[0].integer(0); }

  Watchdog watchdog;
  Connection db{conninfo(), watchdog};
};

TEST_F(PostgresqlPipeline, WhatWasSentIsThereForTheNextThatAsks) {
  std::vector<int64_t> changed;
  const auto note = [&](const Rows& rows) { changed.push_back(rows.affected()); };
  db.begin();
  put({1, 2, 3}, note);
  put({3, 4}, note);
  EXPECT_TRUE(changed.empty());  // nobody has waited for it
  EXPECT_EQ(count(), 4);
  EXPECT_EQ(changed, (std::vector<int64_t>{3, 1}));
  put({5});
  db.commit();
  EXPECT_EQ(count(), 5);
}

TEST_F(PostgresqlPipeline, TheFirstThatFailsIsTheOneThatIsTold) {
  bool told = false;
  for (int again = 0; again < 2; ++again) {  // prepared statements are known rightly after it
    db.begin();
    put({1}, [&](const Rows&) { told = true; });
    halve(0);
    put({2}, [&](const Rows&) { told = true; });
    divides_by_zero([&] { db.settle(); });
    EXPECT_FALSE(told);
    db.rollback();
    EXPECT_EQ(count(), 0);
  }
  db.begin();
  put({2, 4}, [&](const Rows& rows) { told = rows.affected() == 2; });
  halve(2);
  db.commit();
  EXPECT_TRUE(told);
  EXPECT_EQ(count(), 2);
}

TEST_F(PostgresqlPipeline, WhoHearsOfItMayRefuseIt) {
  db.begin();
  put({1, 1}, [](const Rows& rows) {
    if (rows.affected() != 2) throw SqlError{SqlError::Kind::again, "23505", "met already"};
  });
  EXPECT_THROW(db.commit(), SqlError);
  db.rollback();
  EXPECT_EQ(count(), 0);
}

TEST_F(PostgresqlPipeline, ARollbackForgetsWhatWasSent) {
  db.begin();
  put({1});
  halve(0);
  db.rollback();
  EXPECT_EQ(count(), 0);
}

TEST_F(PostgresqlPipeline, ALostConnectionIsTold) {
  Connection other{conninfo(), watchdog};
  const auto backend = db.ask("SELECT pg_backend_pid()");
  db.begin();
  put({1});
  other.ask("SELECT pg_terminate_backend(" + backend + ", 5000)");
  try {
    halve(1);
    db.settle();
    FAIL() << "the server has ended the connection";
  } catch (const SqlError& error) {
    EXPECT_EQ(error.kind(), SqlError::Kind::lost);
  }
  EXPECT_THROW(db.rollback(), SqlError);
}

TEST_F(PostgresqlPipeline, TheNextTransactionBeginsRightBehindACommit) {
  bool told = false;
  int64_t seen = 0;
  db.begin();
  put({1, 2}, [&](const Rows&) { told = true; });
  db.commit_ahead();
  db.begin_ahead();
  db.ahead(kCount, [&](const Rows& rows) { seen = rows[0].integer(0); });
  EXPECT_THROW(db.settle(), std::logic_error) << "whether it was committed would not be known";
  db.committed();
  EXPECT_TRUE(told);
  EXPECT_EQ(seen, 0) << "that was not waited for";
  db.settle();
  EXPECT_EQ(seen, 2);
  put({3});
  db.rollback();
  EXPECT_EQ(count(), 2);
}

TEST_F(PostgresqlPipeline, WithWhatFailsNothingIsCommittedAndWhatWasBegunAheadGoesToo) {
  bool told = false;
  db.begin();
  put({1});
  halve(0);
  db.commit_ahead();
  db.begin_ahead();
  db.ahead(kCount, [&](const Rows&) { told = true; });
  put({2});
  divides_by_zero([&] { db.committed(); });
  db.rollback();
  EXPECT_EQ(count(), 0);
  EXPECT_FALSE(told);
}

TEST_F(PostgresqlPipeline, ATransactionThatHasFailedIsNotTakenForCommitted) {
  db.begin();
  put({1});
  db.ahead(kFail, {});
  EXPECT_THROW(db.settle(), SqlError);
  // The server answers such a COMMIT with ROLLBACK, which is no error.
  EXPECT_THROW(db.commit(), SqlError);
}

TEST_F(PostgresqlPipeline, AWarningCountsWhenItIsTheCommits) {
  db.exec(
      "CREATE FUNCTION pg_temp.warn() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING "
      "'beware'; RETURN NULL; END $$; CREATE TRIGGER at_once AFTER INSERT ON numbers FOR EACH ROW "
      "WHEN (new.n = 1) EXECUTE FUNCTION pg_temp.warn(); CREATE CONSTRAINT TRIGGER at_the_end "
      "AFTER INSERT ON numbers DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (new.n = 2) EXECUTE "
      "FUNCTION pg_temp.warn()");
  db.begin();
  put({1});
  db.commit();
  db.begin();
  put({2});
  try {
    db.commit();
    FAIL() << "what a server that warns says of a commit may not hold";
  } catch (const SqlError& error) {
    EXPECT_EQ(error.kind(), SqlError::Kind::lost);
  }
}

}  // namespace
}  // namespace herald::store::postgresql
