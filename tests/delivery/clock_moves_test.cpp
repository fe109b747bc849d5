// A wall clock that is set: nothing that measures a time comes early or late, what names a time of
// day keeps it (faults 27).
#include "delivery/clock_watch.hpp"
#include "workbench.hpp"

namespace herald::delivery::testing {
namespace {

using namespace std::chrono_literals;
using model::OutcomeKind;
using model::State;

TEST(ClockWatch, TellsAStepAndKeepsSilentOverSlewing) {
  HandClock clock;
  ClockWatch watch{clock};
  clock.time += 3h;
  EXPECT_EQ(watch.look(), 0s);
  clock.step(1h);
  EXPECT_EQ(watch.look(), 1h);
  EXPECT_EQ(watch.look(), 0s);
  clock.step(-24h);
  clock.time += 1s;
  EXPECT_EQ(watch.look(), -24h);
  for (int i = 0; i < 100; ++i) {
    clock.step(100ms);
    EXPECT_EQ(watch.look(), 0s);
  }
}

class ClockMoves : public DispatcherTest, public ::testing::WithParamInterface<base::Duration> {
 protected:
  void step() {
    clock.step(GetParam());
    executor.run();
  }
  /// What the table calls waiting: webchat has it, nobody has read it.
  void wait_on_webchat() {
    start();
    accept("a");
    put_into_inbox(0);
    ASSERT_EQ(progress("a").state, State::waiting);
  }
};

TEST_P(ClockMoves, LeaveTheTimeOfEvidenceAsLongAsItIs) {
  wait_on_webchat();
  executor.pass(60s);
  step();
  executor.pass(58s);
  EXPECT_EQ(progress("a").step, 0U);
  executor.pass(4s);
  EXPECT_EQ(progress("a").step, 1U);
  EXPECT_EQ(channels.deliveries.size(), 2U);
}

TEST_P(ClockMoves, LeaveBackoffAsLongAsItIs) {
  start();
  accept("a");
  put_into_inbox(0);
  executor.pass(121s);
  ASSERT_EQ(channels.deliveries.size(), 2U);
  model::Outcome later;
  later.kind = OutcomeKind::retry;
  later.retry_after = 60s;
  channels.deliveries[1].done(later);
  executor.run();
  executor.pass(30s);
  step();
  executor.pass(28s);
  EXPECT_EQ(channels.deliveries.size(), 2U);
  executor.pass(4s);
  EXPECT_EQ(channels.deliveries.size(), 3U);
}

TEST_P(ClockMoves, LeaveTheDeadlineOfAnAttemptAsItIs) {
  start();
  accept("a");
  put_into_inbox(0);
  executor.pass(121s);
  ASSERT_EQ(channels.deliveries.size(), 2U);
  step();
  executor.pass(20s);
  EXPECT_TRUE(progress("a").in_flight() != nullptr);
  EXPECT_EQ(progress("a").state, State::trying);
}

TEST_P(ClockMoves, LeaveTheExpiryOfTheRouteAndKeepTheOneThatWasNamed) {
  start();
  auto named = make("named");
  named.progress.expires = clock.time + 10h;
  named.progress.due = std::min(named.progress.due, named.progress.expires);
  store.notifications["named"] = named;
  dispatcher->accepted(named, base::offset_of(clock));
  executor.run();
  accept("route", 2);
  const auto route = progress("route").expires;
  step();
  executor.pass(1s);
  EXPECT_EQ(progress("route").expires, route + GetParam());
  EXPECT_EQ(progress("named").state == State::expired, GetParam() > 10h);
  if (!is_ended(progress("named").state)) {
    EXPECT_EQ(progress("named").expires, named.progress.expires);
  }
}

TEST_P(ClockMoves, ScheduledWorkFollowsTheNewTime) {
  start();
  auto n = make("a");
  const auto when = clock.time + 12h;
  n.head.not_before = when;
  n.progress = first_progress("a", clock.time, when, when + 24h);
  store.notifications["a"] = n;
  dispatcher->accepted(n, base::offset_of(clock));
  executor.run();
  step();
  executor.pass(1s);
  if (GetParam() < 12h) {
    EXPECT_TRUE(channels.deliveries.empty());
    executor.pass(when - clock.time - 1s);
    EXPECT_TRUE(channels.deliveries.empty());
    executor.pass(2s);
  }
  const bool over = clock.time >= when + 24h;
  EXPECT_EQ(channels.deliveries.size(), over ? 0U : 1U);
  EXPECT_EQ(progress("a").state == State::expired, over);
  ASSERT_EQ(store.events["a"].size(), 1U) << "a time of day has nothing to follow";
  EXPECT_TRUE(std::holds_alternative<model::event::Due>(store.events["a"][0]));
}

TEST_P(ClockMoves, WhileTheDaemonWasDownAreFollowedAtTheNextStart) {
  DispatcherOptions options;
  options.boot = "b0075";
  start(options);
  accept("a");
  put_into_inbox(0);
  executor.pass(60s);
  die();
  clock.step(GetParam());
  start(options);
  executor.pass(55s);
  EXPECT_EQ(progress("a").step, 0U);
  executor.pass(8s);
  EXPECT_EQ(progress("a").step, 1U);
}

TEST_P(ClockMoves, AreNotedBeforeAnybodyFollowsSoThatADeathLetsNobodyFollowTwice) {
  DispatcherOptions options;
  options.boot = "b0075";
  start(options);
  accept("a");
  put_into_inbox(0);
  const auto before = store.events["a"].size();
  store.notes_refused = 2;
  step();
  executor.pass(500ms);
  EXPECT_EQ(store.events["a"].size(), before) << "the note is not on stable storage";
  die();
  start(options);
  executor.pass(500ms);
  EXPECT_EQ(store.events["a"].size(), before) << "nor now";
  executor.pass(1s);
  EXPECT_EQ(store.events["a"].size(), before + 1);
  die();
  start(options);
  executor.pass(5s);
  EXPECT_EQ(store.events["a"].size(), before + 1);
}

TEST_P(ClockMoves, ReachEveryPageOfTheStoreOnce) {
  DispatcherOptions options;
  options.held = 100;
  start(options);
  channels.infos["webchat"].max_in_flight = 1;
  for (int i = 0; i < 600; ++i) {
    auto n = make("n" + std::to_string(i), i + 10);
    n.progress.state = State::waiting;
    n.progress.wait_started = n.progress.step_started = clock.time;
    n.progress.due = clock.time + 2min;
    store.notifications[n.head.id] = n;
  }
  step();
  executor.pass(1s);
  for (int i = 0; i < 600; ++i) {
    const auto id = "n" + std::to_string(i);
    ASSERT_EQ(store.events[id].size(), 1U) << id;
    EXPECT_EQ(progress(id).due, clock.time - 1s + 2min) << id;
  }
}

INSTANTIATE_TEST_SUITE_P(By, ClockMoves,
                         ::testing::Values(base::Duration{1h}, base::Duration{-1h},
                                           base::Duration{24h}, base::Duration{-24h},
                                           base::Duration{12 * 365 * 24h}),
                         [](const auto& move) {
                           return (move.param.count() < 0 ? "minus" : "plus") +
                                  std::to_string(std::abs(move.param.count() / 3'600'000'000)) +
                                  "h";
                         });

}  // namespace
}  // namespace herald::delivery::testing
