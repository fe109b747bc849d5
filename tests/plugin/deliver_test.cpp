#include <memory>
#include <semaphore>

#include "stage.hpp"

namespace herald::plugin::testing {
namespace {

using model::OutcomeKind;
using model::Reason;
using std::chrono::seconds;

class Deliver : public Stage {};

TEST_F(Deliver, HandsThePluginTheWholeMessage) {
  struct Got {
    std::string attempt, id, herald_id, recipient, kind, user, subject, part, params, field, action;
    uint64_t parts = 0, identities = 0;
    uint32_t timeout = 0, number = 0;
  };
  Record<Got> got;
  chat.on_deliver = [&](const herald_delivery& d, herald_error*) -> herald_status {
    const auto& m = *d.message;
    got.add({text(d.attempt_id), text(m.id), text(m.herald_id), text(m.recipient),
             text(m.address_kind), text(m.user), text(m.subject),
             text(m.parts[0].mime) + "=" + text(m.parts[0].data), text(m.params_json),
             text(m.fields.data[0].key) + "=" + text(m.fields.data[0].value),
             text(m.actions[0].label), m.parts_size, m.identities.size, d.timeout_ms, d.attempt});
    return chat.complete(d.op, HERALD_DELIVERED, 0, "p1", "fine");
  };
  run(spec(chat));
  auto d = delivery("n1.1.0.3");
  d.number = 3;
  auto rendered = std::make_shared<model::Rendered>();
  rendered->parts = {{"text/plain", "hello"}, {"text/markdown", "**hello**"}, {"text/html", "<b>"}};
  rendered->title = "T";
  rendered->fields_json = R"({"price":"15 000 FCFA"})";
  rendered->actions = {{"yes", "OUI", "OUI"}};
  d.rendered = rendered;
  const auto outcome = send(d)->at(0);
  EXPECT_EQ(outcome, (model::Outcome{OutcomeKind::delivered, Reason::none, {}, "p1", "fine"}));
  const auto g = got.at(0);
  EXPECT_EQ(g.attempt, "n1.1.0.3");
  EXPECT_EQ(g.id, "n1.1.0") << "stable across retries of the step";
  EXPECT_EQ(g.herald_id, "n1");
  EXPECT_EQ(g.recipient, "42");
  EXPECT_EQ(g.kind, "user");
  EXPECT_EQ(g.user, "42");
  EXPECT_EQ(g.subject, "T");
  EXPECT_EQ(g.part, "text/markdown=**hello**") << "best format of the descriptor first";
  EXPECT_EQ(g.parts, 2U);
  EXPECT_EQ(g.identities, 2U);
  EXPECT_EQ(g.params, R"({"a":1})");
  EXPECT_EQ(g.field, "price=15 000 FCFA");
  EXPECT_EQ(g.action, "OUI");
  EXPECT_EQ(g.timeout, 30'000U);
  EXPECT_EQ(g.number, 3U);
}

TEST_F(Deliver, ANonOkReturnIsTheOutcome) {
  chat.on_deliver = [&](const herald_delivery&, herald_error* e) -> herald_status {
    e->text_size = 4;
    std::memcpy(e->text, "full", 4);
    return HERALD_E_LIMIT;
  };
  run(spec(chat));
  const auto outcome = send(delivery())->at(0);
  EXPECT_EQ(outcome.kind, OutcomeKind::retry);
  EXPECT_EQ(outcome.detail, "full");
}

// covers: F37
TEST_F(Deliver, AnExceptionCostsOnlyItsAttempt) {
  InstanceSpec s;
  s.name = "chat";
  s.plugin = "deliver_throws";
  run(s);
  const auto outcome = send(delivery())->at(0);
  EXPECT_EQ(outcome.kind, OutcomeKind::unknown);
  EXPECT_EQ(outcome.detail, "thrown across the boundary");
  EXPECT_EQ(send(delivery("n1.1.0.2"))->at(0).kind, OutcomeKind::unknown)
      << "the channel still works";
  EXPECT_EQ(registry->misbehaviours("chat"), 2U);
}

TEST_F(Deliver, TheErrorTextExplainsAnAnswerGivenBefore) {
  chat.on_deliver = [&](const herald_delivery& d, herald_error* e) -> herald_status {
    EXPECT_EQ(chat.complete(d.op, HERALD_UNKNOWN, 0, {}, "dropped"), HERALD_OK);
    e->text_size = 5;
    std::memcpy(e->text, "oops!", 5);
    return HERALD_E_INTERNAL;
  };
  run(spec(chat));
  const auto outcome = send(delivery())->at(0);
  EXPECT_EQ(outcome.kind, OutcomeKind::unknown);
  EXPECT_EQ(outcome.detail, "dropped; oops!");
  EXPECT_EQ(registry->misbehaviours("chat"), 0U);
}

TEST_F(Deliver, TheDeadlineMakesItUnknownAndALateAnswerAReceipt) {
  run(spec(chat));
  const auto outcomes = send(delivery());
  const auto op = chat.ops.at(0);
  pass(seconds{29});
  EXPECT_EQ(outcomes->size(), 0U);
  pass(seconds{1});
  EXPECT_EQ(outcomes->at(0).kind, OutcomeKind::unknown);
  EXPECT_EQ(outcomes->at(0).reason, Reason::no_completion_in_time);
  EXPECT_EQ(chat.complete(op, HERALD_ACCEPTED, 0, "p9"), HERALD_OK);
  const auto batch = delivered.batches.at(0);
  EXPECT_EQ(batch.channel, "chat");
  ASSERT_EQ(batch.receipts.size(), 1U);
  EXPECT_EQ(batch.receipts[0].attempt_id, "n1.1.0.1");
  EXPECT_EQ(batch.receipts[0].provider_id, "p9");
  EXPECT_EQ(batch.receipts[0].kind, model::ReceiptKind::sent);
  EXPECT_EQ(registry->misbehaviours("chat"), 0U) << "late is no misbehaviour";
  EXPECT_EQ(outcomes->size(), 1U);
}

TEST_F(Deliver, TheDeadlineOfAnIdempotentChannelIsNoCertaintyEither) {
  run(spec(chat, "puppet_idempotent"));
  const auto outcomes = send(delivery());
  chat.ops.at(0);
  pass(seconds{30});
  EXPECT_EQ(outcomes->at(0).kind, OutcomeKind::unknown) << "it is tried again, but not as failed";
  EXPECT_EQ(outcomes->at(0).reason, Reason::no_completion_in_time);
}

TEST_F(Deliver, ABusyStrandIsNeverGivenWhatIsTooLate) {
  std::promise<void> go;
  auto gone = go.get_future().share();
  chat.on_deliver = [&](const herald_delivery& d, herald_error*) -> herald_status {
    gone.wait();
    return chat.complete(d.op, HERALD_DELIVERED);
  };
  run(spec(chat));
  const auto first = send(delivery("n1.1.0.1"));
  chat.ops.at(0);
  const auto second = send(delivery("n2.1.0.1"));
  pass(seconds{30});
  EXPECT_EQ(first->at(0).kind, OutcomeKind::unknown) << "it was given to the plugin";
  EXPECT_EQ(second->at(0).kind, OutcomeKind::retry) << "it certainly did not leave";
  go.set_value();
  EXPECT_EQ(delivered.batches.at(0).receipts.at(0).attempt_id, "n1.1.0.1");
  EXPECT_EQ(send(delivery("n3.1.0.1"))->at(0).kind, OutcomeKind::delivered);
  EXPECT_EQ(chat.ops.size(), 2U);
}

TEST_F(Deliver, TheFirstCompletionWins) {
  InstanceSpec s;
  s.name = "chat";
  s.plugin = "completes_twice";
  run(s);
  const auto outcomes = send(delivery());
  const auto first = outcomes->at(0);
  EXPECT_EQ(first.kind, OutcomeKind::delivered);
  send(delivery("n2.1.0.1"))->at(0);
  EXPECT_EQ(outcomes->size(), 1U);
  EXPECT_EQ(registry->misbehaviours("chat"), 2U);
  EXPECT_EQ(log.count("plugin.misbehaved"), 2U);
  EXPECT_EQ(metrics.recorded.at(0),
            "herald_plugin_misbehaviour_total instance=chat what=double_completion 1");
}

TEST_F(Deliver, ASecondCompletionIsNewsAboutTheAttempt) {
  run(spec(chat));
  const auto outcomes = send(delivery());
  const auto op = chat.ops.at(0);
  EXPECT_EQ(chat.complete(op, HERALD_ACCEPTED), HERALD_OK);
  EXPECT_EQ(chat.complete(op, HERALD_DELIVERED), HERALD_E_STATE);
  EXPECT_EQ(outcomes->at(0).kind, OutcomeKind::accepted);
  EXPECT_EQ(delivered.batches.at(0).receipts.at(0).kind, model::ReceiptKind::delivered);
  EXPECT_EQ(registry->misbehaviours("chat"), 1U);
}

TEST_F(Deliver, AnOperationNobodyGaveOutIsRefused) {
  InstanceSpec s;
  s.name = "chat";
  s.plugin = "completes_unknown";
  run(s);
  EXPECT_EQ(send(delivery())->at(0).kind, OutcomeKind::delivered);
  EXPECT_EQ(registry->misbehaviours("chat"), 1U);
  EXPECT_EQ(delivered.batches.size(), 0U);
}

TEST_F(Deliver, ABadResultLeavesTheOperationOpen) {
  run(spec(chat));
  const auto outcomes = send(delivery());
  const auto op = chat.ops.at(0);
  EXPECT_EQ(chat.complete(op, 42), HERALD_E_INVALID);
  EXPECT_EQ(chat.core()->complete(chat.host, op, nullptr), HERALD_E_INVALID);
  EXPECT_EQ(chat.complete(op, HERALD_REJECTED, HERALD_REASON_BAD_RECIPIENT), HERALD_OK);
  EXPECT_EQ(outcomes->at(0).reason, Reason::bad_recipient);
  EXPECT_EQ(registry->misbehaviours("chat"), 2U);
}

TEST_F(Deliver, CancelReachesTheOperationInFlight) {
  run(spec(chat));
  const auto outcomes = send(delivery());
  const auto op = chat.ops.at(0);
  registry->cancel("n7.1.0.1");
  registry->cancel("n1.1.0.1");
  const auto e = chat.events.at(0);
  EXPECT_EQ(e.type, uint32_t{HERALD_EV_CANCEL});
  EXPECT_EQ(e.id, op);
  EXPECT_EQ(outcomes->size(), 0U) << "an answer is still owed";
  chat.complete(op, HERALD_RETRY, HERALD_REASON_CANCELLED);
  EXPECT_EQ(outcomes->at(0).reason, Reason::cancelled_attempt);
}

TEST_F(Deliver, TooLargeAPartNeverReachesThePlugin) {
  run(spec(chat));
  auto d = delivery();
  auto rendered = std::make_shared<model::Rendered>();
  rendered->parts = {{"text/plain", std::string(100'001, 'x')}};
  d.rendered = rendered;
  const auto outcome = send(d)->at(0);
  EXPECT_EQ(outcome.kind, OutcomeKind::rejected);
  EXPECT_EQ(outcome.reason, Reason::too_large);
  EXPECT_EQ(chat.ops.size(), 0U);
}

TEST_F(Deliver, AChannelThatIsNotThereIsDown) {
  run(spec(chat));
  Record<model::Outcome> outcomes;
  registry->deliver("sms", delivery(), [&](model::Outcome o) { outcomes.add(o); });
  EXPECT_EQ(outcomes.at(0).kind, OutcomeKind::channel_down);
  EXPECT_EQ(outcomes.at(0).reason, Reason::channel_removed);
}

TEST_F(Deliver, ReconcileAsksWithTheProvidersId) {
  Record<std::string> asked;
  chat.on_reconcile = [&](const herald_delivery& d, const std::string& id,
                          herald_error*) -> herald_status {
    asked.add(text(d.attempt_id) + " " + id);
    if (asked.size() == 2) return HERALD_E_STATE;
    return chat.complete(d.op, HERALD_ACCEPTED);
  };
  run(spec(chat));
  Record<model::Outcome> outcomes;
  registry->reconcile("chat", delivery(), "p1", [&](model::Outcome o) { outcomes.add(o); });
  EXPECT_EQ(outcomes.at(0).kind, OutcomeKind::accepted);
  EXPECT_EQ(asked.at(0), "n1.1.0.1 p1");
  registry->reconcile("chat", delivery(), "p1", [&](model::Outcome o) { outcomes.add(o); });
  EXPECT_EQ(outcomes.at(1).kind, OutcomeKind::unknown) << "it cannot tell, whatever the cause";
}

// covers: F38
TEST_F(Deliver, ABlockingPluginHasThreadsOfItsOwn) {
  std::promise<void> go;
  // Owned by the calls, which may end after the test's own part.
  const auto gone = go.get_future().share();
  const auto ended = std::make_shared<std::counting_semaphore<8>>(0);
  chat.on_deliver = [this, gone, ended](const herald_delivery& d, herald_error*) -> herald_status {
    if (text(d.attempt_id) != "last.1.0.1") gone.wait();
    const auto status = chat.complete(d.op, HERALD_DELIVERED);
    ended->release();
    return status;
  };
  run(spec(chat, "puppet_blocking"));
  // More than the core has threads: they would all be gone if it were entered there.
  std::vector<std::shared_ptr<Record<model::Outcome>>> outcomes;
  for (int i = 0; i < 4; ++i)
    outcomes.push_back(send(delivery("b" + std::to_string(i) + ".1.0.1")));
  chat.ops.at(3);
  EXPECT_EQ(send(delivery("last.1.0.1"))->at(0).kind, OutcomeKind::delivered);
  pass(seconds{30});
  for (const auto& o : outcomes) EXPECT_EQ(o->at(0).reason, Reason::no_completion_in_time);
  go.set_value();
  for (int i = 0; i < 5; ++i) ended->acquire();
}

}  // namespace
}  // namespace herald::plugin::testing
