// One of several nodes: for whom attempts are begun here, and what the others are told.
#include <algorithm>

#include "workbench.hpp"

namespace herald::delivery::testing {
namespace {

using namespace std::chrono_literals;
using model::OutcomeKind;
using model::State;
using Kind = store::Word::Kind;

const std::string kId(35, 'a');

/// Shares as the test says.
class HandNodes final : public store::NodeStore {
 public:
  bool all = true;
  store::Shares unopened = store::kAllShares;
  std::vector<store::Word> told;

  unsigned told_of(Kind kind) const {
    return static_cast<unsigned>(
        std::count_if(told.begin(), told.end(), [kind](const auto& w) { return w.kind == kind; }));
  }
  void on_news(Hears) override {}
  bool works_on(model::UserId) const override { return all && unopened == 0; }
  double part() const override { return all ? 1 : 0; }
  bool periodic() const override { return true; }
  Opening to_open() override { return {unopened, false}; }
  void opened() override { unopened = 0; }
  store::Shares to_leave() const override { return 0; }
  void left(store::Shares) override {}
  void tell(store::Word word) override { told.push_back(std::move(word)); }
  void nodes(store::Done<std::vector<store::Node>> done) override {
    done(std::vector<store::Node>{});
  }
};

class SharingTest : public DispatcherTest {
 protected:
  SharingTest() {
    channels.infos["webchat"].inbox_only = true;
    nodes = &hand;
  }
  void submit() {
    model::NewNotification n;
    n.id = kId;
    n.producer = "shop";
    n.kind = "message";
    n.to = {"user", "1"};
    n.params_json = "{}";
    n.created = n.not_before = clock.time;
    n.expires = clock.time + 24h;
    n.chain = chain;
    dispatcher->accept(std::move(n), {1, base::offset_of(clock)},
                       [this](const base::Result<store::Accepted>& answer) {
                         ASSERT_TRUE(answer);
                         ++stored;
                       });
    executor.run();
  }

  HandNodes hand;
  int stored = 0;
};

TEST_F(SharingTest, OnesOwnRecipientGetsAHeadStart) {
  start();
  EXPECT_EQ(hand.unopened, 0U);
  submit();
  ASSERT_EQ(channels.deliveries.size(), 1U);
  EXPECT_EQ(stored, 0);
  put_into_inbox(0);
  EXPECT_EQ(stored, 1);
  EXPECT_TRUE(hand.told.empty()) << "it concerns nobody else";
}

TEST_F(SharingTest, AnothersRecipientIsLeftToThatNodeFromTheFirstAttemptOn) {
  start();
  hand.all = false;
  submit();
  executor.pass(30ms);
  EXPECT_EQ(stored, 1);
  EXPECT_TRUE(channels.deliveries.empty());
  EXPECT_EQ(progress(kId).state, State::queued);
  EXPECT_EQ(hand.told_of(Kind::due), 1U);
}

TEST_F(SharingTest, AShareThatIsNotOpenedYetGivesNoHeadStart) {
  start();
  hand.unopened = 1;
  submit();
  EXPECT_EQ(stored, 1);
  EXPECT_TRUE(channels.deliveries.empty());
}

TEST_F(SharingTest, WhatWasBegunForAnothersByNowIsStoredAndTold) {
  start();
  submit();
  ASSERT_EQ(channels.deliveries.size(), 1U);
  hand.all = false;
  executor.pass(30ms);
  EXPECT_EQ(stored, 1);
  EXPECT_EQ(hand.told_of(Kind::due), 1U);
  // What came of it is recorded here: the store judges whether it still may be.
  put_into_inbox(0);
  EXPECT_EQ(progress(kId).attempts.size(), 1U);
  EXPECT_GE(hand.told_of(Kind::notification), 1U);
  answer(0, OutcomeKind::accepted);
  executor.pass(1h);
  EXPECT_EQ(channels.deliveries.size(), 1U) << "the next step is the other node's";
}

}  // namespace
}  // namespace herald::delivery::testing
