// What the directory remembers, and when it asks the store again.
#include <gtest/gtest.h>

#include "directory/directory.hpp"

namespace herald::directory {
namespace {

/// Somebody has every identity: the person that the test says.
class OneOwner final : public store::DirectoryStore, public store::PeopleNews {
 public:
  model::UserId owner = 1;
  uint64_t news = 0;
  unsigned asked = 0;
  store::Done<model::UserId> held;  ///< the next answer waits for the test
  bool hold = false;

  void put_user(store::User, store::Done<store::User>) override {}
  void user(model::UserId, store::Done<store::User>) override {}
  void resolve(model::Identity, store::Done<model::UserId> done) override {
    ++asked;
    if (hold)
      held = std::move(done);
    else
      done(owner);
  }
  void learn(model::Identity, model::Identity, store::Done<store::Nothing>) override {}
  void mark(model::Identity, std::string, model::TimePoint, store::Done<store::Nothing>) override {}
  uint64_t people_news() const override { return news; }
};

class DirectoryMemory : public ::testing::Test {
 protected:
  model::UserId owner() {
    told = 0;
    directory.resolve(phone, [this](base::Result<model::UserId> user) { told = *user; });
    return told;
  }
  model::UserId told = 0;
  const model::Identity phone{"phone", "+237691924173"};
  OneOwner store;
  Directory directory{store, "CM"};
};

TEST_F(DirectoryMemory, AsksOnce) {
  EXPECT_EQ(owner(), 1);
  EXPECT_EQ(owner(), 1);
  EXPECT_EQ(store.asked, 1U);
}

TEST_F(DirectoryMemory, AsksAgainWhenOthersMayHaveChangedIt) {
  EXPECT_EQ(owner(), 1);
  store.owner = 2;
  ++store.news;
  EXPECT_EQ(owner(), 2);
  EXPECT_EQ(owner(), 2);
  EXPECT_EQ(store.asked, 2U);
}

TEST_F(DirectoryMemory, DoesNotRememberWhatWasReadBeforeThat) {
  store.hold = true;
  owner();
  store.hold = false;
  store.owner = 2;
  ++store.news;
  EXPECT_EQ(owner(), 2);
  store.held(model::UserId{1});  // read before the change, told after it
  EXPECT_EQ(owner(), 2);
}

TEST_F(DirectoryMemory, DoesNotRememberThatSomebodyDoesNotExist) {
  store.owner = 0;
  EXPECT_EQ(owner(), 0);
  store.owner = 3;
  EXPECT_EQ(owner(), 3);
}

}  // namespace
}  // namespace herald::directory
