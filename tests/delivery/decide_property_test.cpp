// What must hold for every sequence of events over every chain; the seed of a failing sequence is
// printed.
#include <map>
#include <random>

#include "kept.hpp"
#include "play.hpp"

namespace herald::delivery::testing {
namespace {

using K = OutcomeKind;
using R = ReceiptKind;

class Dice {
 public:
  explicit Dice(unsigned seed) : random_{seed} {}
  unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }
  bool one_in(unsigned n) { return below(n) == 0; }
  template <class T>
  T any(std::initializer_list<T> values) {
    return *(values.begin() + below(static_cast<unsigned>(values.size())));
  }

 private:
  std::mt19937 random_;
};

Chain any_chain(Dice& dice) {
  Chain c = chain_of({});
  const auto count = dice.below(4) + (dice.one_in(50) ? 0 : 1);
  for (unsigned i = 0; i < count; ++i) {
    if (dice.one_in(5)) {
      c.steps.push_back(nobody("log"));
      continue;
    }
    auto s = step(
        dice.any({"webchat", "whatsapp", "sms", "mail"}),
        dice.any({Evidence::accepted, Evidence::delivered, Evidence::read, Evidence::answered}));
    s.attempts = 1 + dice.below(3);
    s.idempotent = dice.one_in(3);
    s.reconciles = dice.one_in(3);
    s.try_for = dice.any<Duration>({30s, 15min});
    s.backoff = {dice.any<Duration>({1s, 1min}), 5min};
    c.steps.push_back(s);
  }
  c.rounds.count = 1 + dice.below(3);
  c.receipts_for = dice.any<Duration>({1h, 48h});
  c.expires_after = dice.any<Duration>({2min, 1h, 24h});
  return c;
}

Outcome any_outcome(Dice& dice) {
  return outcome(
      dice.any({K::delivered, K::accepted, K::retry, K::rejected, K::channel_down, K::unknown}),
      dice.any({Reason::none, Reason::network, Reason::timeout, Reason::bad_recipient}),
      dice.any<Duration>({0s, 0s, 10s, 20min, Duration::max()}));
}

AttemptRef any_attempt(Dice& dice, const Progress& p) {
  if (p.attempts.empty() || dice.one_in(20))
    return {1 + dice.below(3), dice.below(5), 1 + dice.below(3)};
  return ref(p.attempts[dice.below(static_cast<unsigned>(p.attempts.size()))]);
}

Event any_event(Dice& dice, Play& play) {
  const auto* flying = play.p.in_flight();
  switch (dice.below(flying != nullptr ? 12 : 20)) {
    case 0:
      return event::Receipt{any_attempt(dice, play.p),
                            dice.any({R::sent, R::delivered, R::read, R::answered, R::failed}),
                            any_outcome(dice),
                            {},
                            dice.one_in(2) ? "wamid.1" : ""};
    case 1:
      return event::Completed{any_attempt(dice, play.p), any_outcome(dice)};
    case 2:
      return event::Reconciled{any_attempt(dice, play.p), any_outcome(dice)};
    case 3:
      if (dice.one_in(6)) return event::Cancel{"uid:0"};
      break;
    case 4:
      if (dice.one_in(2)) return event::Redrive{"uid:0", play.now + 1h, dice.one_in(2)};
      break;
    case 5:
      return event::Gated{dice.any({Reason::quiet_hours, Reason::rate_limited, Reason::paused}),
                          dice.one_in(5) ? TimePoint::max()
                                         : play.now + dice.any<Duration>({0s, 1s, 1min, 8h, 72h})};
    case 6:
      return event::Blocked{dice.any({Reason::no_address, Reason::breaker_open,
                                      Reason::channel_removed, Reason::evicted}),
                            dice.one_in(2),
                            {}};
    case 7:
      return event::RenderFailed{"why"};
    case 8:
      if (dice.one_in(3))
        return event::Answered{any_attempt(dice, play.p), dice.one_in(2) ? "yes" : "no", "webchat",
                               "s" + std::to_string(dice.below(3))};
      break;
    default:
      break;
  }
  if (flying != nullptr && dice.one_in(8)) return event::Lost{ref(*flying), Reason::attempt_lost};
  if (flying != nullptr && !dice.one_in(8))
    return event::Completed{ref(*flying), any_outcome(dice)};
  return event::Due{};
}

void check(const Progress& before, const Play& play, bool redrive) {
  const auto& p = play.p;
  EXPECT_TRUE(may_follow(before.state, p.state, redrive))
      << to_string(before.state) << " -> " << to_string(p.state);
  if (!is_ended(p.state)) {
    EXPECT_LT(p.due, TimePoint::max());
  }
  ASSERT_GE(p.attempts.size(), before.attempts.size());
  for (std::size_t i = 0; i < before.attempts.size(); ++i) {
    EXPECT_GE(p.attempts[i].evidence, before.attempts[i].evidence);
    EXPECT_EQ(ref(p.attempts[i]), ref(before.attempts[i]));
    EXPECT_LE(p.attempts[i].in_flight, before.attempts[i].in_flight);
  }
  EXPECT_LE(std::count_if(p.attempts.begin(), p.attempts.end(),
                          [](const Attempt& a) { return a.in_flight; }),
            1);
  if (p.state == State::delivered) {
    EXPECT_GE(p.best_evidence(), Evidence::delivered);
  }
  if (p.state == State::undelivered || p.state == State::unconfirmed || p.state == State::expired) {
    EXPECT_LT(p.best_evidence(), Evidence::delivered);
  }
  if (p.state == State::unconfirmed) {
    EXPECT_EQ(p.best_evidence(), Evidence::accepted);
  }
  for (const auto& e : play.effects) {
    const auto* start = std::get_if<effect::Start>(&e);
    if (start == nullptr) continue;
    EXPECT_EQ(ref(p.attempts.back()), start->attempt);
    EXPECT_LT(play.now, p.expires);
    EXPECT_EQ(sent_already(before, p, play.chain.steps[p.step]), nullptr) << "R7";
  }
}

/// What the store does between two events.
void expect_survives_storage(const Progress& p) {
  const auto again = progress_from_json(to_json_text(p));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, p);
}

