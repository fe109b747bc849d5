#include "workbench.hpp"

namespace herald::delivery::testing {
namespace {

using namespace std::chrono_literals;
using model::OutcomeKind;
using model::State;

const std::string kId(35, 'a'), kOther(35, 'b');

/// Webchat does nothing but append to the inbox; the store answers when the test says so.
class HeadStart : public DispatcherTest {
 protected:
  HeadStart() { channels.infos["webchat"].inbox_only = true; }

  model::NewNotification fresh(const std::string& id = kId) {
    model::NewNotification n;
    n.id = id;
    n.producer = "shop";
    n.kind = "message";
    n.to = {"user", "1"};
    n.params_json = "{}";
    n.created = n.not_before = clock.time;
    n.expires = clock.time + 24h;
    n.chain = chain;
    return n;
  }
  void submit(model::NewNotification n, model::UserId user = 1) {
    dispatcher->accept(
        std::move(n), {user, base::offset_of(clock)},
        [this](base::Result<store::Accepted> answer) { answers.push_back(std::move(answer)); });
    executor.run();
  }
  void append(std::size_t delivery = 0) {
    auto& d = channels.deliveries.at(delivery);
    dispatcher->append(d.channel, d.delivery.attempt_id, {},
                       [this](base::Result<model::Item> item) { items.push_back(bool(item)); });
    executor.run();
  }
  std::vector<base::Result<store::Accepted>> answers;
  std::vector<bool> items;
};

TEST_F(HeadStart, TheAttemptBeginsBeforeTheStoreHearsOfTheNotification) {
  start();
  submit(fresh());
  EXPECT_EQ(store.accepts, 0);
  ASSERT_EQ(channels.deliveries.size(), 1U);
  EXPECT_EQ(channels.deliveries[0].delivery.head.user, 1);
  EXPECT_TRUE(answers.empty()) << "nothing is stored, so nobody may be told that it is";

  store.slow = true;
  append();
  ASSERT_EQ(store.answers.size(), 2U) << "the acceptance, and right behind it what came of it";
  EXPECT_EQ(store.accepts, 1);
  EXPECT_TRUE(answers.empty());
  store.answer_all();
  executor.run();
  store.slow = false;
  ASSERT_EQ(answers.size(), 1U);
  ASSERT_TRUE(answers[0]);
  EXPECT_EQ(answers[0]->id, kId);
  EXPECT_EQ(items, std::vector<bool>{true});
  EXPECT_EQ(progress(kId).state, State::waiting);
  EXPECT_EQ(recorder.accepts, 1);
  EXPECT_EQ(recorder.attempts, std::vector<model::Duration>{0us});

  answer(0, OutcomeKind::accepted);
  EXPECT_EQ(channels.deliveries.size(), 1U);
  EXPECT_EQ(progress(kId).attempts.size(), 1U);
}

TEST_F(HeadStart, WhatIsStoredIsToldOnlyByTheStoresOwnAnswer) {
  start();
  store.broken = true;
  submit(fresh());
  append();
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].error().code, base::Code::unavailable);
  EXPECT_TRUE(store.notifications.empty());
  // The outcome is in doubt, as any that the store could not take; then it turns out that there is
  // no such notification.
  store.broken = false;
  answer(0, OutcomeKind::retry);
  executor.pass(5s);
  EXPECT_TRUE(store.notifications.empty());
  EXPECT_EQ(channels.deliveries.size(), 1U);
  EXPECT_EQ(recorder.accepts, 0);
}

TEST_F(HeadStart, ARepeatedRequestShowsNothingTwice) {
  start();
  auto first = fresh();
  first.idempotency_key = "order-1";
  submit(first);
  append();
  answer(0, OutcomeKind::accepted);
  auto second = fresh(kOther);
  second.idempotency_key = "order-1";
  submit(second);
  append(1);
  ASSERT_EQ(answers.size(), 2U);
  ASSERT_TRUE(answers[1]);
  EXPECT_TRUE(answers[1]->repeated);
  EXPECT_EQ(answers[1]->id, kId);
  EXPECT_EQ(items, (std::vector<bool>{true, false}));
  answer(1, OutcomeKind::retry);
  executor.pass(1h);
  EXPECT_EQ(store.notifications.size(), 1U);
  EXPECT_EQ(store.appended.size(), 1U);
  EXPECT_TRUE(recorder.troubles.empty());
}

TEST_F(HeadStart, WhoSubmitsDoesNotWaitForAPluginThatTakesItsTime) {
  start();
  submit(fresh());
  executor.pass(30ms);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_TRUE(answers[0]);
  EXPECT_EQ(progress(kId).state, State::queued);
  append();
  EXPECT_EQ(progress(kId).state, State::waiting);
  EXPECT_EQ(store.accepts, 1);
}

TEST_F(HeadStart, WhatHasToWaitIsStoredAtOnce) {
  start();
  dispatcher->pause({"webchat", "maintenance", "ada", clock.time}, [](const auto&) {});
  executor.run();
  submit(fresh());
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_TRUE(channels.deliveries.empty());
  EXPECT_EQ(progress(kId).reason, model::Reason::paused);
}

TEST_F(HeadStart, OnlyWhereNothingCanBeSeenBeforeTheCommit) {
  channels.infos["webchat"].inbox_only = false;
  start();
  store.slow = true;
  submit(fresh());
  EXPECT_TRUE(channels.deliveries.empty());
  EXPECT_EQ(store.accepts, 1);
}

TEST_F(HeadStart, NotForSomebodyWhomTheDirectoryDoesNotKnow) {
  start();
  store.slow = true;
  submit(fresh(), 0);
  EXPECT_TRUE(channels.deliveries.empty());
  EXPECT_EQ(store.accepts, 1);
}

TEST_F(HeadStart, NotBeforeItsTime) {
  start();
  auto later = fresh();
  later.not_before = clock.time + 1h;
  submit(later);
  EXPECT_TRUE(channels.deliveries.empty());
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(progress(kId).state, State::queued);
}

TEST_F(HeadStart, NotInALifeAfterADeath) {
  start();
  die();
  start();
  store.slow = true;
  submit(fresh());
  EXPECT_TRUE(channels.deliveries.empty()) << "what kills the daemon must be stored before it is "
                                              "handed over, or nobody counts its deaths";
  EXPECT_EQ(store.accepts, 1);
}

TEST_F(HeadStart, StoppingStoresWhatIsOnItsWay) {
  start();
  submit(fresh());
  ASSERT_EQ(channels.deliveries.size(), 1U);
  bool drained = false;
  dispatcher->drain(15s, [&](std::size_t) { drained = true; });
  executor.run();
  append();
  answer(0, OutcomeKind::accepted);
  EXPECT_TRUE(drained);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_TRUE(answers[0]);
  EXPECT_EQ(progress(kId).state, State::waiting);
}

TEST_F(HeadStart, AnItemForAnotherThanTheStoreKnowsIsNotWritten) {
  start();
  store.recipient = 2;  // the number changed hands meanwhile
  submit(fresh());
  append();
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_TRUE(answers[0]);
  EXPECT_EQ(items, std::vector<bool>{false});
  EXPECT_TRUE(store.appended.empty());
  answer(0, OutcomeKind::retry);
  executor.pass(10s);
  ASSERT_EQ(channels.deliveries.size(), 2U);
  EXPECT_EQ(channels.deliveries[1].delivery.head.user, 2);
}

}  // namespace
}  // namespace herald::delivery::testing
