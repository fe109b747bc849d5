// What applications write with the function send(): the rows, the one commit that takes them, the
// word that there are some, and who may do what.
#include <libpq-fe.h>

#include <condition_variable>

#include "base/ids.hpp"
#include "delivery/audit.hpp"
#include "delivery/decide.hpp"
#include "store/audit.hpp"
#include "store/outbox.hpp"
#include "store/postgresql_support.hpp"

namespace herald::store::test {
namespace {

/// A session that keeps its transaction.
class Session {
 public:
  explicit Session(const std::string& url)
      : connection_{PQconnectdb(url.substr(url.starts_with("postgresql://") ? 0 : 11).c_str()),
                    PQfinish} {}
  void run(const std::string& sql) {
    const std::unique_ptr<PGresult, void (*)(PGresult*)> result{
        PQexec(connection_.get(), sql.c_str()), PQclear};
    const auto status = PQresultStatus(result.get());
    EXPECT_TRUE(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
        << sql << ": " << PQerrorMessage(connection_.get());
  }

 private:
  std::unique_ptr<PGconn, void (*)(PGconn*)> connection_;
};

class PostgresqlOutbox : public PostgresqlStore {
 protected:
  PostgresqlOutbox() { decide = delivery::decide; }
  std::string send(const std::string& more = "") {
    return ask("SELECT send('message', '1', '{\"message\": \"Bonjour\"}'" + more + ")").at(0);
  }
  std::vector<OutboxRow> rows(int64_t after = 0) {
    return value(wait<std::vector<OutboxRow>>(
        [&](auto done) { outbox_of(*store)->outbox(after, 100, done); }));
  }
  model::NewNotification notification(const OutboxRow& row) {
    auto n = some_notification(clock());
    n.id = row.id;
    n.producer = row.producer;
    return n;
  }
  base::Result<Taken> take(const OutboxRow& row) {
    return wait<Taken>(
        [&](auto done) { outbox_of(*store)->take(row.number, notification(row), done); });
  }
  base::Result<Taken> refuse(const OutboxRow& row, const std::string& key = {}) {
    auto n = notification(row);
    n.to = {};
    n.idempotency_key = key;
    n.body_digest = key.empty() ? "" : "digest";
    n.chain = std::make_shared<const model::Chain>();
    const model::event::Blocked why{model::Reason::invalid, false, "params.service: is missing"};
    return wait<Taken>(
        [&](auto done) { outbox_of(*store)->take_refused(row.number, n, why, done); });
  }
  void expect_clean() {
    store.reset();
    auto reader = value(open_audit(server().url(), settings, Beside::nobody));
    std::vector<BrokenRow> broken;
    const auto span = value(reader->span());
    int seen = 0;
    EXPECT_TRUE(reader->read(span.first, span.last + 1, {}, [&](const Dossier& dossier) {
      ++seen;
      delivery::audit(dossier, broken);
    }));
    for (auto& row : value(reader->tables(clock().now(), clock().now(), 100)))
      broken.push_back(std::move(row));
    for (const auto& row : broken) ADD_FAILURE() << row.table << " " << row.row << " " << row.rule;
    EXPECT_GT(seen, 0);
  }
};

TEST_F(PostgresqlOutbox, SendGivesAnIdAsOursAndTheRequest) {
  const auto id = send(", priority => 'high'"), other = send();
  EXPECT_TRUE(base::is_id(id)) << id;
  EXPECT_NE(id, other);
  const auto found = rows();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].id, id);
  EXPECT_EQ(found[0].producer, "sql:herald");
  for (const auto* part : {R"("kind": "message")", R"("to": "1")", R"("priority": "high")",
                           R"("params": {"message": "Bonjour"})"})
    EXPECT_NE(found[0].request.find(part), std::string::npos) << found[0].request;
  EXPECT_EQ(rows(found[0].number).size(), 1U);
  // The time in it, so that ids made in order lie together.
  const auto ours = base::make_id(base::Random::system(), base::Clock::system().now());
  EXPECT_LE(id.substr(0, 6), ours.substr(0, 6));
  EXPECT_EQ(id.substr(0, 4), ours.substr(0, 4));
}

TEST_F(PostgresqlOutbox, ATransactionThatIsRolledBackOrNotYetCommittedSendsNothing) {
  ask("BEGIN; SELECT send('message', '1'); ROLLBACK");
  Session session{server().url()};
  session.run("BEGIN; SELECT \"" + settings.schema + "\".send('message', '1')");
  EXPECT_TRUE(rows().empty());
  session.run("COMMIT");
  EXPECT_EQ(rows().size(), 1U);
}

TEST_F(PostgresqlOutbox, ARowIsTakenOnce) {
  send();
  const auto row = rows().at(0);
  const auto taken = value(take(row));
  EXPECT_EQ(taken.accepted.id, row.id);
  EXPECT_FALSE(taken.ended);
  EXPECT_TRUE(rows().empty());
  EXPECT_EQ(counts().backlog, 1U);
  EXPECT_EQ(value(timeline(row.id)).notification.head.producer, "sql:herald");
  const auto again = take(row);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::conflict);
  EXPECT_EQ(counts().backlog, 1U);
  expect_clean();
}

