#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/types.hpp"

namespace herald::model {

/// One try of one step. Named for ever by (notification, run, step, number).
struct Attempt {
  unsigned run = 1, round = 1, step = 0;
  unsigned number = 1;  ///< counts over all rounds of this run and step, from 1
  std::string
      channel;  ///< of the step when it was started: a redrive may replace the chain (R7, R20)
  bool reaches_nobody = false;  ///< of the step when it was started (R10)
  bool in_flight = true;
  bool inbox = false;  ///< its outcome was recorded together with an inbox item: the person's
                       ///< evidence is for it
  Outcome outcome{};   ///< meaningful once not in flight
  Evidence evidence = Evidence::none;  ///< best so far; only rises (R1)
  bool failed =
      false;  ///< a failed receipt acted on it, or its outcome says it certainly did not arrive
  bool unsure = false;  ///< it ended without a word (unknown, lost): it may have arrived. Later
                        ///< evidence leaves it; `failed` overrules it
  bool reconciling = false;  ///< the channel is being asked what became of it (R6)
  unsigned asks = 0;         ///< questions put so far, answered or not
  TimePoint ask_at{};        ///< reconciling: when the next question is due
  TimePoint started{}, ended{}, evidence_at{};
  std::string provider_id;
  friend bool operator==(const Attempt&, const Attempt&) = default;
};

/// `<notification id>.<run>.<step>.<number>`: 1 to 64 characters of [0-9a-z.], may be shown to a
/// provider.
std::string attempt_id(std::string_view notification, const Attempt& attempt);
struct AttemptName {
  std::string notification;
  unsigned run = 0, step = 0, number = 0;
};
/// The parts of an attempt id; nothing when it has not that form.
std::optional<AttemptName> parse_attempt_id(std::string_view id);

/// Why a step was left, and whether that can heal by itself (then rounds may try it again, R9).
struct StepLeft {
  unsigned run = 1, round = 1, step = 0;
  Reason reason = Reason::none;
  bool transient = false;
  std::string detail;
  TimePoint at{};
  friend bool operator==(const StepLeft&, const StepLeft&) = default;
};

/// What the person chose, on whichever channel: the first valid answer, for good.
struct Answer {
  std::string action;   ///< id of one of the question's actions
  std::string channel;  ///< on which it came
  std::string said;     ///< names what was said, so that the same again is known
  TimePoint at{};
  friend bool operator==(const Answer&, const Answer&) = default;
};

/// Everything the state machine knows of one notification. `decide()` maps it to the next one; it
/// is stored as one value.
struct Progress {
  std::string id;  ///< the notification's; also the seed of jitter (R21)
  State state = State::queued;
  Reason reason = Reason::submitted;  ///< of the latest change of state
  unsigned run = 1, round = 1, step = 0;
  TimePoint due{};  ///< when the next `due` event is wanted; TimePoint::max() when ended for good
  TimePoint expires{};
  TimePoint step_started{};  ///< try_for counts from here (R5)
  Duration quiet{0};  ///< time spent in quiet hours in this step: does not count against try_for
  TimePoint
      wait_started{};  ///< first accepted, delivered or unknown of the step (R4); epoch: not yet
  TimePoint held_since{};   ///< holding: receipts_for counts from here (R9)
  TimePoint next_try{};     ///< trying and nothing in flight: when the next attempt may start
  Duration clock_moved{0};  ///< how far the expiry of this run followed a clock that was set (R22)
  unsigned render_failures = 0;   ///< of the current step (R15)
  bool cancel_requested = false;  ///< waits for the in-flight attempt (R12)
  bool expiry_passed = false;     ///< waits for the in-flight attempt (R11)
  bool resend =
      false;  ///< this run was redriven with --resend: attempts of earlier runs do not count for R7
  std::optional<Outcome>
      parked_failure;            ///< failed receipt of the attempt in flight, kept until complete()
  std::optional<Answer> answer;  ///< set once, never changed
  std::vector<Attempt> attempts;  ///< all runs, in order of start
  std::vector<StepLeft> left;     ///< all runs, in order
  friend bool operator==(const Progress&, const Progress&) = default;

  /// The attempt in flight, if any.
  const Attempt* in_flight() const;
  Attempt* in_flight();
  /// The best evidence over all attempts on channels that reach somebody (R10).
  Evidence best_evidence() const;
};

/// Compact JSON; from_json refuses what to_json cannot have written.
std::string to_json_text(const Progress& progress);
base::Result<Progress> progress_from_json(std::string_view text);

}  // namespace herald::model
