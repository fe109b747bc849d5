#include "store/conformance.hpp"

namespace herald::store::test {
namespace {

using model::OutcomeKind;
using model::State;

TEST_P(StoreConformance, ApplyDecidesEventsInOrderAndKeepsThem) {
  const auto id = accepted();
  clock.advance(1s);
  const auto answer =
      applied(id, {model::event::Due{},
                   model::event::Completed{{1, 0, 1}, outcome(OutcomeKind::accepted, "wamid.1")}});
  EXPECT_EQ(answer.before, State::queued);
  EXPECT_EQ(answer.evidence_before, model::Evidence::none);
  EXPECT_EQ(answer.notification.progress.state, State::waiting);
  ASSERT_EQ(answer.effects.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<model::effect::Start>(answer.effects[0]));

  const auto kept = timeline(id);
  EXPECT_EQ(kept.notification.progress, answer.notification.progress);
  ASSERT_EQ(kept.entries.size(), 2U);
  EXPECT_EQ(kept.entries[0].seq, 1U);
  EXPECT_EQ(kept.entries[0].state, State::trying);
  EXPECT_EQ(kept.entries[0].reason, model::Reason::attempt_started);
  EXPECT_EQ(kept.entries[1].seq, 2U);
  EXPECT_EQ(kept.entries[1].state, State::waiting);
  EXPECT_EQ(kept.entries[1].at, clock.now());
  EXPECT_EQ(std::get<model::event::Completed>(kept.entries[1].event).outcome.provider_id,
            "wamid.1");
}

TEST_P(StoreConformance, StoredEventsReplayToTheStoredProgress) {
  const auto n = some_notification(clock);
  auto progress = value(accept(n)).notification.progress;
  applied(n.id, {model::event::Due{}});
  clock.advance(3s);
  applied(n.id, {model::event::Completed{{1, 0, 1}, outcome(OutcomeKind::retry)}});
  clock.advance(3s);
  applied(n.id, {model::event::Due{},
                 model::event::Completed{{1, 0, 2}, outcome(OutcomeKind::delivered)}});
  reopen();
  const auto kept = timeline(n.id);
  for (const auto& entry : kept.entries)
    progress = small_decide(progress, entry.event, *n.chain, entry.at).next;
  EXPECT_EQ(progress, kept.notification.progress);
  EXPECT_EQ(kept.entries.size(), 4U);
}

TEST_P(StoreConformance, AWriteAfterAnotherEventThanTheLatestWritesNothing) {
  const auto id = accepted();
  Apply request;
  request.id = id;
  request.events = {model::event::Due{}};
  request.after_seq = 0;
  const auto first = value(apply(request));
  EXPECT_FALSE(first.stale);
  EXPECT_EQ(first.notification.seq, 1);
  reopen();
  request.append = some_item(1, id);
  const auto again = value(apply(request));
  EXPECT_TRUE(again.stale) << "it is recorded already";
  EXPECT_EQ(again.notification.seq, 1);
  EXPECT_EQ(again.notification.progress, first.notification.progress);
  EXPECT_TRUE(again.effects.empty());
  EXPECT_FALSE(again.item);
  EXPECT_TRUE(page(1, true).items.empty());
  EXPECT_EQ(timeline(id).entries.size(), 1U);
  EXPECT_EQ(timeline(id).notification.seq, 1);
  request.after_seq = 1;
  request.events = {model::event::Completed{{1, 0, 1}, outcome(OutcomeKind::accepted)}};
  EXPECT_EQ(value(apply(request)).notification.seq, 2);
}

TEST_P(StoreConformance, AnItemWhoseAttemptWasNotBegunIsNotStored) {
  const auto id = accepted();
  Apply request;
  request.id = id;
  request.events = {model::event::Completed{{1, 0, 1}, outcome(OutcomeKind::accepted)}};
  request.append = some_item(1, id);
  EXPECT_EQ(apply(request).error().code, Code::unprocessable);
  EXPECT_TRUE(page(1, true).items.empty()) << "nobody could give evidence of it";
  EXPECT_TRUE(timeline(id).entries.empty());
}

TEST_P(StoreConformance, UnknownNotificationIsNotFound) {
  const auto answer = apply({fresh_id(), {model::event::Due{}}, {}, {}, {}});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::not_found);
}

TEST_P(StoreConformance, AStateMachineThatThrowsWritesNothing) {
  const auto id = accepted();
  Apply request;
  request.id = id;
  request.events = {model::event::Due{}, model::event::RenderFailed{}};
  request.append = some_item(1, id);
  const auto answer = apply(request);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::internal);
  EXPECT_TRUE(timeline(id).entries.empty());
  EXPECT_EQ(timeline(id).notification.progress.state, State::queued);
  EXPECT_TRUE(page(1, true).items.empty());
  EXPECT_EQ(applied(id, {model::event::Due{}}).notification.progress.attempts.size(), 1U);
}

