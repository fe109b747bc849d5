#include "workbench.hpp"

namespace herald::delivery::testing {
namespace {

using model::Evidence;
using model::OutcomeKind;
using model::State;
using namespace std::chrono_literals;

const std::string kId(35, 'a'), kOther(35, 'b'), kThird(35, 'c');

// covers: S72 S77
TEST_F(DispatcherTest, TheFirstStepIsTriedAtOnceAndTheItemAndItsOutcomeAreOneCommit) {
  start();
  accept(kId);
  ASSERT_EQ(channels.deliveries.size(), 1U);
  EXPECT_EQ(channels.deliveries[0].channel, "webchat");
  EXPECT_EQ(channels.deliveries[0].delivery.attempt_id, kId + ".1.0.1");
  EXPECT_EQ(store.commits, 0) << "an idempotent channel needs no commit before the attempt";
  put_into_inbox(0);
  EXPECT_EQ(store.commits, 1);
  EXPECT_EQ(store.appended.size(), 1U);
  EXPECT_EQ(progress(kId).state, State::waiting);
  EXPECT_TRUE(progress(kId).attempts.at(0).inbox);
  EXPECT_EQ(recorder.inbox_changes, 1);
}

TEST_F(DispatcherTest, AnAttemptIsKeptThoughTheClockWasSetBackBeforeItWasRecorded) {
  start();
  accept(kId);
  ASSERT_EQ(channels.deliveries.size(), 1U);
  store.on_apply = [this] { clock.step(-16s); };
  put_into_inbox(0);
  ASSERT_EQ(progress(kId).attempts.size(), 1U) << "the person has it in the list";
  EXPECT_EQ(progress(kId).attempts[0].evidence, Evidence::accepted);
  EXPECT_EQ(progress(kId).state, State::waiting);
}

// covers: S74
TEST_F(DispatcherTest, SilenceMovesOnToTheNextChannelWhoseAttemptIsRecordedBeforeItIsCalled) {
  start();
  accept(kId);
  put_into_inbox(0);
  executor.pass(119s);
  EXPECT_EQ(channels.deliveries.size(), 1U);
  executor.pass(2s);
  ASSERT_EQ(channels.deliveries.size(), 2U);
  EXPECT_EQ(channels.deliveries[1].channel, "whatsapp");
  EXPECT_EQ(channels.deliveries[1].delivery.address, (model::Identity{"phone", "+237691924173"}));
  ASSERT_NE(progress(kId).in_flight(), nullptr) << "R13: a restart must find the attempt";
}

// covers: F13
TEST_F(DispatcherTest, AStoreThatCannotBeReadIsAskedAgainAndTheStepIsNotLeftForIt) {
  start();
  accept(kId);
  put_into_inbox(0);
  store.unreadable = true;
  executor.pass(125s);
  EXPECT_EQ(channels.deliveries.size(), 1U);
  EXPECT_EQ(progress(kId).step, 1U);
  store.unreadable = false;
  executor.pass(2s);
  ASSERT_EQ(channels.deliveries.size(), 2U);
  EXPECT_EQ(channels.deliveries[1].channel, "whatsapp");
  EXPECT_EQ(progress(kId).attempts.size(), 2U);
}

TEST_F(DispatcherTest, ReadInTimeEndsTheChain) {
  start();
  accept(kId);
  put_into_inbox(0);
  evidence(kId, Evidence::read);
  executor.run();
  EXPECT_EQ(progress(kId).state, State::delivered);
  executor.pass(30min);
  EXPECT_EQ(channels.deliveries.size(), 1U);
}

TEST_F(DispatcherTest, EvidenceIsAnsweredOnceItIsRecorded) {
  start();
  accept(kId);
  put_into_inbox(0);
  std::vector<bool> told;
  const auto tell = [&](const base::Result<bool>& r) { told.push_back(r.has_value()); };
  store.broken = true;
  dispatcher->inbox_evidence({kId}, Evidence::read, tell);
  executor.run();
  EXPECT_EQ(told, std::vector<bool>{false});
  store.broken = false;
  dispatcher->inbox_evidence({kId}, Evidence::read, tell);
  dispatcher->inbox_evidence({kId}, Evidence::delivered, tell);
  dispatcher->inbox_evidence({}, Evidence::read, tell);
  executor.run();
  EXPECT_EQ(told.size(), 4U);
  EXPECT_EQ(std::count(told.begin(), told.end(), true), 3);
  EXPECT_EQ(progress(kId).state, State::delivered);
}

TEST_F(DispatcherTest, EvidenceOfTheInboxGoesToTheAttemptThatPutItThereNotToTheCurrentStep) {
  start();
  accept(kId);
  put_into_inbox(0);
  executor.pass(3min);
  answer(1, OutcomeKind::accepted, "wamid.1");
  evidence(kId, Evidence::read);
  executor.run();
  EXPECT_EQ(progress(kId).attempts.at(0).evidence, Evidence::read);
  EXPECT_EQ(progress(kId).attempts.at(1).evidence, Evidence::accepted);
  EXPECT_EQ(progress(kId).state, State::delivered);
}

TEST_F(DispatcherTest, WithoutAnAddressTheStepIsLeftWithoutAnAttempt) {
  start();
  accept(kId, 2);
  answer(0, OutcomeKind::rejected);
  ASSERT_EQ(channels.deliveries.size(), 2U);
  EXPECT_EQ(channels.deliveries[1].channel, "log");
  EXPECT_EQ(progress(kId).left.at(1).reason, model::Reason::no_address);
  answer(1, OutcomeKind::accepted);
  EXPECT_EQ(progress(kId).state, State::undelivered);
}

TEST_F(DispatcherTest, AnAddressThatIsQuarantinedOrOptedOutIsNotUsed) {
  store.users[1].states = {{{"phone", "+237691924173"}, "unreachable", clock.time + 1h}};
  store.users[2].identities = {{"phone", "+237677000111"}};
  store.users[2].states = {{{"phone", "+237677000111"}, "opted_out", {}}};
  start();
  accept(kId, 1);
  answer(0, OutcomeKind::rejected);
  EXPECT_EQ(progress(kId).left.at(1).reason, model::Reason::quarantined);
  accept(kOther, 2);
  answer(channels.deliveries.size() - 1, OutcomeKind::rejected);
  EXPECT_EQ(progress(kOther).left.at(1).reason, model::Reason::opted_out);
  for (const auto& d : channels.deliveries) EXPECT_NE(d.channel, "whatsapp");
}

TEST_F(DispatcherTest, AChannelThatIsGoneOrNotRunningIsLeft) {
  channels.infos.erase("webchat");
  channels.infos["whatsapp"].running = false;
  start();
  accept(kId);
  EXPECT_EQ(progress(kId).left.at(0).reason, model::Reason::channel_removed);
  EXPECT_EQ(progress(kId).left.at(1).reason, model::Reason::channel_disabled);
}

TEST_F(DispatcherTest, OneRecipientAndChannelHasOneAttemptInFlightAndUrgentGoesFirst) {
  start();
  accept(kId);
  accept(kOther, 1, model::Priority::normal);
  accept(kThird, 1, model::Priority::urgent);
  ASSERT_EQ(channels.deliveries.size(), 1U);
  put_into_inbox(0);
  ASSERT_EQ(channels.deliveries.size(), 2U);
  EXPECT_EQ(channels.deliveries[1].delivery.head.id, kThird);
  put_into_inbox(1);
  ASSERT_EQ(channels.deliveries.size(), 3U);
  EXPECT_EQ(channels.deliveries[2].delivery.head.id, kOther);
}

TEST_F(DispatcherTest, TheLimitsOfAllAndOfAChannelHold) {
  channels.infos["webchat"].max_in_flight = 1;
  start({.in_flight = 2});
  accept(kId, 1);
  accept(kOther, 2);
  EXPECT_EQ(channels.deliveries.size(), 1U);
  put_into_inbox(0);
  EXPECT_EQ(channels.deliveries.size(), 2U);
}

TEST_F(DispatcherTest,
       ARestartDeclaresLostWhatWasInFlightAndDoesNotSendItAgainOnAChannelThatMayDuplicate) {
  start();
  accept(kId);
  answer(0, OutcomeKind::rejected);
  ASSERT_EQ(channels.deliveries.size(), 2U);
  ASSERT_NE(progress(kId).in_flight(), nullptr);
  die();
  start();
  EXPECT_EQ(progress(kId).attempts.at(1).outcome.kind, OutcomeKind::unknown);
  executor.pass(1s);
  EXPECT_TRUE(channels.deliveries.empty());
  EXPECT_EQ(progress(kId).state, State::waiting);
}

TEST_F(DispatcherTest, RetriesReuseTheRenderedTextAlsoAfterARestart) {
  start();
  accept(kId);
  answer(0, OutcomeKind::retry);
  EXPECT_EQ(channels.renders, 1);
  executor.pass(5s);
  ASSERT_EQ(channels.deliveries.size(), 2U);
  EXPECT_EQ(channels.renders, 1);
  answer(1, OutcomeKind::retry);
  die();
  start();
  executor.pass(10s);
  ASSERT_GE(channels.deliveries.size(), 1U);
  EXPECT_EQ(channels.renders, 1);
  EXPECT_EQ(channels.deliveries[0].delivery.rendered->parts.at("text/plain"), "text of message");
}

TEST_F(DispatcherTest, ATemplateThatFailsCostsTheStepNotTheDaemon) {
  channels.render_fails = true;
  start();
  accept(kId);
  executor.pass(1h);
  EXPECT_TRUE(channels.deliveries.empty());
  ASSERT_FALSE(progress(kId).left.empty());
  EXPECT_EQ(progress(kId).left.at(0).reason, model::Reason::render_failed);
}

// covers: S75
TEST_F(DispatcherTest, AcceptedByAProviderAndThenFailedGoesToTheNextStep) {
  start();
  accept(kId);
  answer(0, OutcomeKind::rejected);
  answer(1, OutcomeKind::accepted, "wamid.1");
  EXPECT_NE(progress(kId).state, State::delivered);
  model::ports::ChannelReceipt failed;
  failed.kind = model::ReceiptKind::failed;
  failed.provider_id = "wamid.1";
  failed.outcome.kind = OutcomeKind::rejected;
  failed.outcome.reason = model::Reason::bad_recipient;
  bool committed = false;
  dispatcher->receipts("whatsapp", {failed}, [&](base::Result<bool> r) { committed = bool(r); });
  executor.run();
  EXPECT_TRUE(committed);
  ASSERT_EQ(channels.deliveries.size(), 3U);
  EXPECT_EQ(channels.deliveries[2].channel, "log");
}

TEST_F(DispatcherTest, AReceiptBeforeItsSendIsRecordedIsParkedAndTakenBack) {
  start();
  accept(kId);
  answer(0, OutcomeKind::rejected);
  model::ports::ChannelReceipt delivered;
  delivered.kind = model::ReceiptKind::delivered;
  delivered.provider_id = "wamid.9";
  dispatcher->receipts("whatsapp", {delivered}, [](auto) {});
  executor.run();
  EXPECT_EQ(store.parked["wamid.9"].size(), 1U);
  answer(1, OutcomeKind::accepted, "wamid.9");
  EXPECT_EQ(progress(kId).state, State::delivered);
  EXPECT_TRUE(store.parked["wamid.9"].empty());
}

TEST_F(DispatcherTest, AChannelCannotReportOnAnAttemptOfAnother) {
  start();
  accept(kId);
  put_into_inbox(0);
  model::ports::ChannelReceipt forged;
  forged.kind = model::ReceiptKind::read;
  forged.attempt_id = kId + ".1.0.1";
  dispatcher->receipts("whatsapp", {forged}, [](auto) {});
  executor.run();
  EXPECT_EQ(progress(kId).state, State::waiting);
  EXPECT_EQ(recorder.troubles, std::vector<std::string>{"receipt.foreign"});
}

TEST_F(DispatcherTest, CancelBeforeTheAttemptEndsItAndAfterDeliveryIsRefused) {
  start();
  auto& n = accept(kId);
  put_into_inbox(0);
  std::optional<State> state;
  dispatcher->cancel(kId, "uid:0",
                     [&](base::Result<model::Notification> r) { state = r->progress.state; });
  executor.run();
  EXPECT_EQ(state, State::cancelled);
  EXPECT_TRUE(store.withdrawn.contains(kId));
  EXPECT_EQ(n.progress.state, State::cancelled);
  std::string refused;
  dispatcher->cancel(kId, "uid:0",
                     [&](base::Result<model::Notification> r) { refused = r.error().message; });
  executor.run();
  EXPECT_FALSE(refused.empty());
  base::Code missing{};
  dispatcher->cancel(kOther, "uid:0",
                     [&](base::Result<model::Notification> r) { missing = r.error().code; });
  executor.run();
  EXPECT_EQ(missing, base::Code::not_found);
}

TEST_F(DispatcherTest, CancelWhileTheTextIsBeingMadeSendsNothing) {
  channels.hold_rendering = true;
  start();
  accept(kId);
  dispatcher->cancel(kId, "uid:0", [](auto) {});
  executor.run();
  for (auto& r : channels.held_renders) r();
  executor.run();
  EXPECT_TRUE(channels.deliveries.empty());
  EXPECT_EQ(progress(kId).state, State::cancelled);
  channels.hold_rendering = false;
  accept(kOther);
  EXPECT_EQ(channels.deliveries.size(), 1U) << "the slot of the cancelled one is free again";
}

TEST_F(DispatcherTest, AReceiptThatTheStoreCannotPlaceNowIsNotAcknowledged) {
  start();
  accept(kId);
  put_into_inbox(0);
  die();
  start();
  model::ports::ChannelReceipt read;
  read.kind = model::ReceiptKind::read;
  read.attempt_id = kId + ".1.0.1";
  std::optional<base::Result<bool>> answer;
  store.broken = true;
  dispatcher->receipts("webchat", {read}, [&](const base::Result<bool>& r) { answer.emplace(r); });
  executor.run();
  ASSERT_TRUE(answer);
  ASSERT_FALSE(answer->has_value());
  EXPECT_EQ(answer->error().code, base::Code::unavailable);
  store.broken = false;
  dispatcher->receipts("webchat", {read}, [&](const base::Result<bool>& r) { answer.emplace(r); });
  executor.run();
  EXPECT_TRUE(answer->has_value());
  EXPECT_EQ(progress(kId).state, State::delivered);
}

TEST_F(DispatcherTest, AnAttemptNearTheExpiryIsRecordedBeforeItIsMade) {
  start();
  auto n = make(kId);
  n.progress = first_progress(kId, clock.time, clock.time, clock.time + 40s);
  store.notifications[kId] = n;
  dispatcher->accepted(n, base::offset_of(clock));
  executor.run();
  ASSERT_EQ(channels.deliveries.size(), 1U);
  ASSERT_EQ(progress(kId).attempts.size(), 1U) << "else the item could outlive its attempt";
  accept(kOther, 2);
  EXPECT_EQ(channels.deliveries.size(), 2U);
  EXPECT_TRUE(progress(kOther).attempts.empty()) << "far from it one commit is enough";
}

TEST_F(DispatcherTest, NewsOfAnEarlierStepWhileTheTextIsBeingMadeFreesTheSlot) {
  model::Chain c = *chain;
  c.steps = {step("whatsapp", false), step("webchat", true)};
  c.steps[0].until = model::Evidence::accepted;
  c.steps[0].within = {};
  chain = std::make_shared<const model::Chain>(c);
  start();
  accept(kId);
  answer(0, OutcomeKind::unknown);
  channels.hold_rendering = true;
  executor.pass(61s);
  ASSERT_EQ(progress(kId).step, 1U);
  ASSERT_EQ(channels.held_renders.size(), 1U);
  model::ports::ChannelReceipt sent;
  sent.kind = model::ReceiptKind::sent;
  sent.attempt_id = kId + ".1.0.1";
  dispatcher->receipts("whatsapp", {sent}, [](auto) {});
  executor.run();
  ASSERT_EQ(progress(kId).state, State::holding);
  for (auto& r : channels.held_renders) r();
  executor.run();
  EXPECT_EQ(channels.deliveries.size(), 1U);
  channels.hold_rendering = false;
  chain = std::make_shared<const model::Chain>(model::Chain{"chat", {c.steps[1]}, {}, {}, 24h});
  accept(kOther);
  EXPECT_EQ(channels.deliveries.size(), 2U) << "nobody holds the person's slot on webchat";
  executor.pass(25h);
  EXPECT_EQ(progress(kId).state, State::unconfirmed) << "its timers run";
}

TEST_F(DispatcherTest, AnOutcomeThatCannotBeRecordedIsRecordedWhenTheDatabaseIsBack) {
  start();
  accept(kId);
  store.broken = true;
  answer(0, OutcomeKind::rejected);
  executor.pass(5s);
  EXPECT_TRUE(progress(kId).attempts.empty());
  store.broken = false;
  executor.pass(5s);
  EXPECT_EQ(progress(kId).attempts.at(0).outcome.kind, OutcomeKind::rejected);
  EXPECT_EQ(channels.deliveries.size(), 2U);
}

TEST_F(DispatcherTest, AFullMemoryLeavesTheRestInTheStoreUntilThereIsRoom) {
  start({.held = 2});
  accept(kId, 1);
  accept(kOther, 2);
  accept(kThird, 3);
  EXPECT_EQ(channels.deliveries.size(), 2U);
  put_into_inbox(0);
  put_into_inbox(1);
  executor.pass(6s);
  ASSERT_EQ(channels.deliveries.size(), 3U);
  EXPECT_EQ(channels.deliveries[2].delivery.head.id, kThird);
}

TEST_F(DispatcherTest, ABacklogIsReadOnce) {
  constexpr std::size_t kBacklog = 3'000;
  for (std::size_t i = 0; i < kBacklog; ++i) {
    const auto id = "n" + std::to_string(i);
    store.notifications[id] = make(id, static_cast<model::UserId>(i + 1));
  }
  start({.held = 2'048});
  for (std::size_t i = 0; i < channels.deliveries.size(); ++i) put_into_inbox(i);
  EXPECT_EQ(channels.deliveries.size(), kBacklog);
  EXPECT_EQ(store.due_rows, kBacklog);
}

TEST_F(DispatcherTest, WhatAQueryReadBeforeItsOutcomeWasStoredIsNotAttemptedAgain) {
  DispatcherOptions options;
  options.held = 1;
  start(options);
  accept(kOther);
  accept(kId);  // no room: it waits in the store
  store.slow_due = true;
  executor.pass(31s);  // the poller asks
  ASSERT_EQ(store.answers.size(), 1U);
  // Meanwhile it is found due by an earlier page, attempted, recorded and let go.
  put_into_inbox(0);
  dispatcher->accepted(store.notifications.at(kId), base::offset_of(clock));
  executor.run();
  ASSERT_EQ(channels.deliveries.size(), 2U);
  put_into_inbox(1);
  store.answer_all();
  executor.run();
  EXPECT_EQ(channels.deliveries.size(), 2U) << "the old page must not start it again";
}

TEST_F(DispatcherTest, AnUnreadItemPushedOutLeavesTheStepThatWaitsForIt) {
  start();
  accept(kId);
  put_into_inbox(0);
  accept(kOther);
  store.evict_next = {kId};
  put_into_inbox(1);
  EXPECT_EQ(progress(kId).left.at(0).reason, model::Reason::evicted);
  ASSERT_EQ(channels.deliveries.size(), 3U);
  EXPECT_EQ(channels.deliveries[2].channel, "whatsapp");
}

TEST_F(DispatcherTest, DrainWaitsForWhatIsInFlightAndStartsNothingNew) {
  start();
  accept(kId);
  std::optional<std::size_t> left;
  dispatcher->drain(20s, [&](std::size_t n) { left = n; });
  executor.run();
  EXPECT_FALSE(left);
  accept(kOther, 2);
  EXPECT_EQ(channels.deliveries.size(), 1U);
  put_into_inbox(0);
  EXPECT_EQ(left, 0U);
}

TEST_F(DispatcherTest, DrainGivesUpAtItsDeadlineAndCancels) {
  start();
  accept(kId);
  std::optional<std::size_t> left;
  dispatcher->drain(20s, [&](std::size_t n) { left = n; });
  executor.pass(21s);
  EXPECT_EQ(left, 1U);
  EXPECT_EQ(channels.cancelled, std::vector<std::string>{kId + ".1.0.1"});
}

TEST_F(DispatcherTest, EventsDuringASlowWriteAreRecordedAfterItInOrder) {
  start();
  store.slow = true;
  accept(kId);
  dispatcher->append("webchat", kId + ".1.0.1", {}, [](auto) {});
  executor.run();
  evidence(kId, Evidence::delivered);
  evidence(kId, Evidence::read);
  channels.deliveries[0].done({OutcomeKind::accepted, {}, {}, {}, {}});
  for (int i = 0; i < 8; ++i) {
    executor.run();
    store.answer_all();
  }
  executor.run();
  EXPECT_EQ(progress(kId).state, State::delivered);
  EXPECT_EQ(progress(kId).attempts.size(), 1U);
  EXPECT_EQ(store.events[kId].size(), 4U) << "due, completed, delivered, read";
}

}  // namespace
}  // namespace herald::delivery::testing
