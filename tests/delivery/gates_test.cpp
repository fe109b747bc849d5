// The gates one by one: breaker, rates, the line in memory, quiet hours. Pure: time is passed in.
#include "delivery/gates.hpp"

#include <gtest/gtest.h>

#include "delivery/quiet_hours.hpp"

namespace herald::delivery::testing {
namespace {

using namespace std::chrono_literals;
using base::MonoPoint;
using model::OutcomeKind;
using model::Priority;
using model::Reason;

constexpr MonoPoint kStart{1h};

model::TimePoint utc(const char* text) { return *base::parse_iso8601(text); }

// ------------------------------------------------------------------ breaker

TEST(Breaker, OpensAtOnceWhenTheChannelSaysSoAndLetsOneProbeThroughAfterItsPause) {
  Breaker b;
  EXPECT_TRUE(b.lets("a", kStart));
  b.trip(kStart);
  EXPECT_FALSE(b.lets("a", kStart + 29s));
  EXPECT_EQ(b.state(kStart + 29s), Breaker::State::open);
  const auto later = kStart + 30s;
  EXPECT_EQ(b.state(later), Breaker::State::half_open);
  EXPECT_TRUE(b.lets("a", later));
  b.starts("a", later);
  EXPECT_TRUE(b.lets("a", later));
  EXPECT_FALSE(b.lets("b", later)) << "one probe at a time";
  b.gave_up("a");
  EXPECT_TRUE(b.lets("b", later)) << "the probe ended without a word about the channel";
  b.starts("b", later);
  b.succeeded();
  EXPECT_EQ(b.state(later), Breaker::State::closed);
}

TEST(Breaker, OpensAfterFiveFailuresInARowOnly) {
  Breaker b;
  for (int i = 0; i < 4; ++i) b.failed(kStart);
  b.succeeded();
  for (int i = 0; i < 4; ++i) b.failed(kStart);
  EXPECT_TRUE(b.lets("a", kStart));
  b.failed(kStart);
  EXPECT_FALSE(b.lets("a", kStart));
}

TEST(Breaker, DoublesItsPauseWithEveryProbeThatFailsUpToTenMinutes) {
  Breaker b;
  auto now = kStart;
  b.trip(now);
  for (const auto pause : {30s, 60s, 120s, 240s, 480s, 600s, 600s}) {
    EXPECT_EQ(b.until() - now, pause);
    b.failed(now + 1s);
    EXPECT_EQ(b.until() - now, pause) << "what was started before it opened tells nothing new";
    now = b.until();
    b.starts("probe", now);
    b.failed(now);
  }
  b.succeeded();
  b.trip(now);
  EXPECT_EQ(b.until() - now, 30s) << "success resets";
}

// ------------------------------------------------------------------ rates

TEST(RateLimit, NeverMoreThanTheRateAndItsBurst) {
  Gcra gcra{{10, 1s}, 5};
  auto now = kStart;
  int taken = 0;
  while (now < kStart + 10s) {
    if (gcra.next(now) <= now) gcra.take(now), ++taken;
    now += 1ms;
  }
  EXPECT_GE(taken, 103);
  EXPECT_LE(taken, 105);
}

TEST(RateLimit, ASlowRateIsEven) {
  Gcra gcra{{1, 6s}, 1};
  gcra.take(kStart);
  EXPECT_EQ(gcra.next(kStart + 1s), kStart + 6s);
  EXPECT_EQ(gcra.next(kStart + 7s), kStart + 7s);
}

Line::Want want(const std::string& id, Priority priority = Priority::normal, int64_t age = 0) {
  return {id, priority, model::TimePoint{std::chrono::seconds{age}}, false, {}, 15min};
}

TEST(Line, HoldsASecondsWorthInOrderOfPriorityThenAge) {
  Line line;
  line.set({4, 1s}, 1);
  EXPECT_EQ(line.come(want("first"), kStart).place, Line::Place::taken);
  std::map<std::string, Line::Want> wants;
  for (const auto& w : {want("young", Priority::normal, 2), want("old", Priority::normal, 1),
                        want("low", Priority::low, 0), want("urgent", Priority::urgent, 9)}) {
    EXPECT_EQ(line.come(w, kStart).place, Line::Place::waits);
    wants[w.id] = w;
  }
  EXPECT_EQ(line.waiting(), 4U);
  wants["high"] = want("high", Priority::high, 9);
  const auto high = line.come(wants["high"], kStart);
  EXPECT_EQ(high.displaced, "low");
  std::vector<std::string> order;
  for (auto now = kStart; order.size() < 4; now += 10ms)
    if (auto id = line.call(now); !id.empty()) {
      EXPECT_EQ(line.come(wants[id], now).place, Line::Place::taken);
      order.push_back(id);
    }
  EXPECT_EQ(order, (std::vector<std::string>{"urgent", "high", "old", "young"}));
}

// Ten thousand behind ten a second: how often each is sent away is what it costs in commits.
TEST(Line, ABacklogCostsABoundedNumberOfCommitsAndKeepsItsOrder) {
  struct Sent {
    std::string id;
    bool returning;
    MonoPoint since;
  };
  Line line;
  line.set({10, 1s}, 10);
  std::multimap<MonoPoint, Sent> away;
  for (int i = 0; i < 10'000; ++i)
    away.emplace(kStart, Sent{std::to_string(100'000 + i), false, kStart});
  int commits = 0, left = 0;
  std::vector<std::string> started;
  auto ask = [&](const Sent& s, MonoPoint now) {
    auto w = want(s.id, Priority::normal, std::stoi(s.id));
    w.returning = s.returning;
    w.waited = now - s.since;
    w.may_wait = 15min - w.waited;
    const auto answer = line.come(w, now);
    if (answer.place == Line::Place::taken) started.push_back(s.id);
    if (answer.place != Line::Place::sent_away) return;
    ++commits;
    if (answer.until - now >= w.may_wait)
      ++left;
    else
      away.emplace(answer.until, Sent{s.id, true, s.since});
  };
  for (auto now = kStart; now < kStart + 20min; now += 10ms) {
    while (!away.empty() && away.begin()->first <= now) {
      const auto s = away.begin()->second;
      away.erase(away.begin());
      ask(s, now);
    }
    for (auto id = line.call(now); !id.empty(); id = line.call(now)) ask({id, true, kStart}, now);
  }
  EXPECT_TRUE(away.empty());
  EXPECT_EQ(started.size() + static_cast<std::size_t>(left), 10'000U);
  EXPECT_GE(started.size(), 8'900U) << "fifteen minutes of ten a second";
  EXPECT_LE(commits, 11'000);
  EXPECT_TRUE(std::is_sorted(started.begin(), started.end()));
}

TEST(Line, WhoComesLaterDoesNotTakeAPromisedMomentUnlessOfHigherPriority) {
  Line line;
  line.set({1, 1min}, 1);
  EXPECT_EQ(line.come(want("a"), kStart).place, Line::Place::taken);
  const auto b = line.come(want("b"), kStart);
  EXPECT_EQ(b.place, Line::Place::sent_away);
  EXPECT_EQ(b.until, kStart + 1min);
  const auto c = line.come(want("c"), kStart + 59s);
  EXPECT_EQ(c.until, kStart + 2min);
  EXPECT_EQ(line.come(want("urgent", Priority::urgent), kStart + 1min).place, Line::Place::taken);
}

// ------------------------------------------------------------------ quiet hours

struct Quiet {
  const char* zone;
  const char* now;
  const char* end;  ///< nullptr: not quiet
};

TEST(QuietHours, EndInThePersonsOwnMorningAlsoWhenTheClocksChange) {
  const model::QuietHours night{22h, 7h};
  const Quiet cases[] = {
      {"Africa/Douala", "2026-01-10T20:59:59Z", nullptr},
      {"Africa/Douala", "2026-01-10T21:00:00Z", "2026-01-11T06:00:00Z"},
      {"Africa/Douala", "2026-01-11T05:59:59Z", "2026-01-11T06:00:00Z"},
      {"Africa/Douala", "2026-01-11T06:00:00Z", nullptr},
      {"Europe/Paris", "2026-03-28T21:30:00Z", "2026-03-29T05:00:00Z"},  // summer time begins
      {"Europe/Paris", "2026-10-24T20:30:00Z", "2026-10-25T06:00:00Z"},  // and ends
      {"Europe/Paris", "2026-10-25T00:30:00Z", "2026-10-25T06:00:00Z"},
      {"Europe/Paris", "2026-10-25T01:30:00Z", "2026-10-25T06:00:00Z"},  // 2:30 for the second time
      {"America/New_York", "2026-03-08T04:00:00Z", "2026-03-08T11:00:00Z"},
      {"America/New_York", "2026-11-01T03:00:00Z", "2026-11-01T12:00:00Z"},
      {"No/Where", "2026-01-10T23:00:00Z", "2026-01-11T07:00:00Z"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(std::string{c.zone} + " " + c.now);
    const auto end = quiet_until(night, c.zone, utc(c.now));
    ASSERT_EQ(end.has_value(), c.end != nullptr);
    if (end) {
      EXPECT_EQ(*end, utc(c.end)) << base::to_iso8601(*end);
    }
  }
}

TEST(QuietHours, WithinADayAndAtTheChangeItself) {
  EXPECT_EQ(quiet_until({13h, 15h}, "Africa/Douala", utc("2026-01-10T12:30:00Z")),
            utc("2026-01-10T14:00:00Z"));
  EXPECT_FALSE(quiet_until({13h, 15h}, "Africa/Douala", utc("2026-01-10T20:00:00Z")));
  EXPECT_FALSE(quiet_until({}, "Africa/Douala", utc("2026-01-10T20:00:00Z")));
  // 2:30 does not exist on that night: the moment of the change.
  EXPECT_EQ(quiet_until({22h, 2h + 30min}, "Europe/Paris", utc("2026-03-29T00:30:00Z")),
            utc("2026-03-29T01:00:00Z"));
  // 2:30 comes twice.
  EXPECT_EQ(quiet_until({22h, 2h + 30min}, "Europe/Paris", utc("2026-10-25T00:10:00Z")),
            utc("2026-10-25T00:30:00Z"));
  EXPECT_EQ(quiet_until({22h, 2h + 30min}, "Europe/Paris", utc("2026-10-25T01:10:00Z")),
            utc("2026-10-25T01:30:00Z"));
}

// ------------------------------------------------------------------ together

class GatesTest : public ::testing::Test {
 protected:
  GatesTest() {
    GateRules rules;
    rules.channels["whatsapp"].rate = {100, 1s};
    rules.channels["whatsapp"].recipient_rate = {1, 6s};
    rules.quiet_hours = {22h, 7h};
    gates.configure(rules);
  }
  Gates::Want want(const std::string& id, model::UserId user = 1) {
    Gates::Want w;
    w.id = id;
    w.channel = "whatsapp";
    w.user = user;
    w.disturbs = true;
    return w;
  }
  Gates gates;
  Moment day{utc("2026-01-10T12:00:00Z"), kStart}, night{utc("2026-01-10T22:00:00Z"), kStart};
};

TEST_F(GatesTest, QuietHoursHoldOnlyChannelsThatDisturbAndLetUrgentPass) {
  EXPECT_EQ(gates.enter(want("a"), night).reason, Reason::quiet_hours);
  auto w = want("a");
  w.priority = Priority::urgent;
  EXPECT_EQ(gates.enter(w, night).verdict, Gates::Verdict::open);
  w = want("a");
  w.disturbs = false;
  EXPECT_EQ(gates.enter(w, night).verdict, Gates::Verdict::open);
  w = want("a");
  w.time_zone = "America/New_York";
  EXPECT_EQ(gates.enter(w, night).verdict, Gates::Verdict::open) << "17:00 there";
}

TEST_F(GatesTest, APauseHasNoEndAndComesBeforeTheBreaker) {
  gates.trip("whatsapp", kStart);
  EXPECT_EQ(gates.enter(want("a"), day).reason, Reason::breaker_open);
  gates.pause({"whatsapp", "maintenance", "uid:0", day.wall});
  const auto answer = gates.enter(want("a"), day);
  EXPECT_EQ(answer.reason, Reason::paused);
  EXPECT_EQ(answer.until, model::TimePoint::max());
  gates.resume("whatsapp");
  EXPECT_EQ(gates.enter(want("a"), day).verdict, Gates::Verdict::blocked);
}

TEST_F(GatesTest, ARecipientGetsOneAtATimeAndTheOthersGetTheirMomentsInOrder) {
  EXPECT_EQ(gates.take(want("a"), day).verdict, Gates::Verdict::open);
  for (int i = 1; i <= 5; ++i) {
    const auto answer = gates.take(want("b" + std::to_string(i)), day);
    EXPECT_EQ(answer.reason, Reason::recipient_limit);
    EXPECT_EQ(answer.until, day.wall + i * 6s);
  }
  EXPECT_EQ(gates.take(want("other", 2), day).verdict, Gates::Verdict::open);
  auto back = want("b1");
  back.waited_for = Reason::recipient_limit;
  EXPECT_EQ(gates.take(back, {day.wall + 6s, kStart + 6s}).verdict, Gates::Verdict::open);
}

TEST_F(GatesTest, AskingTakesNothing) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(gates.ask(want("a"), day).verdict, Gates::Verdict::open);
  gates.take(want("a"), day);
  const auto answer = gates.ask(want("b"), day);
  EXPECT_EQ(answer.reason, Reason::recipient_limit);
  EXPECT_EQ(answer.until, day.wall + 6s);
  EXPECT_EQ(gates.ask(want("b"), night).reason, Reason::quiet_hours);
}

TEST_F(GatesTest, OutcomesMoveTheBreakerByWhatTheySayAboutTheChannel) {
  const auto tell = [&](OutcomeKind kind, Reason reason = Reason::none) {
    model::Outcome o;
    o.kind = kind;
    o.reason = reason;
    gates.outcome("whatsapp", "x", o, kStart);
  };
  for (int i = 0; i < 4; ++i) tell(OutcomeKind::retry, Reason::network);
  tell(OutcomeKind::rejected, Reason::bad_recipient);
  for (int i = 0; i < 4; ++i) tell(OutcomeKind::unknown, Reason::timeout);
  for (int i = 0; i < 4; ++i) tell(OutcomeKind::retry, Reason::cancelled_attempt);
  for (int i = 0; i < 9; ++i) tell(OutcomeKind::retry, Reason::rate_limited);
  EXPECT_EQ(gates.view("whatsapp", kStart).breaker, Breaker::State::closed);
  tell(OutcomeKind::retry, Reason::network);
  EXPECT_EQ(gates.view("whatsapp", kStart).breaker, Breaker::State::open);
}

}  // namespace
}  // namespace herald::delivery::testing
