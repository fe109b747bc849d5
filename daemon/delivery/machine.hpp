#pragma once

#include <string>
#include <vector>

#include "delivery/decide.hpp"

namespace herald::delivery {

/// One call of decide(): the progress being changed, and what every transition needs. Private to
/// this folder. The members are in the file named above them; R1-R21 are the rules of
/// docs/explanation/state-machine.md.
class Machine {
 public:
  Machine(const model::Progress& progress, const model::Chain& chain, model::TimePoint now)
      : p{progress}, chain_{chain}, now_{now} {}

  model::Progress p;
  std::vector<model::Effect> effects;

  // timers.cpp: what the clock and the gates do
  void on(const model::event::Due&);
  void on(const model::event::Gated&);
  void on(const model::event::Blocked&);
  void on(const model::event::RenderFailed&);
  void refresh_due();

  // outcomes.cpp: what the attempt in flight gives
  void on(const model::event::Completed&);
  void on(const model::event::Lost&);

  // receipts.cpp: later news
  void on(const model::event::Receipt&);
  void on(const model::event::Answered&);

  // reconciling.cpp: asking what became of an attempt (R6)
  void on(const model::event::Reconciled&);
  /// Asks again when an answer is overdue or its pause is over; gives up after the last question.
  void ask_again();
  /// When the next question is due; TimePoint::max() when there is none.
  model::TimePoint next_question() const;

  // moves.cpp: orders from people
  void on(const model::event::Cancel&);
  void on(const model::event::Redrive&);

  // clock_moved.cpp
  void on(const model::event::ClockMoved&);

 private:
  // machine.cpp: questions
  const model::Step* step() const {
    return p.step < chain_.steps.size() ? &chain_.steps[p.step] : nullptr;
  }
  /// The step an attempt was made for; nullptr for one of an earlier run, whose chain is gone.
  const model::Step* step_of(const model::Attempt& attempt) const;
  model::Evidence until_of(const model::Attempt& attempt) const;
  model::Attempt* find(const model::AttemptRef& ref);
  unsigned tries_in_round(unsigned step) const;
  /// The latest attempt of the current step: the only one whose failure acts (R2).
  bool is_latest(const model::Attempt& attempt) const;
  /// The attempt in flight is the one the state `trying` waits for.
  bool own_in_flight() const;
  /// Only the end of the attempt in flight is awaited: cancelled or expired meanwhile.
  bool stopping() const { return p.cancel_requested || p.expiry_passed; }
  /// R7: the channel of that step already has it, or may have it.
  bool already_sent(unsigned step) const;
  /// The try of that step in this round that has arrived, or may have: it is waited for, not
  /// repeated. nullptr: none.
  const model::Attempt* live_try(unsigned step) const;
  bool left_in_round(unsigned step) const;
  /// R9: later rounds go without it.
  bool barred(unsigned step) const;
  bool another_round_possible() const;
  model::TimePoint try_end() const;
  model::TimePoint wait_end() const;
  uint64_t jitter(unsigned number) const;

  // timers.cpp
  void start();
  /// Brings a queued notification to its step; false when that step may not start and another was
  /// chosen.
  bool ready_at_step();
  bool can_be_gated();
  /// The gate that holds the step has opened earlier than it said.
  void lift(model::Reason gate);
  /// try_for counts from here when nobody has looked at the step yet: a daemon that was down or
  /// busy costs no step its first try. True when that was so.
  bool take_up();

  // outcomes.cpp
  void settle(model::Attempt& attempt, const model::Outcome& outcome, bool certain);
  void act(model::Attempt& attempt, const model::Outcome& outcome);
  /// The current step failed for sure with this outcome: retry, or leave.
  void fail(const model::Outcome& outcome);
  /// Tries the step again; false when its tries or its time are spent (then nothing was changed).
  enum class Again { yes, spent, too_late };
  Again try_again(model::Duration after);
  void accepted(model::Attempt& attempt);
  void unknown(model::Attempt& attempt);

  // reconciling.cpp
  void ask(model::Attempt& attempt);

  // receipts.cpp
  void late(model::Attempt& attempt, const model::Outcome& outcome);
  /// What an outcome says, as a receipt would.
  void news(model::Attempt& attempt, const model::Outcome& outcome);
  void evidence(model::Attempt& attempt, model::Evidence level);
  void failed(model::Attempt& attempt, const model::Outcome& outcome);

  // moves.cpp
  void wait();
  void hold(const model::Attempt& attempt);
  void leave(model::Reason reason, bool transient, std::string detail = {});
  void enter(unsigned step, model::Reason reason);
  /// Enters a step that was interrupted while it waited for this attempt.
  void resume(const model::Attempt& attempt, model::Reason reason);
  void advance(model::Reason reason);
  void exhausted(model::Reason reason);
  void end(model::State state, model::Reason reason);
  void end_by_expiry();
  /// Ends what stopping() waited for.
  void stopped();
  void cancel_others(const model::Attempt* keep);

  const model::Chain& chain_;
  const model::TimePoint now_;
};

/// `at + d`, at most TimePoint::max(); a negative `d` counts as zero.
model::TimePoint later(model::TimePoint at, model::Duration d);

}  // namespace herald::delivery
