// What kills the daemon is set aside; what merely was under way when it died is not.
#include "workbench.hpp"

namespace herald::delivery::testing {
namespace {

using model::Evidence;
using model::OutcomeKind;
using model::Reason;
using model::State;
using namespace std::chrono_literals;

const std::string kPoison(35, 'p'), kSlow(35, 's'), kOther(35, 'o');

class SuspectsTest : public DispatcherTest {
 protected:
  SuspectsTest() {
    model::Chain c;
    c.steps = {step("webchat", true), step("log", true)};
    c.steps[0].until = Evidence::accepted;
    c.steps[0].within = {};
    c.steps[1].reaches_nobody = true;
    c.steps[1].until = Evidence::accepted;
    c.steps[1].within = {};
    chain = std::make_shared<const model::Chain>(c);
  }
  /// The daemon dies, some time passes, and another begins; until it has handed something over.
  void live_again() {
    die();
    executor.pass(1s);
    start();
    for (int i = 0; i < 50 && handed().empty(); ++i) executor.pass(100ms);
  }
  /// The deliveries of this life, "channel:first letter of the id".
  std::string handed() {
    std::string out;
    for (const auto& d : channels.deliveries)
      out += (out.empty() ? "" : " ") + d.channel + ":" + d.delivery.head.id.substr(0, 1);
    return out;
  }
};

TEST_F(SuspectsTest, WhatKillsTheDaemonIsHandedOverFiveTimesAndThenItsStepIsLeft) {
  start();
  accept(kPoison);
  int times = 1;
  while (times < 20 && handed() == "webchat:p") {
    live_again();
    times += handed() == "webchat:p" ? 1 : 0;
  }
  EXPECT_EQ(times, 5);
  ASSERT_EQ(progress(kPoison).left.size(), 1U);
  EXPECT_EQ(progress(kPoison).left[0].reason, Reason::killed_the_daemon);
  EXPECT_FALSE(progress(kPoison).left[0].transient);
  EXPECT_EQ(handed(), "log:p") << "the next step goes on";
  EXPECT_EQ(recorder.troubles, std::vector<std::string>{"notification.set_aside"});
  answer(0, OutcomeKind::accepted);
  EXPECT_EQ(progress(kPoison).state, State::undelivered) << "a dead letter that can be redriven";
}

TEST_F(SuspectsTest, AfterADeathTheOthersGoFirst) {
  start();
  accept(kPoison);
  live_again();
  accept(std::string(35, '0'), 2);
  const std::chrono::milliseconds rests[] = {1s, 2s, 4s};
  for (std::size_t i = 0; i < std::size(rests); ++i) {
    die();
    executor.pass(1s);
    start();
    executor.pass(rests[i] - 100ms);
    const auto other = "webchat:" + std::to_string(i);
    EXPECT_EQ(handed(), other) << "the suspect rests";
    answer(0, OutcomeKind::accepted);
    executor.pass(200ms);
    EXPECT_EQ(handed(), other + " webchat:p");
    accept(std::string(35, static_cast<char>('1' + i)), 2);
  }
}

TEST_F(SuspectsTest, ATextThatKillsInEveryStepGetsOneChanceInEachOfTheOthers) {
  start();
  accept(kPoison);
  int deaths = 0;
  for (; deaths < 20 && !handed().empty(); ++deaths) live_again();
  EXPECT_EQ(deaths, 6) << "five at the first step, one at the second";
  EXPECT_EQ(progress(kPoison).state, State::undelivered);
}

TEST_F(SuspectsTest, WhoCompletesIsInnocentHoweverOftenTheDaemonDied) {
  start();
  accept(kPoison, 1);
  for (int life = 0; life < 4; ++life) live_again();
  ASSERT_EQ(handed(), "webchat:p");
  answer(0, OutcomeKind::accepted);
  EXPECT_EQ(progress(kPoison).state, State::holding);
  EXPECT_EQ(store.kv.size(), 1U) << "only that the daemon lives";
}

TEST_F(SuspectsTest, WhoIsMerelySlowIsInnocent) {
  start();
  accept(kSlow, 1);
  for (int life = 0; life < 12; ++life) {
    live_again();
    ASSERT_EQ(handed(), "webchat:s");
    executor.pass(4s);
  }
  EXPECT_TRUE(progress(kSlow).left.empty());
}

TEST_F(SuspectsTest, FromTheThirdDeathOnSuspectsGoOneByOneAndTheInnocentIsCleared) {
  start();
  accept(kPoison, 1);
  accept(kSlow, 2);
  live_again();
  live_again();
  EXPECT_EQ(channels.deliveries.size(), 2U) << "both were under way at one watched death";
  live_again();
  EXPECT_EQ(channels.deliveries.size(), 1U) << "at two: one at a time";
  for (int deaths = 0; deaths < 10 && progress(kPoison).left.empty(); ++deaths) {
    EXPECT_EQ(channels.deliveries.size(), 1U);
    live_again();
  }
  EXPECT_EQ(progress(kPoison).left.at(0).reason, Reason::killed_the_daemon);
  for (auto& d : channels.deliveries) {
    if (d.delivery.head.id != kSlow) continue;
    model::Outcome accepted;
    accepted.kind = OutcomeKind::accepted;
    auto done = d.done;
    done(accepted);
    break;
  }
  executor.run();
  EXPECT_EQ(progress(kSlow).state, State::holding) << "its turn came, and it killed nobody";
  EXPECT_TRUE(progress(kSlow).left.empty());
}

TEST_F(SuspectsTest, NewTrafficAndALifeAfterAnOrderlyEndAreNotWatched) {
  start();
  accept(kPoison);
  live_again();
  accept(kOther, 2);
  EXPECT_EQ(channels.deliveries.size(), 2U);
  EXPECT_EQ(store.kv.size(), 2U) << "the mark of life, and the note of the old one";
  bool ended = false;
  dispatcher->drain(1s, [&](std::size_t) { ended = true; });
  executor.pass(2s);
  EXPECT_TRUE(ended);
  EXPECT_TRUE(store.kv.empty()) << "what an orderly end cut off is nobody's guilt";
  live_again();
  EXPECT_EQ(store.kv.size(), 1U);
}

}  // namespace
}  // namespace herald::delivery::testing