TEST_F(PostgresqlOutbox, ManyAreTakenByOneCommitAndTwoRequestsForOneRowGiveOne) {
  for (int i = 0; i < 20; ++i) send();
  const auto found = rows();
  std::vector<Answer<Taken>> answers(found.size() * 2);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto& row = found[i / 2];
    outbox_of(*store)->take(row.number, notification(row), answers[i].done());
  }
  int taken = 0;
  for (auto& answer : answers) taken += answer.get().has_value() ? 1 : 0;
  EXPECT_EQ(taken, 20);
  EXPECT_EQ(counts().backlog, 20U);
  EXPECT_TRUE(rows().empty());
}

TEST_F(PostgresqlOutbox, WhatAnotherHasLockedIsPassedOverAtOnce) {
  send();
  const auto row = rows().at(0);
  Session session{server().url()};
  session.run("BEGIN; SELECT * FROM \"" + settings.schema + "\".outbox FOR UPDATE");
  const auto began = std::chrono::steady_clock::now();
  const auto taken = take(row);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, Code::conflict);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 3s) << "it must not wait for the lock";
  session.run("ROLLBACK");
  EXPECT_TRUE(take(row).has_value());
}

TEST_F(PostgresqlOutbox, WhatCannotBeAcceptedStaysThere) {
  send();
  const auto row = rows().at(0);
  options.backlog = 0;
  store->reconfigure(options);
  const auto full = take(row);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, Code::unavailable);
  EXPECT_EQ(rows().size(), 1U);
}

TEST_F(PostgresqlOutbox, ARefusedRowIsADeadLetterFromTheStart) {
  send();
  const auto row = rows().at(0);
  const auto taken = value(refuse(row));
  ASSERT_TRUE(taken.ended);
  EXPECT_EQ(taken.ended->before, model::State::queued);
  EXPECT_TRUE(rows().empty());
  EXPECT_EQ(counts().backlog, 0U);
  EXPECT_EQ(counts().by_state[static_cast<int>(model::State::undelivered)], 1U);
  const auto kept = value(timeline(row.id));
  const auto& p = kept.notification.progress;
  EXPECT_EQ(p.state, model::State::undelivered);
  EXPECT_EQ(p.reason, model::Reason::invalid);
  EXPECT_EQ(p.due, TimePoint::max());
  ASSERT_EQ(p.left.size(), 1U);
  EXPECT_EQ(p.left[0].detail, "params.service: is missing");
  EXPECT_EQ(kept.entries.size(), 1U);
  EXPECT_EQ(ask("SELECT count(*) FROM journal"), std::vector<std::string>{"1"});
  EXPECT_EQ(delivery::ending_text(p, *kept.notification.head.chain),
            "undelivered: invalid: params.service: is missing");
  expect_clean();
}

TEST_F(PostgresqlOutbox, ARefusedRowUnderAKeyThatWasMetIsTheFirst) {
  send();
  send();
  const auto found = rows();
  value(refuse(found.at(0), "k"));
  const auto again = value(refuse(found.at(1), "k"));
  EXPECT_TRUE(again.accepted.repeated);
  EXPECT_EQ(again.accepted.id, found[0].id);
  EXPECT_FALSE(again.ended);
  EXPECT_TRUE(rows().empty());
  expect_clean();
}

TEST_F(PostgresqlOutbox, TheListenerHearsOfACommitAndAgainAfterItsConnectionIsLost) {
  std::mutex mutex;
  std::condition_variable changed;
  int heard = 0;
  outbox_of(*store)->on_outbox([&] {
    const std::lock_guard lock{mutex};
    ++heard;
    changed.notify_all();
  });
  const auto wait_for = [&](int wanted) {
    std::unique_lock lock{mutex};
    return changed.wait_for(lock, 20s, [&] { return heard >= wanted; });
  };
  ASSERT_TRUE(wait_for(1)) << "once it listens";
  send();
  ASSERT_TRUE(wait_for(2));
  const auto ended = server().ask(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND pid "
      "<> pg_backend_pid()");
  ASSERT_FALSE(ended.empty());
  ASSERT_TRUE(wait_for(3)) << "once it listens again";
  send();
  ASSERT_TRUE(wait_for(4));
  store->close();
}

TEST_F(PostgresqlOutbox, OnlyWhoIsGrantedItMayCallItAndNothingElse) {
  server().ask("DROP ROLE IF EXISTS outbox_shop");
  server().ask("CREATE ROLE outbox_shop");
  ask("GRANT USAGE ON SCHEMA " + settings.schema + " TO outbox_shop");
  const auto allowed = [&](const std::string& what) { return ask("SELECT " + what).at(0); };
  const std::string signature =
      "send(text, text, jsonb, text, text, timestamp with time zone, timestamp with time zone)";
  const auto may = [&] {
    return allowed("has_function_privilege('outbox_shop', '" + signature + "', 'EXECUTE')");
  };
  EXPECT_EQ(may(), "f");
  ask("GRANT EXECUTE ON FUNCTION send TO outbox_shop");
  EXPECT_EQ(may(), "t");
  for (const std::string table : {"outbox", "notifications", "users", "application_users"})
    for (const std::string right : {"SELECT", "INSERT", "UPDATE", "DELETE"})
      EXPECT_EQ(allowed("has_table_privilege('outbox_shop', '" + table + "', '" + right + "')"),
                "f");
  // Whatever the caller's path is, the function's is ours alone.
  EXPECT_EQ(ask("SELECT prosecdef, proconfig[1] FROM pg_proc WHERE oid = '" + signature +
                "'::regprocedure"),
            std::vector<std::string>{"t|search_path=" + settings.schema + ", pg_temp"});
  ask("DROP OWNED BY outbox_shop");
  server().ask("DROP ROLE outbox_shop");
}

}  // namespace
}  // namespace herald::store::test
