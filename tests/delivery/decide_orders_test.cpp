// The rules R11-R21 of docs/explanation/state-machine.md, each by its own tests: endings, orders,
// gates.
#include "play.hpp"

namespace herald::delivery::testing {
namespace {

using K = OutcomeKind;
using R = ReceiptKind;

Chain web_wa_log() { return chain_of({step("webchat"), step("whatsapp"), nobody("log")}); }

TEST(DecideR11, ExpiryAwaitsWhatIsInFlight) {
  Play play{web_wa_log()};
  play.chain.steps[0].timeout = 48h;
  play.start().due();
  EXPECT_EQ(play.now, kStart + 24h);
  EXPECT_EQ(picture(play), "trying* 0 +cancel");
  EXPECT_TRUE(play.p.expiry_passed);
  auto arrived = play;
  EXPECT_EQ(picture(arrived.complete(K::delivered)), "delivered");
  auto only_accepted = play;
  EXPECT_EQ(picture(only_accepted.complete(K::accepted)), "expired");
  EXPECT_EQ(only_accepted.p.best_evidence(), Evidence::accepted);
  EXPECT_EQ(only_accepted.ending(), "expired: webchat accepted");
  EXPECT_EQ(picture(play.due()), "expired") << "at its deadline";
}

TEST(DecideR11, LaterEvidenceCorrectsTheEndingUpwardsOnly) {
  Play play{web_wa_log()};
  play.start().complete(K::accepted);
  play.now = play.p.expires;
  EXPECT_EQ(picture(play.give(event::Due{})), "expired");
  EXPECT_EQ(picture(play.receipt(R::delivered)), "delivered");
  EXPECT_EQ(play.p.reason, Reason::evidence_arrived);
  EXPECT_EQ(picture(play.receipt(R::failed, outcome(K::rejected))), "delivered");
}

TEST(DecideR11, HoldingExpiresUnconfirmed) {
  Play play{chain_of({step("sms", Evidence::accepted)})};
  play.after(1h).start().complete(K::accepted).due();
  EXPECT_EQ(picture(play), "unconfirmed");
  EXPECT_EQ(play.p.reason, Reason::expiry);
}

TEST(DecideR12, CancelAwaitsWhatIsInFlightAndStaysCancelled) {
  Play play{web_wa_log()};
  play.start().give(event::Cancel{"uid:0"});
  EXPECT_EQ(picture(play), "trying* 0 +cancel");
  EXPECT_EQ(picture(play.give(event::Cancel{"uid:0"})), "trying* 0") << "asked twice, told once";
  play.complete(K::delivered);
  EXPECT_EQ(picture(play), "cancelled +withdraw");
  EXPECT_EQ(play.ending(), "cancelled: webchat delivered");
  EXPECT_EQ(picture(play.receipt(R::read)), "cancelled");
  EXPECT_EQ(play.p.best_evidence(), Evidence::read);
}

TEST(DecideR12, CancelIsRefusedAfterEvidenceOfDelivery) {
  Play play{web_wa_log()};
  play.chain.steps[0].until = Evidence::read;
  play.start().complete(K::delivered).give(event::Cancel{"uid:0"});
  EXPECT_EQ(picture(play), "waiting 0 +refused");
}

TEST(DecideR13, ALateCompletionOfALostAttemptIsAReceipt) {
  Play play{web_wa_log()};
  play.start().due();
  EXPECT_EQ(picture(play), "waiting 0");
  EXPECT_EQ(play.attempt(0).outcome, outcome(K::unknown, Reason::no_completion_in_time));
  auto arrived = play;
  EXPECT_EQ(picture(arrived.complete(K::delivered)), "delivered");
  auto rejected = play;
  EXPECT_EQ(picture(rejected.complete(K::rejected, Reason::bad_recipient)), "later 1");
}

TEST(DecideR13, ALostAttemptOnAnIdempotentChannelIsRetried) {
  Play play{web_wa_log()};
  play.chain.steps[0].idempotent = true;
  play.start().give(event::Lost{play.last(), Reason::attempt_lost});
  EXPECT_EQ(picture(play), "later 0");
  EXPECT_FALSE(play.attempt(0).failed);
  EXPECT_EQ(play.attempt(0).outcome.kind, K::retry);
}

TEST(DecideR13, ASecondCompletionThatFailsDoesNotUndoTheFirst) {
  Play play{web_wa_log()};
  play.start().complete(K::accepted);
  const auto before = play.p;
  play.complete(K::channel_down, Reason::internal);
  EXPECT_EQ(play.p, before);
  EXPECT_TRUE(play.effects.empty());
}

TEST(DecideR14, AReturnCodeEntersAsTheOutcomeItStandsFor) {
  // E_LIMIT stands for retry, E_STATE for channel_down, E_INTERNAL for unknown: mapped at the
  // plugin's door.
  for (const auto& [kind, expected] : {std::pair{K::rejected, "later 1"},
                                       {K::retry, "later 0"},
                                       {K::channel_down, "later 1 +breaker"},
                                       {K::unknown, "waiting 0"}}) {
    Play play{web_wa_log()};
    EXPECT_EQ(picture(play.start().complete(kind, Reason::internal)), expected);
  }
}

TEST(DecideR15, RenderingIsRetriedThenTheStepIsLeft) {
  Play play{web_wa_log()};
  play.chain.steps[0].attempts = 3;
  for (int i = 0; i < 2; ++i) {
    play.now = std::max(play.now, play.p.due);
    play.give(event::RenderFailed{"catalog: timeout"});
    EXPECT_EQ(picture(play), "later 0");
    EXPECT_EQ(play.p.reason, Reason::render_failed);
    EXPECT_GT(play.p.due, play.now);
  }
  play.now = play.p.due;
  play.give(event::RenderFailed{"catalog: timeout"});
  EXPECT_EQ(picture(play), "later 1");
  EXPECT_EQ(play.left(0), Reason::render_failed);
  EXPECT_EQ(play.p.render_failures, 0U);
  EXPECT_TRUE(play.p.attempts.empty());
}

TEST(DecideR16, AStepWithoutAnAddressIsLeftWithoutAnAttempt) {
  for (const auto reason : {Reason::no_address, Reason::quarantined, Reason::opted_out}) {
    Play play{web_wa_log()};
    play.give(event::Blocked{reason, false, {}});
    EXPECT_EQ(picture(play), "later 1");
    EXPECT_EQ(play.left(0), reason);
    EXPECT_TRUE(play.p.attempts.empty());
  }
}

TEST(DecideR23, WhatTheChecksRefuseEndsAtOnceAndIsNotRedriven) {
  Play play{Chain{}};
  play.give(event::Blocked{Reason::invalid, false, "params.service: is missing"});
  EXPECT_EQ(play.p.state, State::undelivered);
  EXPECT_EQ(play.p.reason, Reason::invalid);
  EXPECT_EQ(play.p.due, TimePoint::max());
  EXPECT_EQ(ending_text(play.p, play.chain), "undelivered: invalid: params.service: is missing");
  const auto before = play.p;
  const auto refused =
      decide(before, event::Redrive{"uid:0", play.now + 1h, false}, web_wa_log(), play.now);
  EXPECT_EQ(refused.next, before);
  ASSERT_EQ(refused.effects.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<effect::Refused>(refused.effects[0]));
}

TEST(DecideR17, AGateHoldsTheAttemptWithItsReason) {
  Play play{web_wa_log()};
  play.give(event::Gated{Reason::rate_limited, kStart + 30s});
  EXPECT_EQ(picture(play), "later 0");
  EXPECT_EQ(play.p.reason, Reason::rate_limited);
  EXPECT_EQ(play.p.due, kStart + 30s);
  EXPECT_EQ(picture(play.due()), "trying* 0 +start");
}

TEST(DecideR17, QuietHoursDoNotCountAgainstTryFor) {
  Play play{web_wa_log()};
  play.give(event::Gated{Reason::quiet_hours, kStart + 8h});
  EXPECT_EQ(picture(play), "later 0");
  // Asked again meanwhile, with the same end: no time is counted twice.
  play.after(1h).give(event::Gated{Reason::quiet_hours, kStart + 8h});
  EXPECT_EQ(play.p.quiet, 8h);
  EXPECT_EQ(picture(play.due()), "trying* 0 +start");
  play.complete(K::retry, Reason::network, 14min);
  EXPECT_EQ(picture(play), "later 0");
}

TEST(DecideR17, QuietHoursThatOutlastTheExpiryLeaveTheStep) {
  Play play{web_wa_log()};
  play.give(event::Gated{Reason::quiet_hours, kStart + 25h});
  EXPECT_EQ(picture(play), "later 1");
  EXPECT_EQ(play.left(0), Reason::quiet_past_expiry);
}

TEST(DecideR17, AGateNeverTouchesTheTimeOfEvidence) {
  Play play{web_wa_log()};
  play.start().complete(K::accepted);
  const auto before = play.p;
  play.give(event::Gated{Reason::paused, play.now + 1h});
  EXPECT_EQ(play.p, before);
}

TEST(DecideR18, AWaitingNotificationHasNothingInFlight) {
  Play play{web_wa_log()};
  play.start().complete(K::accepted);
  EXPECT_EQ(play.p.in_flight(), nullptr);
  play.due().start();
  ASSERT_NE(play.p.in_flight(), nullptr);
  EXPECT_EQ(play.p.in_flight()->channel, "whatsapp");
}

TEST(DecideR18, ACancelledOperationIsAwaitedBeforeTheNextStarts) {
  Play play{chain_of({step("sms", Evidence::accepted), step("whatsapp"), step("mail")})};
  play.start().complete(K::unknown).due().start();
  play.receipt({1, 0, 1}, R::sent);
  EXPECT_EQ(picture(play), "holding* 0 +cancel");
  play.receipt({1, 0, 1}, R::failed, outcome(K::retry, Reason::network));
  EXPECT_EQ(picture(play), "trying* 0");
  EXPECT_EQ(picture(play.after(30s).give(event::Due{})), "trying* 0") << "whatsapp has not ended";
  play.complete(K::retry, Reason::cancelled_attempt);
  EXPECT_EQ(picture(play), "later 0");
  EXPECT_EQ(picture(play.due()), "trying* 0 +start");
}

TEST(DecideR19, AStepWhoseChannelIsGoneIsLeftButReceiptsAreAwaited) {
  Play play{web_wa_log()};
  play.give(event::Blocked{Reason::channel_removed, false, {}});
  EXPECT_EQ(play.left(0), Reason::channel_removed);
  play.start().complete(K::accepted).give(event::Blocked{Reason::channel_removed, false, {}});
  EXPECT_EQ(picture(play), "waiting 1");
}

TEST(DecideR20, ARedriveStartsANewRunOfAnUndeliveredOne) {
  Play play{chain_of({step("webchat"), step("whatsapp")})};
  play.start().complete(K::accepted).due().start().complete(K::rejected, Reason::bad_recipient);
  EXPECT_EQ(picture(play), "undelivered");
  // The configuration has changed meanwhile.
  auto resent = play;
  for (auto* p : {&play, &resent}) {
    p->chain = chain_of({step("whatsapp"), step("webchat")});
    p->give(event::Redrive{"uid:0", p->now + 24h, p == &resent});
    EXPECT_EQ(picture(*p), "queued r1");
    EXPECT_EQ(p->p.run, 2U);
    EXPECT_EQ(p->p.due, p->now);
    p->start();
    EXPECT_EQ(p->last(), (AttemptRef{2, 0, 1}))
        << "what was rejected in the first run is tried again";
    p->complete(K::rejected, Reason::bad_recipient);
  }
  EXPECT_EQ(picture(play), "undelivered") << "webchat of the first run still has it";
  EXPECT_EQ(picture(resent), "later 1") << "resend lifts that";
}

TEST(DecideR20, EvidenceOfAnEarlierRunStillCounts) {
  Play play{chain_of({step("webchat", Evidence::read)})};
  play.start().complete(K::accepted).due();
  EXPECT_EQ(picture(play), "undelivered");
  play.give(event::Redrive{"uid:0", play.now + 24h, true}).start();
  EXPECT_EQ(picture(play.receipt({1, 0, 1}, R::read)), "delivered* +cancel");
}

TEST(DecideR21, JitterComesFromTheNamesAlone) {
  const auto pause = [](const char* id) {
    Play play{web_wa_log()};
    play.p.id = id;
    play.chain.steps[0].backoff = {100s, 100s};
    play.start().complete(K::retry, Reason::network);
    return play.p.due - play.now;
  };
  EXPECT_EQ(pause("n1"), pause("n1"));
  EXPECT_NE(pause("n1"), pause("n2"));
  EXPECT_GE(pause("n1"), 75s);
  EXPECT_LE(pause("n1"), 125s);
}

TEST(DecideEvicted, AnUnreadItemPushedOutLeavesTheWaitingStep) {
  Play play{web_wa_log()};
  play.start().complete(K::accepted).give(event::Blocked{Reason::evicted, false, {}});
  EXPECT_EQ(picture(play), "later 1");
  EXPECT_EQ(play.left(0), Reason::evicted);
}

}  // namespace
}  // namespace herald::delivery::testing
