#include <condition_variable>
#include <mutex>

#include "store/sqlite_support.hpp"

namespace herald::store::test {
namespace {

/// A state machine that holds the writing thread until it is let go: then many requests wait, and
/// no test needs luck.
class Gate {
 public:
  Decide decide() {
    return [this](const auto& progress, const auto& event, const auto& chain, auto now) {
      if (std::holds_alternative<model::event::Cancel>(event)) {
        std::unique_lock lock{mutex_};
        reached_ = true;
        changed_.notify_all();
        changed_.wait(lock, [&] { return open_; });
      }
      return small_decide(progress, event, chain, now);
    };
  }
  void await_writer() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return reached_; });
  }
  void open() {
    const std::lock_guard lock{mutex_};
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool reached_ = false, open_ = false;
};

class SqliteCommit : public SqliteStore {
 protected:
  SqliteCommit() { decide = gate.decide(); }
  /// The writer stands still in a request until gate.open().
  void hold_writer() {
    held_id = accepted();
    store->apply({held_id, {model::event::Cancel{"test"}}, {}, {}, {}}, held.done());
    gate.await_writer();
  }
  Gate gate;
  std::string held_id;
  Answer<Applied> held;
};

TEST_F(SqliteCommit, RequestsThatWaitShareACommit) {
  hold_writer();
  const auto before = store->health();
  std::vector<Answer<Accepted>> answers(100);
  for (auto& answer : answers) store->accept(some_notification(clock), answer.done());
  EXPECT_EQ(store->health().queued, 100U);
  gate.open();
  value(held.get());
  for (auto& answer : answers) value(answer.get());
  EXPECT_EQ(store->health().commits - before.commits, 2U);
  EXPECT_EQ(store->health().writes - before.writes, 101U);
}

TEST_F(SqliteCommit, ARequestThatFailsDoesNotHarmTheOthersOfItsBatch) {
  hold_writer();
  std::vector<Answer<Accepted>> answers(20);
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    auto n = some_notification(clock);
    ids.push_back(n.id);
    // Over SQLite's own limit for one value: an SQL error, which no earlier check finds.
    if (i == 7) n.params_json.assign(1'000'000'001, 'x');
    store->accept(std::move(n), answers[i].done());
  }
  gate.open();
  value(held.get());
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto answer = answers[i].get();
    EXPECT_EQ(answer.has_value(), i != 7);
    if (i == 7) {
      EXPECT_EQ(answer.error().code, Code::internal);
    }
    const auto kept = wait<Timeline>([&](auto done) { store->timeline(ids[i], done); });
    EXPECT_EQ(kept.has_value(), i != 7);
  }
  const auto counts = value(wait<Counts>([&](auto done) { store->counts(done); }));
  EXPECT_EQ(counts.backlog, 19U);
}

TEST_F(SqliteCommit, AFullQueueRefusesAtOnce) {
  options.queue = 4;
  reopen();
  hold_writer();
  std::vector<Answer<Accepted>> answers(4);
  for (auto& answer : answers) store->accept(some_notification(clock), answer.done());
  Answer<Accepted> refused;
  store->accept(some_notification(clock), refused.done());
  const auto answer = refused.get();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::unavailable);
  gate.open();
  value(held.get());
  for (auto& waiting : answers) value(waiting.get());
}

TEST_F(SqliteCommit, ACallbackThatThrowsHarmsNobody) {
  hold_writer();
  store->accept(some_notification(clock), [](const auto&) { throw std::runtime_error("a bug"); });
  Answer<Accepted> other;
  store->accept(some_notification(clock), other.done());
  gate.open();
  value(held.get());
  value(other.get());
}

TEST_F(SqliteCommit, AFullDiskIsUnavailableAndHealsByItself) {
  gate.open();
  const auto kept = accepted();
  options.max_bytes = 1;  // no larger than now
  store->reconfigure(options);
  std::optional<base::Error> error;
  std::vector<std::string> ids{kept};
  for (int i = 0; i < 200 && !error; ++i) {
    auto n = some_notification(clock);
    n.params_json.assign(16 * 1024, 'x');
    auto answer = wait<Accepted>([&](auto done) { store->accept(n, done); });
    if (answer)
      ids.push_back(n.id);
    else
      error = answer.error();
  }
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, Code::unavailable);
  EXPECT_FALSE(store->health().writable);
  const auto counted = [&] {
    return value(wait<Counts>([&](auto done) { store->counts(done); })).backlog;
  };
  EXPECT_EQ(counted(), ids.size());

  options.max_bytes = 0;
  store->reconfigure(options);
  clock.advance(10s);
  // Unasked: as long as the daemon is not ready, nobody sends it anything.
  const auto end = std::chrono::steady_clock::now() + 30s;
  while (!store->health().writable && std::chrono::steady_clock::now() < end)
    std::this_thread::yield();
  EXPECT_TRUE(store->health().writable);
  ids.push_back(accepted());
  EXPECT_EQ(counted(), ids.size());
  for (const auto& id : ids) value(wait<Timeline>([&](auto done) { store->timeline(id, done); }));
  store.reset();
  EXPECT_EQ(ask("PRAGMA integrity_check"), std::vector<std::string>{"ok"});
}

TEST_F(SqliteCommit, TheLogIsCopiedWhenItGrows) {
  gate.open();
  for (int i = 0; i < 40; ++i) {
    auto n = some_notification(clock);
    n.params_json.assign(1'000'000, 'x');
    value(wait<Accepted>([&](auto done) { store->accept(n, done); }));
  }
  EXPECT_LT(std::filesystem::file_size(path() + "-wal"), 12'000'000U);
  EXPECT_GT(std::filesystem::file_size(path()), 30'000'000U);
}

TEST_F(SqliteCommit, ExpiredKeysAreDeletedALittleAtATime) {
  gate.open();
  std::vector<Answer<Accepted>> answers(600);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    auto n = some_notification(clock);
    n.idempotency_key = std::to_string(i);
    store->accept(n, answers[i].done());
  }
  for (auto& answer : answers) value(answer.get());
  clock.advance(25h);
  for (int i = 0; i < 3; ++i) accepted();
  store.reset();
  EXPECT_EQ(ask("SELECT count(*) FROM idempotency"), std::vector<std::string>{"0"});
}

}  // namespace
}  // namespace herald::store::test
