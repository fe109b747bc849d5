// What the store makes of a server that fails: terminated sessions, crashes, commits in doubt,
// errors that pass. On a server of its own, with the machine's clock.
#include <csignal>
#include <set>

#include "store/postgresql_support.hpp"

namespace herald::store::test {
namespace {

using std::chrono::steady_clock;

class PostgresqlFaults : public PostgresqlStore {
 protected:
  PostgresqlFaults() { settings.allow_unsafe = false; }
  static void TearDownTestSuite() { server_.reset(); }
  PostgresqlServer& server() override {
    if (!server_) server_ = std::make_unique<PostgresqlServer>();
    return *server_;
  }
  const base::Clock& clock() override { return base::Clock::system(); }

  /// Until it is accepted; the time it took.
  steady_clock::duration accepted_again() {
    const auto begin = steady_clock::now();
    if (!until([&] { return accept(some_notification(clock())).has_value(); }))
      throw std::runtime_error("the store did not heal");
    return steady_clock::now() - begin;
  }

  /// Sends from several threads while `disturb` runs; every answer must be true.
  template <class F>
  void under_load(std::size_t least, F&& disturb) {
    std::atomic<bool> stopping{false};
    std::mutex mutex;
    std::set<std::string> acknowledged, sent;
    std::vector<std::thread> senders;
    for (int i = 0; i < 4; ++i)
      senders.emplace_back([&] {
        while (!stopping) {
          auto n = some_notification(clock());
          {
            const std::lock_guard lock{mutex};
            sent.insert(n.id);
          }
          const auto answer = accept(n);
          if (answer) {
            const std::lock_guard lock{mutex};
            acknowledged.insert(n.id);
          } else {
            EXPECT_EQ(answer.error().code, Code::unavailable) << answer.error().message;
            std::this_thread::sleep_for(5ms);
          }
        }
      });
    // Until there was load enough to show something, on however busy a machine.
    const auto end = steady_clock::now() + 60s;
    const auto enough = [&] {
      const std::lock_guard lock{mutex};
      return acknowledged.size() >= least || steady_clock::now() > end;
    };
    do disturb();
    while (!enough());
    stopping = true;
    for (auto& sender : senders) sender.join();
    accepted_again();
    std::set<std::string> stored;
    for (auto& id : ask("SELECT id FROM notifications")) stored.insert(std::move(id));
    EXPECT_GE(acknowledged.size(), least) << "not enough load to show anything";
    for (const auto& id : acknowledged) EXPECT_TRUE(stored.count(id) != 0) << "lost " << id;
    EXPECT_EQ(std::to_string(counts().backlog), ask("SELECT count(*) FROM notifications")[0]);
  }
  int stored() { return std::stoi(ask("SELECT count(*) FROM notifications")[0]); }
  void terminate_sessions() {
    server().ask(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
        "'heraldd'");
  }
  /// The server raises that error at every second insert.
  void raise_at_every_second_insert(const std::string& state) {
    ask("CREATE SEQUENCE turn");
    ask("CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF nextval('turn') % "
        "2 "
        "= 1 THEN RAISE EXCEPTION 'injected' USING ERRCODE = '" +
        state + "'; END IF; RETURN NULL; END $$");
    ask("CREATE TRIGGER failing AFTER INSERT ON notifications FOR EACH STATEMENT EXECUTE FUNCTION "
        "fail()");
  }

