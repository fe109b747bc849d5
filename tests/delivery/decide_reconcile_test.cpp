// R6: the channel is asked what became of an attempt that ended without a word.
#include "play.hpp"

namespace herald::delivery::testing {
namespace {

using K = OutcomeKind;
using R = ReceiptKind;

Chain asking() {
  auto wa = step("wa");
  wa.reconciles = true;
  wa.within = 30min;
  return chain_of({wa, step("sms")});
}
Play unknown_at_wa(Chain chain = asking()) {
  Play play{std::move(chain)};
  play.start().complete(K::unknown, Reason::timeout);
  EXPECT_EQ(picture(play), "waiting 0 +reconcile");
  return play;
}

TEST(Reconcile, WhatTheChannelSaysIsEvidence) {
  auto there = unknown_at_wa();
  there.give(event::Reconciled{there.last(), outcome(K::delivered)});
  EXPECT_EQ(there.ending(), "delivered: wa delivered");

  auto provider_has_it = unknown_at_wa();
  provider_has_it.give(event::Reconciled{provider_has_it.last(), outcome(K::accepted)});
  EXPECT_EQ(picture(provider_has_it), "waiting 0");
  EXPECT_EQ(provider_has_it.attempt(0).outcome.kind, K::accepted);

  auto never_sent = unknown_at_wa();
  never_sent.give(event::Reconciled{never_sent.last(), outcome(K::retry, Reason::network)});
  EXPECT_EQ(picture(never_sent), "later 0") << "it is certain that nothing left";
  EXPECT_TRUE(never_sent.due().has<effect::Start>());

  auto refused = unknown_at_wa();
  refused.give(event::Reconciled{refused.last(), outcome(K::rejected, Reason::bad_recipient)});
  EXPECT_EQ(refused.left(0), Reason::bad_recipient);
}

TEST(Reconcile, AnAnswerThatDoesNotComeIsAskedForAgainAfterTheTimeoutOfTheChannel) {
  auto play = unknown_at_wa();
  play.after(34s).give(event::Due{});
  EXPECT_FALSE(play.has<effect::Reconcile>());
  play.after(2s).give(event::Due{});
  EXPECT_TRUE(play.has<effect::Reconcile>());
  EXPECT_EQ(play.attempt(0).asks, 2U);
}

TEST(Reconcile, ACannotTellIsAskedAgainWithGrowingPausesButNotForEver) {
  auto play = unknown_at_wa();
  std::vector<Duration> pauses;
  for (int i = 0; i < 20 && play.attempt(0).reconciling; ++i) {
    const auto before = play.now;
    play.give(event::Reconciled{play.last(), outcome(i % 2 == 0 ? K::unknown : K::channel_down)});
    if (!play.attempt(0).reconciling) break;
    play.due();
    ASSERT_TRUE(play.has<effect::Reconcile>());
    pauses.push_back(play.now - before);
  }
  EXPECT_EQ(play.attempt(0).asks, 5U);
  ASSERT_EQ(pauses.size(), 4U);
  EXPECT_GT(pauses[3], pauses[0]);
  EXPECT_EQ(picture(play), "waiting 0") << "it still waits for a receipt";
  play.due();
  EXPECT_EQ(play.left(0), Reason::no_evidence_in_time);
}

TEST(Reconcile, ARestartAsksAgainAtOnceAndCountsIt) {
  auto play = unknown_at_wa();
  for (unsigned asks = 2; asks <= 5; ++asks) {
    play.give(event::Lost{play.last(), Reason::attempt_lost});
    EXPECT_EQ(play.p.due, play.now);
    play.give(event::Due{});
    EXPECT_EQ(play.attempt(0).asks, asks);
    EXPECT_TRUE(play.has<effect::Reconcile>());
  }
  play.give(event::Lost{play.last(), Reason::attempt_lost}).give(event::Due{});
  EXPECT_FALSE(play.has<effect::Reconcile>()) << "a plugin that dies of the question";
  EXPECT_FALSE(play.attempt(0).reconciling);
}

TEST(Reconcile, NobodyAsksOnceTheStepIsLeftButALateAnswerStillStopsTheChain) {
  auto play = unknown_at_wa();
  play.after(30min).give(event::Due{}).start();
  EXPECT_FALSE(play.attempt(0).reconciling);
  play.give(event::Reconciled{{1, 0, 1}, outcome(K::delivered)});
  EXPECT_EQ(picture(play), "delivered* +cancel") << "the copy on sms is called back";
}

TEST(Reconcile, AReceiptMakesTheQuestionNeedless) {
  auto play = unknown_at_wa();
  play.receipt(R::sent);
  EXPECT_FALSE(play.attempt(0).reconciling);
  EXPECT_EQ(picture(play), "waiting 0");
}

TEST(Unsure, IsWhatEndedWithoutAWordWhateverIsLearntLater) {
  auto play = unknown_at_wa();
  EXPECT_TRUE(play.attempt(0).unsure);
  play.receipt(R::sent);
  EXPECT_TRUE(play.attempt(0).unsure);
  auto idempotent = chain_of({step("sms")});
  idempotent.steps[0].idempotent = true;
  Play lost{idempotent};
  lost.start().give(event::Lost{lost.last(), Reason::attempt_lost});
  EXPECT_TRUE(lost.attempt(0).unsure);
  EXPECT_FALSE(lost.attempt(0).failed) << "it may have arrived";
  Play known{chain_of({step("sms")})};
  known.start().complete(K::retry, Reason::network);
  EXPECT_FALSE(known.attempt(0).unsure);
}

TEST(Cancelled, AnItemThatComesAfterwardsIsWithdrawnToo) {
  Play play{chain_of({step("webchat")})};
  play.start().give(event::Cancel{"test"});
  play.give(event::Lost{play.last(), Reason::no_completion_in_time});
  EXPECT_EQ(picture(play), "cancelled +withdraw");
  play.give(event::Completed{play.last(), outcome(K::accepted), true});
  EXPECT_EQ(picture(play), "cancelled +withdraw");
}

TEST(Redrive, ARefusalDoesNotLookAtTheNewChain) {
  Play play{chain_of({step("web"), step("wa")})};
  play.start().complete(K::rejected).start();
  const auto before = play.p;
  const auto d = decide(play.p, event::Redrive{"admin", play.later(24h), false},
                        chain_of({step("sms")}), play.now);
  EXPECT_EQ(d.next, before);
  EXPECT_EQ(d.effects.size(), 1U);
}

}  // namespace
}  // namespace herald::delivery::testing
