#pragma once

#include <random>

#include "model/chain.hpp"
#include "model/event.hpp"

namespace herald::model::testing {

/// Random values of the model, for round trips. The same seed, the same values.
class Any {
 public:
  explicit Any(unsigned seed) : random_{seed} {}

  bool flag() { return random_() % 2 == 0; }
  unsigned count() {
    return flag() ? static_cast<unsigned>(random_() % 5) : static_cast<unsigned>(random_());
  }
  int64_t whole() { return static_cast<int64_t>((uint64_t{random_()} << 32) | random_()); }
  Duration duration() { return flag() ? Duration{0} : Duration{whole()}; }
  TimePoint time() { return flag() ? TimePoint{} : TimePoint{Duration{whole()}}; }
  std::string text() {
    static constexpr const char* kTexts[] = {
        "",    "webchat",         "wamid.HBg=", "a \"quoted\" \\ text", "line\nbreak\t\x01\x7f",
        "é👨🔧", "</script>\u2028", "{\"k\":[1]}"};
    return kTexts[random_() % std::size(kTexts)];
  }
  template <class E>
  E named(E last) {
    return static_cast<E>(random_() % (static_cast<unsigned>(last) + 1));
  }
  Reason reason() { return named(Reason::killed_the_daemon); }
  Evidence evidence() { return named(Evidence::answered); }
  Outcome outcome() { return {named(OutcomeKind::unknown), reason(), duration(), text(), text()}; }
  Attempt attempt() {
    Attempt a;
    a.run = count();
    a.round = count();
    a.step = count();
    a.number = count();
    a.channel = text();
    a.reaches_nobody = flag();
    a.in_flight = flag();
    if (flag()) a.outcome = outcome();
    a.evidence = evidence();
    a.failed = flag();
    a.unsure = flag();
    a.reconciling = flag();
    a.asks = count();
    a.ask_at = time();
    a.started = time();
    a.ended = time();
    a.evidence_at = time();
    a.provider_id = text();
    return a;
  }
  Progress progress() {
    Progress p;
    p.id = text();
    p.state = named(State::cancelled);
    p.reason = reason();
    p.run = count();
    p.round = count();
    p.step = count();
    p.due = flag() ? TimePoint::max() : time();
    p.expires = time();
    p.step_started = time();
    p.quiet = duration();
    p.wait_started = time();
    p.held_since = time();
    p.next_try = time();
    p.render_failures = count();
    p.cancel_requested = flag();
    p.expiry_passed = flag();
    p.resend = flag();
    if (flag()) p.parked_failure = outcome();
    if (flag()) p.answer = Answer{text(), text(), text(), time()};
    for (auto n = random_() % 4; n-- > 0;) p.attempts.push_back(attempt());
    for (auto n = random_() % 4; n-- > 0;)
      p.left.push_back({count(), count(), count(), reason(), flag(), text(), time()});
    return p;
  }
  Chain chain() {
    Chain c;
    c.route = text();
    for (auto n = random_() % 4; n-- > 0;) {
      Step s;
      s.channel = text();
      s.until = evidence();
      s.within = duration();
      s.try_for = duration();
      s.attempts = count();
      s.backoff = {duration(), duration()};
      s.timeout = duration();
      s.idempotent = flag();
      s.reaches_nobody = flag();
      s.reconciles = flag();
      c.steps.push_back(s);
    }
    c.rounds = {count(), duration()};
    c.receipts_for = duration();
    c.expires_after = duration();
    return c;
  }
  AttemptRef attempt_ref() { return {count(), count(), count()}; }
  /// One event of every kind.
  std::vector<Event> events() {
    return {event::Due{},
            event::Gated{reason(), time()},
            event::Blocked{reason(), flag(), text()},
            event::RenderFailed{text()},
            event::Completed{attempt_ref(), outcome()},
            event::Lost{attempt_ref(), reason()},
            event::Reconciled{attempt_ref(), outcome()},
            event::Receipt{attempt_ref(), named(ReceiptKind::failed), outcome(), time(), text()},
            event::Answered{attempt_ref(), text(), text(), text()},
            event::Cancel{text()},
            event::Redrive{text(), time(), flag()},
            event::ClockMoved{time() - time(), flag()}};
  }

 private:
  std::mt19937 random_;
};

/// What must be refused, made from a text that is read: cut short, longer, another type, another
/// member.
template <class Read>
void expect_only_whole(const std::string& text, Read read) {
  ASSERT_TRUE(read(text)) << text;
  for (std::size_t n = 0; n < text.size(); ++n)
    EXPECT_FALSE(read(text.substr(0, n))) << text.substr(0, n);
  EXPECT_FALSE(read(text + "x"));
  EXPECT_FALSE(read("[" + text + "]"));
  auto more = text;
  more.insert(1, text == "{}" ? "\"zz\":1" : "\"zz\":1,");
  EXPECT_FALSE(read(more)) << "a member nobody knows: " << more;
  for (const auto* other : {"null", "1", "\"x\"", "[]", "{}"}) EXPECT_FALSE(read(other)) << other;
}

}  // namespace herald::model::testing
