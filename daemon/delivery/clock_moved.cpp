// The wall clock was set (R22): what measures a time keeps its length, what names a time of day
// keeps its word.
#include <algorithm>

#include "delivery/machine.hpp"

namespace herald::delivery {

using namespace model;

namespace {

/// Leaves alone what is not set or has no end; stops at the ends of what can be written down.
void move(TimePoint& at, Duration by) {
  if (at == TimePoint{} || at == TimePoint::max()) return;
  int64_t moved = 0;
  const bool over =
      __builtin_add_overflow(at.time_since_epoch().count(), int64_t{by.count()}, &moved);
  if (over) moved = by.count() > 0 ? TimePoint::max().time_since_epoch().count() - 1 : 1;
  at = TimePoint{Duration{std::max<int64_t>(moved, 1)}};
}

}  // namespace

void Machine::on(const event::ClockMoved& e) {
  // Its deadline is the only timer of an attempt.
  for (auto& attempt : p.attempts)
    if (attempt.in_flight) move(attempt.started, e.by);
  if (is_ended(p.state) || waits_for_day(p)) return;
  const bool quiet = p.state == State::trying && p.in_flight() == nullptr &&
                     p.reason == Reason::quiet_hours && p.next_try > now_;
  if (quiet)
    // The time of day stays, so the quiet time becomes longer or shorter, and try_for with it.
    p.quiet = std::max(Duration{0}, p.quiet - e.by);
  else
    move(p.next_try, e.by);
  // What was due at once stays so.
  if (p.reason == Reason::submitted || p.reason == Reason::redriven)
    p.next_try = std::min(p.next_try, now_);
  for (auto* since : {&p.step_started, &p.wait_started, &p.held_since}) move(*since, e.by);
  for (auto& attempt : p.attempts) move(attempt.ask_at, e.by);
  for (auto& attempt : p.attempts)
    // A step may come back to waiting for one of these (R3), counted from its end.
    if (attempt.run == p.run && !attempt.in_flight && !attempt.failed) {
      move(attempt.started, e.by);
      move(attempt.ended, e.by);
    }
  if (!e.expiry) return;
  move(p.expires, e.by);
  p.clock_moved += e.by;
}

bool waits_for_day(const Progress& progress) {
  return progress.state == State::queued && progress.reason == Reason::not_before;
}

}  // namespace herald::delivery
