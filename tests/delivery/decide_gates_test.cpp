// Gates that are lifted, gates without an end, and a clock that was set (R5, R17, R22).
#include "play.hpp"

namespace herald::delivery::testing {
namespace {

using K = OutcomeKind;

Play at_first_step() {
  Play play{chain_of({step("whatsapp"), step("sms")})};
  play.start().complete(K::retry, Reason::network).due();
  play.complete(K::retry, Reason::network);
  return play;
}

TEST(DecideR17, AGateWithoutAnEndWaitsAsLongAsTheStepMay) {
  auto play = at_first_step();
  play.give(event::Gated{Reason::paused, TimePoint::max()});
  EXPECT_EQ(picture(play), "later 0");
  EXPECT_EQ(play.p.reason, Reason::paused);
  EXPECT_EQ(play.p.due, play.p.step_started + 15min);
  play.due();
  EXPECT_EQ(play.left(0), Reason::not_accepted_in_time);
}

TEST(DecideR17, AGateThatIsLiftedLetsTheStepGoOnAtOnce) {
  auto play = at_first_step();
  play.give(event::Gated{Reason::paused, TimePoint::max()}).after(5min);
  play.give(event::Gated{Reason::channel_limit, play.now});
  EXPECT_GT(play.p.due, play.now) << "another gate than the one it waits for";
  play.give(event::Gated{Reason::paused, play.now});
  EXPECT_EQ(play.p.due, play.now);
  play.due();
  EXPECT_EQ(picture(play), "trying* 0 +start");
}

TEST(DecideR17, QuietHoursThatEndEarlyAreNotCounted) {
  Play play{chain_of({step("sms"), step("whatsapp")})};
  play.give(event::Gated{Reason::quiet_hours, play.now + 8h}).after(1h);
  play.give(event::Gated{Reason::quiet_hours, play.now});
  EXPECT_EQ(play.p.quiet, 1h);
  play.start();
  EXPECT_EQ(play.p.step, 0U);
}

TEST(DecideR22, WhatMeasuresATimeKeepsItsLength) {
  for (const Duration by : {Duration{1h}, Duration{-1h}, Duration{24h}, Duration{-24h}}) {
    Play play{chain_of({step("whatsapp"), step("sms")})};
    play.start().complete(K::accepted).after(30s);
    const auto left = play.p.due - play.now;
    play.after(by).give(event::ClockMoved{by, true});
    EXPECT_EQ(play.p.due - play.now, left);
    play.after(left - 1s).give(event::Due{});
    EXPECT_EQ(picture(play), "waiting 0");
    play.after(1s).give(event::Due{});
    EXPECT_EQ(play.left(0), Reason::no_evidence_in_time);
  }
}

TEST(DecideR22, QuietHoursEndAtTheirTimeOfDay) {
  for (const Duration by : {Duration{1h}, Duration{-1h}}) {
    Play play{chain_of({step("sms"), step("whatsapp")})};
    const auto morning = play.now + 8h;
    play.give(event::Gated{Reason::quiet_hours, morning});
    play.after(1h).after(by).give(event::ClockMoved{by, true});
    EXPECT_EQ(play.p.due, morning);
    play.now = morning;
    play.give(event::Due{});
    EXPECT_EQ(picture(play), "trying* 0 +start");
  }
}

TEST(DecideR22, ATimeThatTheProducerNamedStays) {
  Play play{chain_of({step("sms")})};
  play.p = first_progress("n1", play.now, play.now + 6h, play.now + 30h);
  const auto before = play.p;
  play.after(1h).give(event::ClockMoved{1h, true});
  EXPECT_EQ(play.p, before);
}

TEST(DecideR22, StaysWithinWhatCanBeWritten) {
  Play play{chain_of({step("sms")})};
  play.start().complete(K::retry);
  for (const auto by : {Duration::max(), Duration::min()}) {
    auto far = play;
    far.give(event::ClockMoved{by, true});
    EXPECT_TRUE(progress_from_json(to_json_text(far.p)));
  }
}

}  // namespace
}  // namespace herald::delivery::testing
