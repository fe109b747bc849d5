// model: the plain values everything else speaks of. Copyable, comparable, no behaviour beyond
// naming and (de)serialising. Used on every thread; nothing here is shared mutable state. Never
// does I/O, never asks for the time, knows no room above base.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace herald::model {

using base::Duration;
using base::TimePoint;

/// Internal user id: a positive integer below 2^53; 0 is "none".
using UserId = int64_t;

/// One address of a person: kind `user` (internal id, decimal), `phone` (E.164 with plus),
/// `whatsapp.user_id`, `email`.
struct Identity {
  std::string kind, value;
  friend bool operator==(const Identity&, const Identity&) = default;
};

enum class Priority : uint8_t { low, normal, high, urgent };

/// State of a notification (design: state machine). The last five are endings.
enum class State : uint8_t {
  queued,   ///< due later: not_before or the next round; or not yet claimed
  trying,   ///< current step: attempt in flight, or next try due
  waiting,  ///< current step accepted or unknown; the evidence timer runs
  holding,  ///< `until: accepted` met; watching receipts
  delivered,
  unconfirmed,
  undelivered,
  expired,
  cancelled
};
constexpr bool is_ended(State s) { return s >= State::delivered; }

/// How far we know it got; ordered.
enum class Evidence : uint8_t { none, accepted, delivered, read, answered };
constexpr uint32_t evidence_bit(Evidence e) { return 1U << static_cast<unsigned>(e); }

/// What a plugin answers for an attempt.
enum class OutcomeKind : uint8_t { delivered, accepted, retry, rejected, channel_down, unknown };

/// Later news about an attempt.
enum class ReceiptKind : uint8_t { sent, delivered, read, answered, failed };
/// The evidence that a receipt gives; none for failed.
Evidence evidence_of(ReceiptKind kind);

/// Why something happened: bounded, shown to people, the label of a metric.
enum class Reason : uint8_t {
  none,
  // of an attempt, as the plugin says it
  network,
  timeout,
  auth,
  rate_limited,
  bad_recipient,
  bad_content,
  too_large,
  provider,
  cancelled_attempt,
  internal,
  // of a step or an ending, as the daemon says it
  submitted,
  not_before,
  next_try,
  attempt_started,
  wanted_evidence,
  evidence_arrived,
  no_evidence_in_time,
  not_accepted_in_time,
  retries_spent,
  attempt_lost,
  no_completion_in_time,
  no_address,
  quarantined,
  opted_out,
  breaker_open,
  channel_removed,
  channel_disabled,
  render_failed,
  evicted,
  paused,
  quiet_hours,
  quiet_past_expiry,
  recipient_limit,
  recipient_busy,
  channel_limit,
  already_sent,
  reaches_nobody,
  chain_exhausted,
  next_round,
  receipts_over,
  failed_after_accept,
  expiry,
  cancelled,
  redriven,
  answered_elsewhere,
  invalid,
  // New ones go to the end: the store keeps numbers.
  killed_the_daemon
};

std::string_view to_string(Priority);
std::string_view to_string(State);
std::string_view to_string(Evidence);
std::string_view to_string(OutcomeKind);
std::string_view to_string(ReceiptKind);
std::string_view to_string(Reason);
std::optional<Priority> priority_from(std::string_view);
std::optional<State> state_from(std::string_view);
std::optional<Evidence> evidence_from(std::string_view);
std::optional<OutcomeKind> outcome_kind_from(std::string_view);
std::optional<ReceiptKind> receipt_kind_from(std::string_view);
std::optional<Reason> reason_from(std::string_view);

/// What a plugin answered for an attempt, or what Herald put in its place (lost, timed out).
struct Outcome {
  OutcomeKind kind = OutcomeKind::unknown;
  Reason reason = Reason::none;
  Duration retry_after{0};  ///< 0: the step's own backoff
  std::string provider_id;  ///< joins later receipts; may be empty
  std::string detail;       ///< for people; no secret, at most 500 bytes
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

/// An action a person can choose: `text` is what typing it means.
struct Action {
  std::string id, label, text;
  friend bool operator==(const Action&, const Action&) = default;
};

}  // namespace herald::model
