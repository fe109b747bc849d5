#include <deque>

#include "store/conformance.hpp"
#include "store/sqlite/store.hpp"

namespace herald::store::test {
namespace {

/// Runs what is posted at once, one after another: the store of the simulator needs no thread.
class AtOnce final : public base::Executor {
 public:
  void post(std::function<void()> task) override {
    tasks_.push_back(std::move(task));
    if (running_ || held) return;
    run();
  }
  void run() {
    running_ = true;
    for (; !tasks_.empty(); tasks_.pop_front()) tasks_.front()();
    running_ = false;
  }
  uint64_t after(base::Duration, std::function<void()>) override { return 1; }
  void cancel(uint64_t) override {}

  bool held = false;  ///< nothing runs before run()

 private:
  bool running_ = false;
  std::deque<std::function<void()>> tasks_;
};

std::string url_in(const Folder& folder) {
  return "sqlite:" + (folder.path() / "herald.db").string();
}

base::Result<std::unique_ptr<Store>> open_at_once(const Options& options, Decide decide,
                                                  const base::Clock& clock) {
  static AtOnce turns;
  return sqlite::open_inline(options, std::move(decide), clock, {turns, turns});
}

INSTANTIATE_TEST_SUITE_P(SqliteInline, StoreConformance,
                         testing::Values(Backend{"inline", url_in, open_at_once}),
                         [](const auto& backend) { return backend.param.name; });

class SqliteInlineTest : public testing::Test {
 protected:
  std::unique_ptr<Store> open() {
    return value(sqlite::open_inline(options_, small_decide, clock_, {turns_, turns_}));
  }
  void SetUp() override {
    options_.url = url_in(folder_);
    store_ = open();
    User user;
    user.id = 1;
    value(wait<User>([&](auto done) { store_->put_user(user, done); }));
    turns_.held = true;
    store_->accept(some_notification(clock_), [this](auto) { answered_ = true; });
  }
  uint64_t backlog() {
    turns_.held = false;
    return value(wait<Counts>([&](auto done) { store_->counts(done); })).backlog;
  }

  Folder folder_;
  ManualClock clock_;
  Options options_;
  AtOnce turns_;
  std::unique_ptr<Store> store_;
  bool answered_ = false;
};

TEST_F(SqliteInlineTest, DestroyedWithoutCloseIsAsKilled) {
  store_.reset();
  turns_.run();
  EXPECT_FALSE(answered_);
  store_ = open();
  EXPECT_EQ(backlog(), 0U);
}

TEST_F(SqliteInlineTest, CloseCommitsWhatWaits) {
  store_->close();
  EXPECT_TRUE(answered_);
  turns_.run();
  store_.reset();
  store_ = open();
  EXPECT_EQ(backlog(), 1U);
}

}  // namespace
}  // namespace herald::store::test
