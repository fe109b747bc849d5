// The rules R1-R10 of docs/explanation/state-machine.md, each by its own tests: evidence, time,
// rounds.
#include "play.hpp"

namespace herald::delivery::testing {
namespace {

using K = OutcomeKind;
using R = ReceiptKind;

Chain web_wa_log() { return chain_of({step("webchat"), step("whatsapp"), nobody("log")}); }

TEST(DecideFirst, AnAcceptedNotificationStartsAtItsFirstDue) {
  Play play{web_wa_log()};
  EXPECT_EQ(picture(play), "queued r1");
  EXPECT_EQ(what_is_due(play.p, play.chain, play.now), Next::attempt);
  EXPECT_EQ(current_step(play.p, play.chain)->channel, "webchat");
  play.due();
  EXPECT_EQ(picture(play), "trying* 0 +start");
  EXPECT_EQ(play.last(), (AttemptRef{1, 0, 1}));
  EXPECT_EQ(play.p.reason, Reason::attempt_started);
  EXPECT_EQ(play.p.due, kStart + 35s);
  EXPECT_EQ(what_is_due(play.p, play.chain, play.now), Next::nothing);
}

TEST(DecideFirst, NotBeforeIsWaitedFor) {
  Play play{web_wa_log()};
  play.p = first_progress("n1", kStart, kStart + 1h, kStart + 24h);
  EXPECT_EQ(play.p.reason, Reason::not_before);
  EXPECT_EQ(play.p.due, kStart + 1h);
  const auto before = play.p;
  EXPECT_EQ(play.after(59min).give(event::Due{}).p, before);
  EXPECT_EQ(what_is_due(play.p, play.chain, play.now), Next::nothing);
  EXPECT_EQ(picture(play.after(1min).give(event::Due{})), "trying* 0 +start");
}

TEST(DecideFirst, AnEmptyChainEndsUndelivered) {
  Play play{chain_of({})};
  EXPECT_EQ(picture(play.due()), "undelivered");
  EXPECT_EQ(play.ending(), "undelivered: no channel could be tried");
}

// covers: S72 S74
TEST(DecideFirst, WhatsAppIsUntouchedWhenWebchatIsEnough) {
  Play play{web_wa_log()};
  play.start().complete(K::accepted).receipt(R::delivered);
  EXPECT_EQ(picture(play), "delivered");
  EXPECT_EQ(play.p.attempts.size(), 1U);
  EXPECT_EQ(play.p.due, TimePoint::max());
  EXPECT_EQ(play.ending(), "delivered: webchat delivered");
}

// covers: S74
TEST(DecideFirst, SilenceMovesOnAndTheNextStepAsksForItsOwnDue) {
  Play play{web_wa_log()};
  play.start().complete(K::accepted);
  EXPECT_EQ(play.p.due, play.now + 2min);
  EXPECT_EQ(what_is_due(play.p, play.chain, play.now + 2min), Next::timer);
  play.due();
  EXPECT_EQ(picture(play), "later 1");
  EXPECT_EQ(play.p.due, play.now);
  EXPECT_EQ(play.left(0), Reason::no_evidence_in_time);
  EXPECT_EQ(what_is_due(play.p, play.chain, play.now), Next::attempt);
  EXPECT_EQ(picture(play.due()), "trying* 1 +start");
}

TEST(DecideR1, EvidenceOnlyRises) {
  Play play{web_wa_log()};
  play.chain.steps[0].until = Evidence::answered;
  play.start().complete(K::accepted).receipt(R::read).receipt(R::sent).receipt(R::delivered);
  EXPECT_EQ(play.attempt(0).evidence, Evidence::read);
  EXPECT_EQ(picture(play), "waiting 0");
}

TEST(DecideR1, FailedAfterDeliveredChangesNothing) {
  Play play{web_wa_log()};
  play.chain.steps[0].until = Evidence::read;
  play.start().complete(K::accepted).receipt(R::delivered);
  const auto before = play.p;
  play.receipt(R::failed, outcome(K::rejected, Reason::bad_recipient));
  EXPECT_EQ(play.p, before);
}

// covers: S75
TEST(DecideR2, AcceptedThenFailedGoesToTheNextStep) {
  Play play{web_wa_log()};
  play.start().complete(K::rejected, Reason::bad_recipient).start().complete(K::accepted);
  EXPECT_EQ(picture(play), "waiting 1");
  play.receipt(R::failed, outcome(K::rejected, Reason::bad_recipient));
  EXPECT_EQ(picture(play), "later 2");
  EXPECT_EQ(play.left(1), Reason::bad_recipient);
  EXPECT_TRUE(play.attempt(1).failed);
  play.start().complete(K::delivered);
  EXPECT_EQ(play.ending(),
            "undelivered: recorded by log; webchat: bad_recipient; whatsapp: bad_recipient");
}

TEST(DecideR2, AFailedReceiptMayAskForARetry) {
  Play play{web_wa_log()};
  play.start().complete(K::accepted).receipt(R::failed, outcome(K::retry, Reason::network, 10s));
  EXPECT_EQ(picture(play), "later 0");
  EXPECT_EQ(play.p.due, play.now + 10s);
  play.start();
  EXPECT_EQ(play.last(), (AttemptRef{1, 0, 2}));
  // The same receipt again is of an older attempt now: recorded only.
  play.receipt({1, 0, 1}, R::failed, outcome(K::rejected, Reason::bad_recipient));
  EXPECT_EQ(picture(play), "trying* 0");
}

TEST(DecideR2, AFailedReceiptDuringTheCallIsParkedUntilItCompletes) {
  Play play{web_wa_log()};
  play.start().receipt(R::failed, outcome(K::rejected, Reason::bad_recipient));
  EXPECT_EQ(picture(play), "trying* 0");
  play.complete(K::accepted);
  EXPECT_EQ(picture(play), "later 1");
  EXPECT_EQ(play.left(0), Reason::bad_recipient);
  EXPECT_FALSE(play.p.parked_failure);
}

TEST(DecideR2, AfterTheEndItTurnsUnconfirmedIntoUndelivered) {
  Play play{chain_of({step("whatsapp", Evidence::accepted)})};
  play.start().complete(K::accepted).due();
  EXPECT_EQ(picture(play), "unconfirmed");
  EXPECT_EQ(play.ending(), "unconfirmed: accepted by whatsapp");
  play.receipt(R::failed, outcome(K::rejected, Reason::bad_recipient));
  EXPECT_EQ(picture(play), "undelivered");
  EXPECT_EQ(play.p.reason, Reason::failed_after_accept);
  EXPECT_EQ(play.ending(), "undelivered: whatsapp: bad_recipient");
}

TEST(DecideR2, AnOvertakenSentDoesNotReviveAFailedAttempt) {
  Play play{chain_of({step("whatsapp", Evidence::accepted), step("sms")})};
  play.start()
      .complete(K::unknown)
      .receipt(R::failed, outcome(K::retry, Reason::network))
      .receipt(R::sent);
  EXPECT_EQ(picture(play), "later 0");
}

TEST(DecideR3, EvidenceOfAnEarlierStepStopsTheChainAndCancelsWhatIsInFlight) {
  Play play{web_wa_log()};
  play.start().complete(K::accepted).due().start();
  play.after(3s).receipt({1, 0, 1}, R::read);
  EXPECT_EQ(picture(play), "delivered* +cancel");
  EXPECT_EQ(std::get<effect::CancelAttempt>(play.effects.at(0)).attempt, (AttemptRef{1, 1, 1}));
  EXPECT_EQ(play.attempt(0).evidence_at, play.now);
  EXPECT_EQ(play.p.due, play.attempt(1).started + 35s) << "its end is still awaited";
  play.complete(K::retry, Reason::cancelled_attempt);
  EXPECT_EQ(picture(play), "delivered");
  EXPECT_EQ(play.p.due, TimePoint::max());
}

TEST(DecideR3, UntilOfTheAttemptsOwnStepCounts) {
  Play play{chain_of({step("webchat", Evidence::read), step("whatsapp")})};
  play.start().complete(K::accepted).due().start().complete(K::accepted);
  play.receipt({1, 0, 1}, R::delivered);
  EXPECT_EQ(picture(play), "waiting 1");
  play.receipt({1, 1, 1}, R::delivered);
  EXPECT_EQ(picture(play), "delivered");
}

TEST(DecideR3, AcceptedIsHeldAndTheHeldStepsFailureActs) {
  Play play{chain_of({step("sms", Evidence::accepted), step("whatsapp"), step("mail")})};
  play.start().complete(K::unknown).due().start().complete(K::accepted);
  play.receipt({1, 0, 1}, R::sent);
  EXPECT_EQ(picture(play), "holding 0");
  play.receipt({1, 0, 1}, R::failed, outcome(K::rejected, Reason::bad_recipient));
  EXPECT_EQ(play.left(0), Reason::bad_recipient);
  EXPECT_EQ(picture(play), "waiting 1")
      << "whatsapp has it already: it is waited for again, not sent again (R7)";
  EXPECT_EQ(play.p.due, play.attempt(1).ended + 2min);
  EXPECT_EQ(picture(play.due()), "later 2");
}

TEST(DecideR4, WithinStartsAtTheFirstAcceptedAndRetriesDoNotRestartIt) {
  Play play{web_wa_log()};
  play.start().after(1s).complete(K::accepted);
  const auto end = play.now + 2min;
  EXPECT_EQ(play.p.due, end);
  play.after(30s).receipt(R::failed, outcome(K::retry, Reason::network, 10s));
  play.start().complete(K::accepted);
  EXPECT_EQ(play.p.due, end);
}

TEST(DecideR4, ATryThatSeemedToFailIsWaitedForFromItsReceipt) {
  auto mail = step("mail", Evidence::read);
  mail.idempotent = true;
  Play play{chain_of({mail, nobody("log")})};
  play.start().complete(K::retry, Reason::timeout);
  play.start().complete(K::retry, Reason::rate_limited, 100s);
  play.after(50s).receipt({1, 0, 1}, R::delivered);
  const auto known = play.now;
  play.due();
  EXPECT_EQ(picture(play), "waiting 0");
  EXPECT_EQ(play.p.due, known + 2min);
}

TEST(DecideR4, AClockSetBackMakesNoTimerLonger) {
  Play play{web_wa_log()};
  play.start().complete(K::accepted);
  play.now -= 1h;
  EXPECT_EQ(what_is_due(play.p, play.chain, play.now), Next::timer);
  play.give(event::Due{});
  EXPECT_EQ(picture(play), "waiting 0");
  EXPECT_EQ(play.p.due, play.now + 2min);
}

TEST(DecideR5, TryForBoundsBackoffAndGates) {
  Play play{web_wa_log()};
  play.chain.steps[0].attempts = 100;
  play.start();
  unsigned tries = 1;
  while (play.p.step == 0 && tries < 100) {
    play.complete(K::retry, Reason::network);
    if (play.p.step != 0) break;
    play.due();
    ++tries;
  }
  EXPECT_EQ(play.left(0), Reason::not_accepted_in_time);
  EXPECT_LE(play.now, kStart + 15min);
  EXPECT_GT(tries, 5U);
}

TEST(DecideR5, ARetryAfterBeyondTryForLeavesAtOnce) {
  Play play{web_wa_log()};
  play.start().complete(K::retry, Reason::rate_limited, 16min);
  EXPECT_EQ(picture(play), "later 1");
  EXPECT_EQ(play.left(0), Reason::not_accepted_in_time);
  EXPECT_TRUE(play.p.left.at(0).transient);
}

TEST(DecideR5, AStepNobodyLookedAtKeepsItsFirstTry) {
  Play play{web_wa_log()};
  play.start().complete(K::rejected);
  play.after(1h).give(event::Due{});
  EXPECT_EQ(picture(play), "trying* 1 +start");
  EXPECT_EQ(play.p.step_started, play.now);
}

TEST(DecideR6, UnknownOnAnIdempotentChannelIsTriedAgainThenWaitedFor) {
  Play play{web_wa_log()};
  play.chain.steps[0].idempotent = true;
  play.chain.steps[0].attempts = 2;
  play.start().complete(K::unknown, Reason::timeout);
  EXPECT_EQ(picture(play), "later 0");
  play.start().complete(K::unknown, Reason::timeout);
  EXPECT_EQ(picture(play), "waiting 0");
}

TEST(DecideR6, UnknownElsewhereIsReconciledAndWaitedForNeverSentAgain) {
  Play play{chain_of({step("whatsapp", Evidence::accepted), step("sms")})};
  play.chain.steps[0].reconciles = true;
  play.start().complete(K::unknown, Reason::timeout);
  EXPECT_EQ(picture(play), "waiting 0 +reconcile");
  EXPECT_TRUE(play.attempt(0).reconciling);
  EXPECT_EQ(play.p.due, play.now + 35s) << "then the answer is overdue";
  play.after(60s).give(event::Due{});
  EXPECT_EQ(picture(play), "later 1");
  EXPECT_EQ(play.left(0), Reason::no_evidence_in_time);
}

TEST(DecideR6, TheAnswerOfReconcileActs) {
  Play play{chain_of({step("whatsapp", Evidence::accepted), step("sms")})};
  play.chain.steps[0].reconciles = true;
  play.start().complete(K::unknown);
  auto found = play;
  EXPECT_EQ(picture(found.give(event::Reconciled{{1, 0, 1}, outcome(K::accepted)})), "holding 0");
  EXPECT_FALSE(found.attempt(0).reconciling);
  EXPECT_EQ(found.attempt(0).outcome.kind, K::accepted);
  auto not_sent = play;
  EXPECT_EQ(
      picture(not_sent.give(event::Reconciled{{1, 0, 1}, outcome(K::retry, Reason::network)})),
      "later 0");
  auto still_unknown = play;
  EXPECT_EQ(picture(still_unknown.give(event::Reconciled{{1, 0, 1}, outcome(K::unknown)})),
            "waiting 0");
}

TEST(DecideR7, AChannelThatMayHaveItIsNotSentToAgainInALaterRound) {
  Play play{chain_of({step("webchat"), step("whatsapp")})};
  play.start().complete(K::accepted).due().start().complete(K::channel_down, Reason::network);
  EXPECT_EQ(picture(play), "queued r2 +breaker");
  play.due();
  EXPECT_EQ(picture(play), "later 1");
  EXPECT_EQ(play.left(0), Reason::already_sent);
  // Had it failed in between, it would be tried again.
  Play other{chain_of({step("webchat"), step("whatsapp")})};
  other.start().complete(K::accepted).due().start().complete(K::channel_down, Reason::network);
  other.receipt({1, 0, 1}, R::failed, outcome(K::retry, Reason::network));
  EXPECT_EQ(picture(other.due()), "trying* 0 +start");
}

TEST(DecideR7, OneChannelTwiceInAChainIsSentToOnce) {
  Play play{chain_of({step("webchat"), step("whatsapp"), step("webchat"), step("sms")})};
  play.start().complete(K::accepted).due().start().complete(K::rejected);
  EXPECT_EQ(picture(play), "later 3");
  EXPECT_EQ(play.left(2), Reason::already_sent);
}

TEST(DecideR7, EvidenceDuringTheBackoffReplacesTheRetry) {
  Play play{web_wa_log()};
  play.chain.steps[0].idempotent = true;
  play.start().complete(K::unknown).receipt(R::sent);
  EXPECT_EQ(picture(play), "waiting 0");
}

TEST(DecideR8, ChannelDownTripsTheBreakerAndAnOpenOneIsLeftAtOnce) {
  Play play{web_wa_log()};
  play.start().complete(K::channel_down, Reason::auth);
  EXPECT_EQ(picture(play), "later 1 +breaker");
  EXPECT_EQ(std::get<effect::TripBreaker>(play.effects.at(0)).step, 0U);
  play.give(event::Blocked{Reason::breaker_open, true, {}});
  EXPECT_EQ(play.left(1), Reason::breaker_open);
  EXPECT_EQ(picture(play), "queued r2");
}

TEST(DecideR9, AcceptedIsHeldThenUnconfirmedNeverDelivered) {
  Play play{chain_of({step("sms", Evidence::accepted)})};
  play.chain.expires_after = 48h;
  play.p = first_progress("n1", kStart, kStart, kStart + 48h);
  play.start().complete(K::accepted);
  EXPECT_EQ(picture(play), "holding 0");
  EXPECT_EQ(play.p.due, play.now + 24h);
  EXPECT_EQ(picture(play.due()), "unconfirmed");
  EXPECT_EQ(play.p.reason, Reason::receipts_over);
}

// covers: S76
TEST(DecideR9, BothChannelsFailingIsTriedInThreeRoundsFiveMinutesApart) {
  Play play{web_wa_log()};
  for (unsigned round = 1; round <= 3; ++round) {
    EXPECT_EQ(play.p.round, round);
    play.start().complete(K::channel_down, Reason::network);
    const auto at = play.now;
    play.start().complete(K::channel_down, Reason::network);
    if (round < 3) {
      EXPECT_EQ(play.p.due, at + 5min);
    }
  }
  EXPECT_EQ(picture(play), "later 2 +breaker") << "log runs once, in the last round";
  play.start().complete(K::delivered);
  EXPECT_EQ(play.ending(), "undelivered: recorded by log; webchat: network; whatsapp: network");
  EXPECT_EQ(play.p.reason, Reason::chain_exhausted);
}

TEST(DecideR9, TheNextRoundGoesWithoutWhatWasRejected) {
  Play play{web_wa_log()};
  play.start().complete(K::rejected, Reason::bad_recipient).start().complete(K::channel_down);
  EXPECT_EQ(picture(play), "queued r2 +breaker");
  EXPECT_EQ(what_is_due(play.p, play.chain, play.p.due), Next::attempt);
  EXPECT_EQ(picture(play.due()), "trying* 1 +start");
}

TEST(DecideR9, AnExhaustedChainWithDeliveredEvidenceIsDelivered) {
  Play play{chain_of({step("webchat", Evidence::answered), step("whatsapp")})};
  play.start().complete(K::accepted).receipt(R::read).due().start().complete(K::rejected);
  EXPECT_EQ(picture(play), "delivered");
  EXPECT_EQ(play.p.reason, Reason::wanted_evidence);
}

TEST(DecideR10, WhatReachesNobodyIsNoEvidence) {
  Play play{chain_of({nobody("log")})};
  play.start().complete(K::delivered);
  EXPECT_EQ(picture(play), "undelivered");
  EXPECT_EQ(play.p.best_evidence(), Evidence::none);
  EXPECT_EQ(play.ending(), "undelivered: recorded by log");
  play.receipt(R::read);
  EXPECT_EQ(picture(play), "undelivered");
}

TEST(DecideR10, ItWaitsForTheLastRoundWhereverItStands) {
  Play play{chain_of({nobody("log"), step("webchat")})};
  EXPECT_EQ(what_is_due(play.p, play.chain, play.now), Next::timer);
  play.start();
  EXPECT_EQ(play.last().step, 1U);
  play.complete(K::rejected, Reason::bad_content);
  EXPECT_EQ(picture(play.start()), "trying* 0 +start");
  EXPECT_EQ(picture(play.complete(K::delivered)), "undelivered");
}

}  // namespace
}  // namespace herald::delivery::testing
