// The dispatcher and its gates: breaker, limits, pause, quiet hours, from acceptance to attempt.
#include "workbench.hpp"

namespace herald::delivery::testing {
namespace {

using namespace std::chrono_literals;
using model::OutcomeKind;
using model::Reason;
using model::State;

/// A chain of whatsapp, then webchat, for many people.
class Passing : public DispatcherTest {
 protected:
  Passing() {
    for (model::UserId user = 1; user <= 3'000; ++user)
      store.users[user] = {user, "", false, {{"phone", "+2376" + std::to_string(user)}}, {}};
    model::Chain c;
    c.route = "default";
    c.steps = {step("whatsapp", false), step("webchat", true)};
    c.steps[0].attempts = 1;
    c.steps[1].until = model::Evidence::read;
    chain = std::make_shared<const model::Chain>(c);
  }
  std::size_t on(const std::string& channel) const {
    return static_cast<std::size_t>(
        std::count_if(channels.deliveries.begin(), channels.deliveries.end(),
                      [&](const auto& d) { return d.channel == channel; }));
  }
  std::size_t events() const {
    std::size_t n = 0;
    for (const auto& [id, list] : store.events) n += list.size();
    return n;
  }
  void pause() {
    dispatcher->pause({"whatsapp", "maintenance", "uid:0", clock.time},
                      [](auto result) { ASSERT_TRUE(result); });
    executor.run();
  }
  void resume() {
    dispatcher->resume("whatsapp", [](auto result) { ASSERT_TRUE(result); });
    executor.run();
  }
  DispatcherOptions limited(model::Rate rate, model::Rate recipient_rate = {}) {
    DispatcherOptions options;
    auto& limits = options.gates.channels["whatsapp"];
    limits.rate = rate;
    limits.burst = 1;
    limits.recipient_rate = recipient_rate;
    return options;
  }
};

TEST_F(Passing, AChannelThatIsDownIsLeftByTheNextAtOnceAndHealsByOneProbe) {
  start();
  accept("a", 1);
  answer(0, OutcomeKind::channel_down);
  EXPECT_EQ(on("webchat"), 1U);
  accept("b", 2);
  EXPECT_EQ(on("whatsapp"), 1U) << "the breaker is open";
  EXPECT_EQ(progress("b").left.at(0).reason, Reason::breaker_open);
  EXPECT_TRUE(progress("b").left.at(0).transient);
  executor.pass(31s);
  accept("c", 3);
  accept("d", 4);
  EXPECT_EQ(on("whatsapp"), 2U) << "one due notification is the probe";
  EXPECT_EQ(progress("d").left.at(0).reason, Reason::breaker_open);
  answer(channels.deliveries.size() - 2, OutcomeKind::accepted);
  accept("e", 5);
  EXPECT_EQ(on("whatsapp"), 3U) << "its success closes the breaker";
}

TEST_F(Passing, FiveTimeoutsInARowOpenTheBreaker) {
  start();
  for (int i = 0; i < 5; ++i) accept("a" + std::to_string(i), i + 1);
  ASSERT_EQ(on("whatsapp"), 5U);
  for (std::size_t i = 0; i < 5; ++i) answer(i, OutcomeKind::unknown);
  accept("b", 9);
  EXPECT_EQ(on("whatsapp"), 5U);
  EXPECT_EQ(progress("b").left.at(0).reason, Reason::breaker_open);
}

TEST_F(Passing, AProbeThatIsCancelledMakesWayForAnother) {
  start();
  accept("a", 1);
  answer(0, OutcomeKind::channel_down);
  executor.pass(31s);
  channels.hold_rendering = true;
  accept("probe", 2);
  dispatcher->cancel("probe", "test", [](auto) {});
  executor.run();
  channels.hold_rendering = false;
  for (auto& render : channels.held_renders) render();
  executor.run();
  accept("next", 3);
  EXPECT_EQ(on("whatsapp"), 2U);
}

TEST_F(Passing, ABrokenTemplatePluginIsNotAskedForAWhile) {
  start();
  channels.render_fails = true;
  for (int i = 0; i < 5; ++i) accept("a" + std::to_string(i), i + 1);
  const auto asked = channels.renders;
  EXPECT_EQ(asked, 5);
  accept("b", 9);
  EXPECT_EQ(channels.renders, asked);
  EXPECT_EQ(progress("b").reason, Reason::render_failed);
  channels.render_fails = false;
  executor.pass(32s);
  accept("c", 10);
  EXPECT_GT(channels.renders, asked);
  EXPECT_TRUE(progress("c").in_flight() != nullptr);
}

/// A store in which at times nobody can be looked up.
class HalfStore final : public MemoryStore {
 public:
  using MemoryStore::MemoryStore;
  bool unreadable = true;
  void user(model::UserId id, store::Done<store::User> done) override {
    if (!unreadable) return MemoryStore::user(id, std::move(done));
    done(base::fail(base::Code::unavailable, "the database cannot be read"));
  }
};

class Unreadable : public Passing {
 protected:
  void SetUp() override {
    half.users = store.users;
    dispatcher = std::make_unique<Dispatcher>(
        Dispatcher::Needs{executor, half, channels, clock, recorder}, DispatcherOptions{});
    dispatcher->start([](auto result) { ASSERT_TRUE(result); });
    executor.run();
  }
  void TearDown() override { dispatcher.reset(); }
  void send(const std::string& id, model::UserId user) {
    half.notifications[id] = make(id, user);
    dispatcher->accepted(half.notifications[id], base::offset_of(clock));
    executor.run();
  }
  HalfStore half{clock};
};

TEST_F(Unreadable, ADirectoryThatCannotBeReadIsNoMissingAddress) {
  send("a", 1);
  executor.pass(30s);
  EXPECT_TRUE(channels.deliveries.empty());
  EXPECT_TRUE(half.notifications.at("a").progress.left.empty()) << "the step was left";
  half.unreadable = false;
  executor.pass(2s);
  EXPECT_EQ(on("whatsapp"), 1U);
}

TEST_F(Unreadable, WhoCannotBeLookedUpHoldsNoSlotAndMayBeCancelled) {
  channels.infos["whatsapp"].max_in_flight = 1;
  send("a", 1);
  send("b", 2);
  dispatcher->cancel("a", "test", [](auto) {});
  executor.run();
  EXPECT_EQ(half.notifications.at("a").progress.state, State::cancelled);
  half.unreadable = false;
  executor.pass(2s);
  ASSERT_EQ(on("whatsapp"), 1U);
  EXPECT_NE(channels.deliveries.at(0).delivery.attempt_id.find("b"), std::string::npos);
}

TEST_F(Passing, AShortWaitIsHeldInMemoryInOrderAndCostsNothing) {
  start(limited({10, 1s}));
  accept("a", 1);
  accept("low", 2, model::Priority::low);
  accept("b", 3);
  accept("urgent", 4, model::Priority::urgent);
  EXPECT_EQ(on("whatsapp"), 1U);
  const auto before = events();
  executor.pass(100ms);
  ASSERT_EQ(on("whatsapp"), 2U);
  EXPECT_EQ(channels.deliveries[1].delivery.head.id, "urgent");
  executor.pass(200ms);
  ASSERT_EQ(on("whatsapp"), 4U);
  EXPECT_EQ(channels.deliveries[2].delivery.head.id, "b");
  EXPECT_EQ(events() - before, 3U) << "the three that started";
}

TEST_F(Passing, ABacklogBehindALimitWaitsInTheStoreWithOneEventEachAndInOrder) {
  DispatcherOptions options = limited({10, 1s});
  options.held = 64;
  start(options);
  for (int i = 0; i < 1'000; ++i) {
    clock.time += 1ms;
    accept("n" + std::to_string(1'000 + i), i + 1);
  }
  std::size_t answered = 0;
  for (int i = 0; i < 130; ++i) {
    executor.pass(1s);
    for (; answered < channels.deliveries.size(); ++answered)
      answer(answered, OutcomeKind::delivered);
  }
  ASSERT_EQ(on("whatsapp"), 1'000U);
  std::size_t gated = 0;
  std::vector<std::string> order;
  for (const auto& d : channels.deliveries) order.push_back(d.delivery.head.id);
  for (const auto& [id, list] : store.events)
    for (const auto& event : list) gated += std::holds_alternative<model::event::Gated>(event);
  EXPECT_LE(gated, 1'500U);
  for (std::size_t i = 1; i < order.size(); ++i)
    if (order[i] < order[i - 1])
      ADD_FAILURE() << i << ": " << order[i - 1] << " before " << order[i];
}

TEST_F(Passing, ALimitOfOneRecipientHoldsNobodyElseBack) {
  start(limited({}, {1, 6s}));
  accept("a1", 1);
  answer(0, OutcomeKind::accepted);
  accept("a2", 1);
  accept("b1", 2);
  EXPECT_EQ(on("whatsapp"), 2U);
  EXPECT_EQ(progress("a2").reason, Reason::recipient_limit);
  executor.pass(5s);
  EXPECT_EQ(on("whatsapp"), 2U);
  executor.pass(2s);
  EXPECT_EQ(on("whatsapp"), 3U);
}

TEST_F(Passing, APausedChannelWaitsAndGoesOnAtOnceWhenItIsResumedAlsoAfterARestart) {
  start();
  pause();
  for (int i = 0; i < 600; ++i) accept("n" + std::to_string(i), i + 1);
  EXPECT_EQ(on("whatsapp"), 0U);
  EXPECT_EQ(progress("n7").reason, Reason::paused);
  EXPECT_EQ(events(), 600U);
  executor.pass(5min);
  EXPECT_EQ(events(), 600U) << "waiting costs nothing";
  die();
  start();
  executor.pass(1min);
  EXPECT_EQ(on("whatsapp"), 0U) << "the pause outlives the restart";
  resume();
  EXPECT_EQ(on("whatsapp"), 600U);
}

TEST_F(Passing, AResumeWhileThePauseIsBeingRecordedIsNotMissed) {
  start();
  pause();
  store.on_apply = [this] { resume(); };
  accept("a", 1);
  executor.pass(1s);
  EXPECT_EQ(on("whatsapp"), 1U) << "it goes on at once, not when try_for is over";
}

TEST_F(Passing, WhatIsPausedNoMoreInTheStoreGoesOnThoughItsResumingSeemedToFail) {
  start();
  pause();
  accept("a", 1);
  EXPECT_EQ(on("whatsapp"), 0U);
  store.paused.clear();  // the commit arrived, its answer did not
  base::Code said = base::Code::internal;
  dispatcher->resume("whatsapp", [&](auto result) { said = result.error().code; });
  executor.run();
  EXPECT_EQ(said, base::Code::not_found);
  EXPECT_EQ(on("whatsapp"), 1U);
}

TEST_F(Passing, AnAttemptThatTheExpiryOvertakesIsCalledBackAndAwaited) {
  start();
  auto n = make("a");
  n.progress = first_progress("a", clock.time, clock.time, clock.time + 10s);
  store.notifications["a"] = n;
  dispatcher->accepted(n, base::offset_of(clock));
  executor.pass(9s);
  EXPECT_EQ(on("whatsapp"), 1U);
  EXPECT_TRUE(channels.cancelled.empty());
  executor.pass(10s);
  EXPECT_EQ(channels.cancelled, std::vector<std::string>{"a.1.0.1"}) << "once";
  EXPECT_EQ(progress("a").state, State::trying);
  answer(0, OutcomeKind::accepted);
  EXPECT_EQ(progress("a").state, State::expired);
  EXPECT_EQ(progress("a").best_evidence(), model::Evidence::accepted);
}

TEST_F(Passing, APauseCountsAgainstTryFor) {
  start();
  pause();
  accept("a", 1);
  executor.pass(15min + 1s);
  EXPECT_EQ(progress("a").left.at(0).reason, Reason::not_accepted_in_time);
  EXPECT_EQ(on("webchat"), 1U);
}

TEST_F(Passing, QuietHoursHoldUntilThePersonsMorning) {
  DispatcherOptions options;
  options.gates.quiet_hours = {22h, 7h};
  channels.infos["whatsapp"].disturbs = true;
  clock.time = *base::parse_iso8601("2026-01-10T23:00:00Z");
  store.users[1].time_zone = "Africa/Douala";     // midnight there
  store.users[2].time_zone = "America/New_York";  // six in the evening there
  start(options);
  accept("a", 1);
  accept("b", 2);
  accept("u", 1, model::Priority::urgent);
  ASSERT_EQ(on("whatsapp"), 2U);
  EXPECT_EQ(progress("a").reason, Reason::quiet_hours);
  EXPECT_EQ(progress("a").due, *base::parse_iso8601("2026-01-11T06:00:00Z"));
  answer(0, OutcomeKind::accepted);
  answer(1, OutcomeKind::accepted);
  executor.pass(7h + 1s);
  EXPECT_EQ(on("whatsapp"), 3U);
}

TEST_F(Passing, WhatIsUrgentFindsRoomInAMemoryFullOfLess) {
  DispatcherOptions options;
  options.held = 16;
  options.in_flight = 1;
  start(options);
  for (int i = 0; i < 40; ++i) accept("n" + std::to_string(i), i + 1, model::Priority::low);
  accept("urgent", 100, model::Priority::urgent);
  answer(0, OutcomeKind::accepted);
  ASSERT_EQ(on("whatsapp"), 2U);
  EXPECT_EQ(channels.deliveries[1].delivery.head.id, "urgent");
}

TEST_F(Passing, AskingTellsWhatAnAttemptWouldMeet) {
  start(limited({}, {1, 1h}));
  pause();
  Gates::Want want;
  want.channel = "whatsapp";
  want.user = 1;
  auto asked = Gates::Answer{};
  const auto ask = [&] {
    dispatcher->ask_gates(want, [&](auto answer) { asked = answer; });
    executor.run();
    return asked.reason;
  };
  EXPECT_EQ(ask(), Reason::paused);
  resume();
  EXPECT_EQ(ask(), Reason::none);
  accept("a", 1);
  EXPECT_EQ(ask(), Reason::recipient_limit);
}

}  // namespace
}  // namespace herald::delivery::testing
