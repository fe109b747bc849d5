#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "delivery/decide.hpp"

namespace herald::delivery::testing {

using namespace model;
using namespace std::chrono_literals;

inline constexpr TimePoint kStart{Duration{1'752'487'200'000'000}};

inline Step step(std::string channel, Evidence until = Evidence::delivered) {
  Step s;
  s.channel = std::move(channel);
  s.until = until;
  if (until == Evidence::accepted) s.within = 0s;
  return s;
}
inline Step nobody(std::string channel) {
  auto s = step(std::move(channel), Evidence::accepted);
  s.reaches_nobody = true;
  s.idempotent = true;
  return s;
}
inline Chain chain_of(std::vector<Step> steps) {
  Chain c;
  c.route = "test";
  c.steps = std::move(steps);
  return c;
}
inline Outcome outcome(OutcomeKind kind, Reason reason = Reason::none, Duration after = {}) {
  return {kind, reason, after, {}, {}};
}

/// One notification on its way, with a clock that is moved by hand.
struct Play {
  Chain chain;
  TimePoint now = kStart;
  Progress p;
  std::vector<Effect> effects;  ///< of the latest event

  explicit Play(Chain c) : chain{std::move(c)} {
    p = first_progress("n1", now, now, later(chain.expires_after));
  }
  TimePoint later(Duration d) const { return now + d; }

  Play& give(const Event& e) {
    auto d = decide(p, e, chain, now);
    p = std::move(d.next);
    effects = std::move(d.effects);
    return *this;
  }
  Play& after(Duration d) {
    now += d;
    return *this;
  }
  /// The clock goes to the due time, and the event comes.
  Play& due() {
    if (p.due != TimePoint::max()) now = std::max(now, p.due);
    return give(event::Due{});
  }
  /// Due until an attempt starts, at most a few times.
  Play& start() {
    for (int i = 0; i < 5 && !has<effect::Start>(); ++i) due();
    EXPECT_TRUE(has<effect::Start>()) << "no attempt started";
    return *this;
  }
  AttemptRef last() const { return p.attempts.empty() ? AttemptRef{} : ref(p.attempts.back()); }
  const Attempt& attempt(unsigned index) const { return p.attempts.at(index); }
  Play& complete(const Outcome& o) { return give(event::Completed{last(), o}); }
  Play& complete(OutcomeKind kind, Reason reason = Reason::none, Duration after = {}) {
    return complete(outcome(kind, reason, after));
  }
  Play& receipt(const AttemptRef& to, ReceiptKind kind, Outcome o = {}) {
    return give(event::Receipt{to, kind, std::move(o), {}, {}});
  }
  Play& receipt(ReceiptKind kind, Outcome o = {}) { return receipt(last(), kind, std::move(o)); }

  template <class E>
  bool has() const {
    return std::any_of(effects.begin(), effects.end(),
                       [](const Effect& e) { return std::holds_alternative<E>(e); });
  }
  Reason left(unsigned step_index) const {
    for (auto i = p.left.rbegin(); i != p.left.rend(); ++i)
      if (i->run == p.run && i->step == step_index) return i->reason;
    return Reason::none;
  }
  std::string ending() const { return ending_text(p, chain); }
};

/// "trying* 1" (* in flight), "later 1", "waiting 0", "queued r2", "delivered" ..., then the
/// effects: " +cancel" and so on.
inline std::string picture(const Play& play) {
  const auto& p = play.p;
  const bool flying = p.in_flight() != nullptr;
  std::string out = p.state == State::trying && !flying ? "later" : std::string{to_string(p.state)};
  if (flying) out += "*";
  if (p.state == State::queued)
    out += " r" + std::to_string(p.round);
  else if (!is_ended(p.state))
    out += " " + std::to_string(p.step);
  static constexpr const char* kNames[] = {" +start",   " +cancel",   " +reconcile",
                                           " +breaker", " +withdraw", " +refused"};
  for (const auto& e : play.effects) out += kNames[e.index()];
  return out;
}

}  // namespace herald::delivery::testing
