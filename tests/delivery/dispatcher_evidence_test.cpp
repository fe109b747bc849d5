// Questions, late news and orders, with a daemon that dies in between.
#include "workbench.hpp"

namespace herald::delivery::testing {
namespace {

using model::Evidence;
using model::OutcomeKind;
using model::State;
using namespace std::chrono_literals;

const std::string kId(35, 'a');

class DispatcherEvidenceTest : public DispatcherTest {
 protected:
  /// webchat refuses; whatsapp, which can be asked, does not say what became of it.
  void unknown_at_whatsapp() {
    model::Chain c = *chain;
    c.steps[1].reconciles = true;
    chain = std::make_shared<const model::Chain>(c);
    start();
    accept(kId);
    answer(0, OutcomeKind::rejected);
    answer(1, OutcomeKind::unknown, "wamid.1");
  }
  model::ports::ChannelReceipt receipt(model::ReceiptKind kind, std::string provider_id,
                                       std::string attempt_id = {}) {
    model::ports::ChannelReceipt r;
    r.kind = kind;
    r.provider_id = std::move(provider_id);
    r.attempt_id = std::move(attempt_id);
    return r;
  }
  void report(const std::string& channel, model::ports::ChannelReceipt r) {
    bool kept = false;
    dispatcher->receipts(channel, {std::move(r)}, [&](base::Result<bool> k) { kept = k && *k; });
    executor.run();
    EXPECT_TRUE(kept);
  }
};

TEST_F(DispatcherEvidenceTest, TheChannelIsAskedWithAddressTextAndProviderId) {
  unknown_at_whatsapp();
  ASSERT_EQ(channels.questions.size(), 1U);
  const auto& asked = channels.questions[0];
  EXPECT_EQ(asked.channel, "whatsapp");
  EXPECT_EQ(asked.provider_id, "wamid.1");
  EXPECT_EQ(asked.delivery.attempt_id, kId + ".1.1.1");
  EXPECT_EQ(asked.delivery.address, (model::Identity{"phone", "+237691924173"}));
  ASSERT_TRUE(asked.delivery.rendered);
  EXPECT_EQ(asked.delivery.rendered->parts.at("text/plain"), "text of message");
  answer_question(0, OutcomeKind::delivered);
  EXPECT_EQ(progress(kId).state, State::delivered);
  executor.pass(1h);
  EXPECT_EQ(channels.deliveries.size(), 2U);
}

TEST_F(DispatcherEvidenceTest, ARestartAsksAgain) {
  unknown_at_whatsapp();
  die();
  start();
  executor.pass(1s);
  ASSERT_EQ(channels.questions.size(), 1U);
  EXPECT_EQ(channels.questions[0].delivery.address, (model::Identity{"phone", "+237691924173"}));
  EXPECT_TRUE(channels.questions[0].delivery.rendered);
  answer_question(0, OutcomeKind::retry);
  executor.pass(30s);
  ASSERT_EQ(channels.deliveries.size(), 1U) << "certainly not sent: tried again";
  EXPECT_EQ(channels.deliveries[0].delivery.attempt_id, kId + ".1.1.2");
}

TEST_F(DispatcherEvidenceTest, AQuestionWithoutAnAnswerIsPutAgain) {
  unknown_at_whatsapp();
  executor.pass(36s);
  EXPECT_EQ(channels.questions.size(), 2U);
}

TEST_F(DispatcherEvidenceTest, LateEvidenceCallsBackTheAttemptOfALaterStep) {
  start();
  accept(kId);
  put_into_inbox(0);
  executor.pass(3min);
  ASSERT_EQ(channels.deliveries.size(), 2U);
  evidence(kId, Evidence::read);
  executor.run();
  EXPECT_EQ(progress(kId).state, State::delivered);
  EXPECT_EQ(channels.cancelled, std::vector<std::string>{kId + ".1.1.1"});
  answer(1, OutcomeKind::retry);
  executor.pass(1h);
  EXPECT_EQ(channels.deliveries.size(), 2U) << "and it is not tried again";
  EXPECT_EQ(progress(kId).state, State::delivered);
}

TEST_F(DispatcherEvidenceTest, LateEvidenceStopsALaterStepWhoseTextIsBeingMade) {
  start();
  accept(kId);
  put_into_inbox(0);
  channels.hold_rendering = true;
  executor.pass(3min);
  evidence(kId, Evidence::read);
  executor.run();
  for (auto& r : channels.held_renders) r();
  executor.run();
  EXPECT_EQ(channels.deliveries.size(), 1U);
}

TEST_F(DispatcherEvidenceTest, AReceiptThatOvertakesItsSendSurvivesACrash) {
  start();
  accept(kId);
  answer(0, OutcomeKind::rejected);
  report("whatsapp", receipt(model::ReceiptKind::delivered, "wamid.9"));
  EXPECT_EQ(store.parked["wamid.9"].size(), 1U);
  auto late = channels.deliveries.at(1).done;
  die();
  start();
  EXPECT_EQ(store.parked["wamid.9"].size(), 1U);
  report("whatsapp", receipt(model::ReceiptKind::sent, "wamid.9", kId + ".1.1.1"));
  EXPECT_EQ(progress(kId).state, State::delivered) << "the ids were bound to each other";
  EXPECT_TRUE(store.parked["wamid.9"].empty());
}

TEST_F(DispatcherEvidenceTest, AReceiptOfAShortCutThatACrashForgotWaitsForItsAttempt) {
  start();
  accept(kId);
  ASSERT_EQ(store.commits, 0);
  die();
  dispatcher = std::make_unique<Dispatcher>(
      Dispatcher::Needs{executor, store, channels, clock, recorder}, DispatcherOptions{});
  report("webchat", receipt(model::ReceiptKind::read, {}, kId + ".1.0.1"));
  start();
  executor.pass(1s);
  ASSERT_EQ(channels.deliveries.size(), 1U);
  answer(0, OutcomeKind::accepted);
  EXPECT_EQ(progress(kId).state, State::delivered);
  EXPECT_EQ(progress(kId).best_evidence(), Evidence::read);
}

TEST_F(DispatcherEvidenceTest, ARedriveRunsAlongThePresentChain) {
  start();
  accept(kId, 2);
  answer(0, OutcomeKind::rejected);
  answer(1, OutcomeKind::accepted);
  ASSERT_EQ(progress(kId).state, State::undelivered);
  auto sms = std::make_shared<model::Chain>();
  sms->steps = {step("sms", false)};
  sms->expires_after = 2h;
  channels.add("sms", {"user"}, false);
  std::optional<model::Notification> again;
  dispatcher->redrive(kId, "uid:0", sms, false,
                      [&](base::Result<model::Notification> n) { again = *n; });
  executor.run();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->progress.run, 2U);
  EXPECT_EQ(again->progress.expires, clock.time + 2h);
  ASSERT_EQ(channels.deliveries.size(), 3U);
  EXPECT_EQ(channels.deliveries[2].channel, "sms");
  EXPECT_EQ(channels.deliveries[2].delivery.attempt_id, kId + ".2.0.1");
  std::string why;
  dispatcher->redrive(kId, "uid:0", chain, false,
                      [&](base::Result<model::Notification> n) { why = n.error().message; });
  executor.run();
  EXPECT_NE(why.find("only an undelivered notification"), why.npos) << why;
  EXPECT_EQ(store.notifications.at(kId).head.chain->steps[0].channel, "sms");
}

}  // namespace
}  // namespace herald::delivery::testing
