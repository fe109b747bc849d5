// Whether a client's cursor still means the same after the database was moved, restored or
// promoted. On a server of its own.
#include <csignal>

#include "store/history.hpp"
#include "store/postgresql_support.hpp"

namespace herald::store::test {
namespace {

using model::OutcomeKind;

class PostgresqlEpoch : public PostgresqlStore {
 protected:
  void SetUp() override {
    PostgresqlStore::SetUp();
    item();
    epoch_ = page().epoch;
    EXPECT_NE(epoch_, 0U);
  }
  static void TearDownTestSuite() { server_.reset(); }
  PostgresqlServer& server() override {
    if (!server_)
      server_ = std::make_unique<PostgresqlServer>(std::vector<std::string>{"fsync = off"});
    return *server_;
  }
  void item() {
    const auto id = accepted();
    Apply request{id, {}, some_item(1, id), {}, {}};
    request.events = {model::event::Due{},
                      model::event::Completed{{1, 0, 1}, outcome(OutcomeKind::accepted), true}};
    value(apply(request));
  }
  /// As soon as the store has healed.
  model::ItemPage page() {
    model::ItemQuery query;
    query.user = 1;
    model::ItemPage out;
    const bool healed = until([&] {
      auto found = wait<model::ItemPage>([&](auto done) { store->items(query, done); });
      if (found) out = std::move(*found);
      EXPECT_TRUE(found || found.error().code == Code::unavailable);
      return found.has_value();
    });
    if (!healed) throw std::runtime_error("it cannot be read");
    return out;
  }
  void written_again() {
    if (!until([&] { return accept(some_notification(clock())).has_value(); }))
      throw std::runtime_error("it did not heal");
  }
  base::Result<User> put_user(const std::string& phone) {
    User user;
    user.identities.push_back({"phone", phone});
    return wait<User>([&](auto done) { store->put_user(user, done); });
  }
  const base::Clock& clock() override { return base::Clock::system(); }

  uint64_t epoch_ = 0;

 private:
  static inline std::unique_ptr<PostgresqlServer> server_;
};

// covers: S39
TEST_F(PostgresqlEpoch, AServerThatCrashedIsTheSame) {
  server().stop(SIGQUIT);
  server().start();
  written_again();
  EXPECT_EQ(page().epoch, epoch_);
  reopen();
  EXPECT_EQ(page().epoch, epoch_);
}

// covers: S39 F14
TEST_F(PostgresqlEpoch, APromotedStandbyThatHasEveryNumberGoesOn) {
  server().stop(SIGINT);
  server().start_promoted();
  written_again();
  EXPECT_EQ(page().epoch, epoch_);
  item();
  EXPECT_EQ(page().last_seq, 2);
  reopen();
  EXPECT_EQ(page().epoch, epoch_);
}

// covers: S39 F15
TEST_F(PostgresqlEpoch, APromotedStandbyThatLacksANumberBeginsAnotherEpoch) {
  server().stop(SIGINT);
  server().keep_copy();
  server().start();
  written_again();
  item();
  EXPECT_EQ(page().last_seq, 2);
  EXPECT_EQ(page().epoch, epoch_);
  server().stop(SIGQUIT);
  server().put_copy();
  server().start_promoted();
  written_again();
  EXPECT_EQ(page().last_seq, 1);
  EXPECT_NE(page().epoch, epoch_) << "number 2 will be another item";
  EXPECT_EQ(history_of(*store)->losses(), 1U);
}

// covers: F15
TEST_F(PostgresqlEpoch, IdsOfPeopleWhomAPromotedStandbyLacksAreNotGivenAgain) {
  server().stop(SIGINT);
  server().keep_copy();
  server().start();
  written_again();
  const auto history = history_of(*store)->history();
  const auto lost = value(put_user("+237690000001")).id;
  server().stop(SIGQUIT);
  server().put_copy();
  server().start_promoted();
  written_again();
  EXPECT_GT(value(put_user("+237690000002")).id, lost) << "somebody may still take it for theirs";
  EXPECT_GT(history_of(*store)->history(), history);
  const auto newest = value(put_user("+237690000003")).id;
  reopen();
  EXPECT_EQ(value(put_user("+237690000004")).id, newest + 1) << "the same server: none is left out";
}

TEST_F(PostgresqlEpoch, WhoWasNotThereWhenItWasPromotedCannotKnow) {
  store.reset();
  server().stop(SIGINT);
  server().start_promoted();
  reopen();
  EXPECT_NE(page().epoch, epoch_);
}

class PostgresqlEpochOfNodes : public PostgresqlEpoch {
 protected:
  PostgresqlEpochOfNodes() { settings.node = NodeOptions{"a", "0", 4s}; }
};

TEST_F(PostgresqlEpochOfNodes, NoneKnowsTheOthersLastNumberSoAPromotedStandbyBeginsAnotherEpoch) {
  auto of_other = settings;
  of_other.node->name = "b";
  const auto other = value(store::open(options, of_other, decide, clock()));
  EXPECT_EQ(page().epoch, epoch_) << "one that comes changes nothing";
  server().stop(SIGINT);
  server().start_promoted();
  written_again();
  const auto after = page().epoch;
  EXPECT_NE(after, epoch_) << "it has all of this node's numbers, and perhaps not the other's";
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (!wait<Accepted>([&](auto done) { other->accept(some_notification(clock()), done); })) {
    ASSERT_LT(std::chrono::steady_clock::now(), end) << "the other did not heal";
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_EQ(page().epoch, after) << "the first one settles it for all";
  other->close();
}

TEST_F(PostgresqlEpoch, TablesMadeAnewByARestoreBeginAnotherEpoch) {
  store.reset();
  ask("CREATE TABLE restored (LIKE inbox_epoch INCLUDING ALL)");
  ask("INSERT INTO restored SELECT * FROM inbox_epoch");
  ask("DROP TABLE inbox_epoch");
  ask("ALTER TABLE restored RENAME TO inbox_epoch");
  reopen();
  const auto second = page().epoch;
  EXPECT_NE(second, epoch_);
  reopen();
  EXPECT_EQ(page().epoch, second);
}

}  // namespace
}  // namespace herald::store::test