TEST_P(StoreConformance, AnItemForNobodyLeavesTheOutcomeUnwritten) {
  const auto id = accepted();
  Apply request;
  request.id = id;
  request.events = {model::event::Due{}};
  request.append = some_item(77, id);
  const auto answer = apply(request);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::unprocessable) << "it is not the recipient's";
  EXPECT_TRUE(timeline(id).entries.empty());
}

TEST_P(StoreConformance, RedriveReplacesTheChainOnlyWhenANewRunBegins) {
  const auto id = accepted();
  Apply redrive;
  redrive.id = id;
  redrive.events = {model::event::Redrive{"admin", clock.now() + 48h, false}};
  redrive.new_chain = some_chain("sms");
  value(apply(redrive));
  EXPECT_EQ(timeline(id).notification.head.chain->steps[0].channel, "webchat");

  applied(id, {model::event::Due{},
               model::event::Completed{{1, 0, 1}, outcome(OutcomeKind::rejected)}});
  EXPECT_EQ(counts().by_state[static_cast<int>(State::undelivered)], 1U);
  const auto answer = value(apply(redrive));
  EXPECT_EQ(answer.notification.progress.run, 2U);
  EXPECT_EQ(answer.notification.head.chain->steps[0].channel, "sms");
  reopen();
  const auto kept = timeline(id).notification;
  EXPECT_EQ(*kept.head.chain, *redrive.new_chain);
  const auto chains = timeline(id).chains;
  ASSERT_EQ(chains.size(), 2U) << "what run 1 recorded is replayed through its own chain";
  EXPECT_EQ(chains[0]->steps[0].channel, "webchat");
  EXPECT_EQ(*chains[1], *redrive.new_chain);
  EXPECT_EQ(kept.progress.expires, clock.now() + 48h);
  EXPECT_EQ(applied(id, {model::event::Due{}}).notification.progress.attempts.back().channel,
            "sms");
}

TEST_P(StoreConformance, RenderingsAreKeptPerRunAndStep) {
  const auto id = accepted();
  Apply request;
  request.id = id;
  request.rendering = Apply::Rendering{1, 0, "v1", R"({"parts":{}})"};
  value(apply(request));
  const auto get = [&](unsigned run, unsigned step) {
    return value(wait<Apply::Rendering>([&](auto done) { store->rendering(id, run, step, done); }));
  };
  EXPECT_EQ(get(1, 0).version, "v1");
  EXPECT_EQ(get(1, 0).json, R"({"parts":{}})");
  EXPECT_EQ(get(1, 1).json, "");
  request.rendering->version = "v2";
  value(apply(request));
  EXPECT_EQ(get(1, 0).version, "v2");
  EXPECT_TRUE(timeline(id).entries.empty());
}

TEST_P(StoreConformance, AppendingTwiceGivesTheFirstItem) {
  const auto id = accepted();
  const auto first = delivered_to_inbox(1, id, "un");
  Apply request;
  request.id = id;
  request.append = some_item(1, id, "deux");
  const auto again = value(apply(request));
  ASSERT_TRUE(again.item);
  EXPECT_EQ(again.item->id, first.item->id);
  EXPECT_EQ(again.item->text, "un");
  EXPECT_EQ(page(1, true).items.size(), 1U);
  EXPECT_EQ(page(1).last_seq, 1);
}

TEST_P(StoreConformance, CountsFollowEveryChange) {
  const auto first = accepted();
  accepted();
  applied(first, {model::event::Due{},
                  model::event::Completed{{1, 0, 1}, outcome(OutcomeKind::delivered)}});
  for (int round = 0; round < 2; ++round) {
    const auto now = counts();
    EXPECT_EQ(now.by_state[static_cast<int>(State::queued)], 1U);
    EXPECT_EQ(now.by_state[static_cast<int>(State::delivered)], 1U);
    EXPECT_EQ(now.backlog, 1U);
    reopen();
  }
}

}  // namespace
}  // namespace herald::store::test