struct Told {
  Event event;
  TimePoint at;
  Chain chain;
};

void one_life(unsigned seed, std::map<State, unsigned>& seen) {
  Dice dice{seed};
  Play play{any_chain(dice)};
  if (dice.one_in(4))
    play.p = first_progress("n1", kStart, kStart + 10min, kStart + play.chain.expires_after);
  const auto first = play.p;
  std::vector<Told> told;
  const auto tell = [&](const Event& e) {
    const auto before = play.p;
    const bool redrive = std::holds_alternative<event::Redrive>(e);
    if (redrive && before.state == State::undelivered && dice.one_in(2))
      play.chain = any_chain(dice);
    ASSERT_NO_THROW(play.give(e)) << name(e) << " in " << to_string(before.state);
    told.push_back({e, play.now, play.chain});
    check(before, play, redrive);
  };
  for (unsigned i = 0; i < 25 && !::testing::Test::HasFailure(); ++i) {
    if (dice.one_in(2) && play.p.due != TimePoint::max())
      play.now = std::max(play.now, play.p.due);
    else if (dice.one_in(2))
      play.after(dice.any<Duration>({0s, 1s, 1min, 20min}));
    if (dice.one_in(20)) {
      const auto by = dice.any<Duration>({1h, -1h, 24h, -24h, 100'000h});
      play.now = std::max(play.now + by, kStart - 48h);
      tell(event::ClockMoved{by, dice.one_in(2)});
    }
    tell(any_event(dice, play));
    if (i % 8 == 0) expect_survives_storage(play.p);
  }
  // Left alone, with nothing but its own due times, every notification ends.
  for (unsigned i = 0; play.p.due != TimePoint::max() && !::testing::Test::HasFailure(); ++i) {
    ASSERT_LT(i, 300U) << "does not end";
    play.now = std::max(play.now, play.p.due);
    ASSERT_NE(what_is_due(play.p, play.chain, play.now), Next::nothing)
        << "due, but nothing happens: " << to_json_text(play.p);
    tell(event::Due{});
  }
  expect_survives_storage(play.p);
  EXPECT_TRUE(is_ended(play.p.state));
  EXPECT_EQ(play.p.in_flight(), nullptr);
  EXPECT_FALSE(play.ending().empty());
  ++seen[play.p.state];

  auto replayed = first;
  for (const auto& t : told) {
    const auto e = event_from_json(to_json_text(t.event));
    ASSERT_TRUE(e) << e.error().message;
    replayed = decide(replayed, *e, t.chain, t.at).next;
  }
  EXPECT_EQ(to_json_text(replayed), to_json_text(play.p));
}

/// Twenty thousand lives, in four parts so that they run side by side.
class DecideProperty : public ::testing::TestWithParam<unsigned> {};

TEST_P(DecideProperty, FiveThousandLives) {
  std::map<State, unsigned> seen;
  for (unsigned i = 1; i <= 5'000; ++i) {
    const auto seed = GetParam() * 5'000 + i;
    SCOPED_TRACE("seed " + std::to_string(seed));
    one_life(seed, seen);
    if (HasFailure()) return;
  }
  for (const auto state :
       {State::delivered, State::unconfirmed, State::undelivered, State::expired, State::cancelled})
    EXPECT_GT(seen[state], 50U) << to_string(state);
}

INSTANTIATE_TEST_SUITE_P(Seeds, DecideProperty, ::testing::Range(0U, 4U));

}  // namespace
}  // namespace herald::delivery::testing