 private:
  static inline std::unique_ptr<PostgresqlServer> server_;
};

// covers: F13
TEST_F(PostgresqlFaults, TerminatedSessionsLoseNothing) {
  int times = 0;
  under_load(20, [&] {
    terminate_sessions();
    ++times;
    accepted_again();
  });
  EXPECT_GE(times, 1);
  EXPECT_LT(accepted_again(), 5s);
}

// covers: F12
TEST_F(PostgresqlFaults, ServersThatCrashOrStopLoseNothing) {
  under_load(50, [&] {
    for (const int how : {SIGQUIT, SIGINT, SIGQUIT}) {
      const auto before = stored();
      EXPECT_TRUE(until([&] { return stored() > before; })) << "nobody writes";
      server().stop(how);
      EXPECT_FALSE(accept(some_notification(clock())).has_value());
      server().start();
      EXPECT_LT(accepted_again(), 5s);
    }
  });
}

TEST_F(PostgresqlFaults, WhileTheServerIsAwayReadersRefuseAndReadinessSaysSo) {
  server().stop(SIGINT);
  EXPECT_FALSE(accept(some_notification(clock())).has_value());
  EXPECT_FALSE(store->health().writable);
  const auto answer = wait<Counts>([&](auto done) { store->counts(done); });
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::unavailable);
  server().start();
  // Unasked: as long as the daemon is not ready, nobody sends it anything.
  EXPECT_TRUE(until([&] { return store->health().writable; }, 10s));
  accepted();
  // A reader that has just failed tries again a moment later.
  const auto read_again = [&] {
    return wait<Counts>([&](auto done) { store->counts(done); }).has_value();
  };
  EXPECT_TRUE(until(read_again, 10s));
  EXPECT_EQ(counts().backlog, 1U);
}

// covers: F16 F22
TEST_F(PostgresqlFaults, ACommitThatWaitsForAStandbyIsInDoubtAndNeverCancelled) {
  accepted();
  server().ask("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
  server().ask("SELECT pg_reload_conf()");
  auto n = some_notification(clock());
  const auto begin = steady_clock::now();
  auto answer = accept(n);
  while (answer) {  // until the server has read its configuration
    n.id = fresh_id();
    answer = accept(n);
  }
  EXPECT_EQ(answer.error().code, Code::unavailable);
  EXPECT_LT(steady_clock::now() - begin, 8s);
  EXPECT_FALSE(timeline(n.id).has_value()) << "it is not committed yet";
  EXPECT_FALSE(store->health().writable);
  server().ask("ALTER SYSTEM RESET synchronous_standby_names");
  server().ask("SELECT pg_reload_conf()");
  accepted_again();
  EXPECT_TRUE(timeline(n.id).has_value()) << "the server went on with it";
  const auto again = accept(n);
  ASSERT_FALSE(again) << "the id settles the doubt";
  EXPECT_EQ(again.error().code, Code::conflict);
}

// covers: F17
TEST_F(PostgresqlFaults, AServerThatHangsIsNoticed) {
  accepted();
  const auto pid = std::stoi(
      server().ask("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted LIMIT 1")[0]);
  ASSERT_EQ(::kill(pid, SIGSTOP), 0);
  const auto begin = steady_clock::now();
  const auto answer = accept(some_notification(clock()));
  ::kill(pid, SIGCONT);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::unavailable);
  EXPECT_LT(steady_clock::now() - begin, 10s);
  EXPECT_LT(accepted_again(), 10s);
}

// covers: F20
TEST_F(PostgresqlFaults, ErrorsThatPassAreTriedAgainUnnoticed) {
  for (const char* state : {"40001", "40P01"}) {
    settings.schema = PostgresqlServer::fresh_schema();
    reopen();
    value(wait<User>([&](auto done) {
      User user;
      user.id = 1;
      store->put_user(user, done);
    }));
    raise_at_every_second_insert(state);
    for (int i = 0; i < 10; ++i) accepted();
    EXPECT_EQ(counts().backlog, 10U);
  }
}

// covers: F20
TEST_F(PostgresqlFaults, ErrorsThatStayAreUnavailableAndHeal) {
  for (const char* state : {"53100", "57014"}) {
    settings.schema = PostgresqlServer::fresh_schema();
    reopen();
    value(wait<User>([&](auto done) {
      User user;
      user.id = 1;
      store->put_user(user, done);
    }));
    raise_at_every_second_insert(state);
    const auto answer = accept(some_notification(clock()));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Code::unavailable);
    EXPECT_LT(accepted_again(), 5s);
    EXPECT_EQ(counts().backlog, 1U);
  }
}

}  // namespace
}  // namespace herald::store::test
