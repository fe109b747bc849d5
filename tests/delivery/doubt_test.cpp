// A write that the store could not vouch for: it was recorded once, or it is recorded once.
#include "workbench.hpp"

namespace herald::delivery::testing {
namespace {

using model::Evidence;
using model::OutcomeKind;
using model::State;
using namespace std::chrono_literals;

const std::string kId(35, 'a');

class InDoubt : public DispatcherTest {
 protected:
  template <class Event>
  std::size_t recorded() {
    const auto& all = store.events[kId];
    return static_cast<std::size_t>(std::count_if(
        all.begin(), all.end(), [](const auto& e) { return std::holds_alternative<Event>(e); }));
  }
  void only(const std::string& channel, bool idempotent) {
    model::Chain c = *chain;
    c.steps = {step(channel, idempotent)};
    chain = std::make_shared<const model::Chain>(c);
  }
};

TEST_F(InDoubt, AnOutcomeThatArrivedIsNotRecordedTwice) {
  start();
  accept(kId);
  store.doubtful = true;
  answer(0, OutcomeKind::rejected);
  ASSERT_EQ(recorded<model::event::Completed>(), 1U)
      << "it arrived, and the dispatcher was told no";
  executor.pass(5s);
  store.doubtful = false;
  executor.pass(5s);
  EXPECT_EQ(recorded<model::event::Completed>(), 1U);
  EXPECT_EQ(progress(kId).attempts.at(0).outcome.kind, OutcomeKind::rejected);
  ASSERT_EQ(channels.deliveries.size(), 2U) << "it goes on from where it is";
  EXPECT_EQ(channels.deliveries[1].channel, "whatsapp");
}

TEST_F(InDoubt, AnAttemptThatWasRecordedIsMadeOnceAndByItsNumber) {
  only("whatsapp", false);
  start();
  store.doubtful = true;
  accept(kId);
  EXPECT_TRUE(channels.deliveries.empty()) << "not before it is known to be recorded";
  executor.pass(3s);
  store.doubtful = false;
  executor.pass(3s);
  ASSERT_EQ(channels.deliveries.size(), 1U);
  EXPECT_EQ(channels.deliveries[0].delivery.attempt_id, kId + ".1.0.1");
  EXPECT_EQ(progress(kId).attempts.size(), 1U);
  answer(0, OutcomeKind::delivered);
  EXPECT_EQ(progress(kId).state, State::delivered);
}

TEST_F(InDoubt, TheClockIsSetMeanwhileAndStillNothingIsRecordedTwice) {
  start();
  accept(kId);
  store.doubtful = true;
  answer(0, OutcomeKind::rejected);
  clock.step(-16s);
  executor.pass(3s);
  clock.step(40s);
  executor.pass(3s);
  store.doubtful = false;
  executor.pass(5s);
  EXPECT_EQ(recorded<model::event::Completed>(), 1U);
  EXPECT_GE(recorded<model::event::ClockMoved>(), 1U);
  EXPECT_EQ(channels.deliveries.size(), 2U);
}

TEST_F(InDoubt, WhatComesMeanwhileIsRecordedAfterIt) {
  start();
  accept(kId);
  put_into_inbox(0);
  executor.pass(121s);
  ASSERT_EQ(channels.deliveries.size(), 2U);
  store.doubtful = true;
  answer(1, OutcomeKind::unknown);
  bool said = false;
  dispatcher->inbox_evidence({kId}, Evidence::read, [&](auto) { said = true; });
  executor.run();
  EXPECT_FALSE(said);
  store.doubtful = false;
  executor.pass(5s);
  EXPECT_TRUE(said);
  EXPECT_EQ(recorded<model::event::Completed>(), 2U);
  EXPECT_EQ(recorded<model::event::Receipt>(), 1U);
  EXPECT_EQ(progress(kId).state, State::delivered);
}

TEST_F(InDoubt, AnOrderIsReportedAndItsDoubtCleared) {
  only("whatsapp", false);
  start();
  accept(kId);
  ASSERT_EQ(channels.deliveries.size(), 1U);
  store.doubtful = true;
  std::optional<base::Code> said;
  dispatcher->cancel(kId, "uid:0", [&](const base::Result<model::Notification>& r) {
    if (!r) said = r.error().code;
  });
  executor.run();
  EXPECT_EQ(said, base::Code::unavailable) << "it may not be recorded, so it must not be promised";
  store.doubtful = false;
  executor.pass(3s);
  EXPECT_EQ(recorded<model::event::Cancel>(), 1U);
  answer(0, OutcomeKind::retry);
  EXPECT_EQ(progress(kId).state, State::cancelled);
  EXPECT_EQ(recorded<model::event::Completed>(), 1U);
}

TEST_F(InDoubt, RecoveryInsistsUntilItIsRecordedOnce) {
  only("whatsapp", false);
  start();
  accept(kId);
  ASSERT_NE(progress(kId).in_flight(), nullptr);
  die();
  dispatcher = std::make_unique<Dispatcher>(
      Dispatcher::Needs{executor, store, channels, clock, recorder}, DispatcherOptions{});
  bool ready = false;
  store.doubtful = true;
  dispatcher->start([&](base::Result<void> result) { ready = bool(result); });
  executor.pass(5s);
  EXPECT_FALSE(ready) << "what was in flight is not known to be recorded as lost";
  store.doubtful = false;
  executor.pass(5s);
  EXPECT_TRUE(ready);
  EXPECT_EQ(recorded<model::event::Lost>(), 1U);
  EXPECT_EQ(progress(kId).in_flight(), nullptr);
}

TEST_F(InDoubt, AnOldPageDoesNotOverwriteWhatWasRecordedSince) {
  only("whatsapp", false);
  start();
  const auto old = make(kId);
  accept(kId);
  answer(0, OutcomeKind::rejected);
  ASSERT_EQ(progress(kId).state, State::undelivered);
  dispatcher->accepted(old, base::offset_of(clock));
  executor.pass(3s);
  EXPECT_EQ(progress(kId).state, State::undelivered);
  EXPECT_EQ(channels.deliveries.size(), 1U);
  EXPECT_EQ(progress(kId).attempts.size(), 1U);
}

TEST_F(InDoubt, EvidenceForAnAttemptThatACrashLeftUnrecordedIsOfTheNextOnThatChannel) {
  model::Chain c = *chain;
  c.steps = {step("webchat", true), step("whatsapp", false), step("webchat", true)};
  chain = std::make_shared<const model::Chain>(c);
  start();
  accept(kId);
  die();
  channels.infos["webchat"].running = false;
  start();
  executor.pass(5s);
  ASSERT_EQ(channels.deliveries.size(), 1U);
  channels.infos["webchat"].running = true;
  model::ports::ChannelReceipt receipt;
  receipt.kind = model::ReceiptKind::delivered;
  receipt.attempt_id = kId + ".1.0.1";
  dispatcher->receipts("webchat", {receipt}, [](auto) {});
  answer(0, OutcomeKind::rejected);
  executor.pass(5s);
  ASSERT_EQ(channels.deliveries.size(), 2U);
  answer(1, OutcomeKind::accepted);
  ASSERT_EQ(progress(kId).attempts.size(), 2U);
  EXPECT_EQ(progress(kId).attempts[1].evidence, Evidence::delivered);
  receipt.kind = model::ReceiptKind::read;
  dispatcher->receipts("webchat", {receipt}, [](auto) {});
  executor.run();
  EXPECT_EQ(progress(kId).attempts[1].evidence, Evidence::read) << "also once that one is known";
}

TEST_F(InDoubt, AScheduledAttemptIsRecordedBeforeItIsMadeForTheClockMayBeSetBack) {
  start();
  auto n = make(kId);
  n.head.not_before = clock.time + 10s;
  n.progress = first_progress(kId, n.head.created, n.head.not_before, clock.time + 24h);
  store.notifications[kId] = n;
  dispatcher->accepted(n, base::offset_of(clock));
  executor.pass(10s);
  ASSERT_EQ(channels.deliveries.size(), 1U);
  ASSERT_EQ(progress(kId).attempts.size(), 1U);
  clock.step(-8s);
  put_into_inbox(0);
  EXPECT_TRUE(progress(kId).attempts.at(0).inbox)
      << "an item without an attempt: its evidence would count for nothing";
}

TEST_F(DispatcherTest, AStoreThatCannotTakeAnItemCostsItsChannelNeitherAttemptsNorItsBreaker) {
  start();
  std::vector<std::string> ids;
  for (model::UserId user = 11; user < 11 + Breaker::kFailures + 1; ++user) {
    store.users[user] = {user, "Eve", false, {}, {}};
    ids.push_back(std::string(34, 'a') + static_cast<char>('a' + ids.size()));
    accept(ids.back(), user);
  }
  store.broken = true;
  std::size_t told = 0;
  for (const auto& d : channels.deliveries)
    dispatcher->append(d.channel, d.delivery.attempt_id, {},
                       [&](const base::Result<model::Item>& item) { told += item ? 1U : 0U; });
  executor.pass(20s);
  EXPECT_EQ(told, 0U) << "they wait for the store";
  // The plugin's time is over for one of them while it waits.
  answer(0, OutcomeKind::unknown);
  executor.pass(5s);
  store.broken = false;
  executor.pass(2s);
  EXPECT_EQ(told, ids.size());
  EXPECT_EQ(channels.deliveries.size(), ids.size()) << "nothing is handed over twice";
  for (const auto& id : ids) {
    ASSERT_EQ(progress(id).attempts.size(), 1U);
    EXPECT_EQ(progress(id).attempts[0].outcome.kind, OutcomeKind::accepted);
    EXPECT_EQ(progress(id).state, State::waiting);
  }
  bool closed = false;
  dispatcher->channels_now(
      [&](auto now) { closed = now.at("webchat").gates.breaker == Breaker::State::closed; });
  executor.run();
  EXPECT_TRUE(closed);
}

TEST_F(DispatcherTest, AnItemWhoseCommitWasInDoubtIsNotAnError) {
  start();
  accept(std::string(35, 'a'));
  store.doubtful = true;
  bool item = false;
  dispatcher->append("webchat", channels.deliveries.at(0).delivery.attempt_id, {},
                     [&](const base::Result<model::Item>& given) { item = bool(given); });
  executor.pass(3s);
  EXPECT_FALSE(item) << "nobody knows yet";
  store.doubtful = false;
  executor.pass(3s);
  EXPECT_TRUE(item);
  EXPECT_EQ(store.appended.size(), 1U);
  EXPECT_EQ(progress(std::string(35, 'a')).attempts.at(0).outcome.kind, OutcomeKind::accepted);
}

}  // namespace
}  // namespace herald::delivery::testing
