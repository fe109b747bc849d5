#include "model/types.hpp"

#include <array>
#include <cstddef>

namespace herald::model {
namespace {

template <class E, std::size_t N>
std::optional<E> find(const std::array<std::string_view, N>& names, std::string_view name) {
  for (std::size_t i = 0; i < N; ++i)
    if (names[i] == name) return static_cast<E>(i);
  return std::nullopt;
}
template <class E, std::size_t N>
std::string_view name_of(const std::array<std::string_view, N>& names, E value) {
  const auto i = static_cast<std::size_t>(value);
  return i < N ? names[i] : std::string_view{"invalid"};
}

constexpr std::array<std::string_view, 4> kPriorities{"low", "normal", "high", "urgent"};
constexpr std::array<std::string_view, 9> kStates{"queued",      "trying",    "waiting",
                                                  "holding",     "delivered", "unconfirmed",
                                                  "undelivered", "expired",   "cancelled"};
constexpr std::array<std::string_view, 5> kEvidence{"none", "accepted", "delivered", "read",
                                                    "answered"};
constexpr std::array<std::string_view, 6> kOutcomes{"delivered", "accepted",     "retry",
                                                    "rejected",  "channel_down", "unknown"};
constexpr std::array<std::string_view, 5> kReceipts{"sent", "delivered", "read", "answered",
                                                    "failed"};
constexpr std::array<std::string_view, 48> kReasons{"none",
                                                    "network",
                                                    "timeout",
                                                    "auth",
                                                    "rate_limited",
                                                    "bad_recipient",
                                                    "bad_content",
                                                    "too_large",
                                                    "provider",
                                                    "cancelled_attempt",
                                                    "internal",
                                                    "submitted",
                                                    "not_before",
                                                    "next_try",
                                                    "attempt_started",
                                                    "wanted_evidence",
                                                    "evidence_arrived",
                                                    "no_evidence_in_time",
                                                    "not_accepted_in_time",
                                                    "retries_spent",
                                                    "attempt_lost",
                                                    "no_completion_in_time",
                                                    "no_address",
                                                    "quarantined",
                                                    "opted_out",
                                                    "breaker_open",
                                                    "channel_removed",
                                                    "channel_disabled",
                                                    "render_failed",
                                                    "evicted",
                                                    "paused",
                                                    "quiet_hours",
                                                    "quiet_past_expiry",
                                                    "recipient_limit",
                                                    "recipient_busy",
                                                    "channel_limit",
                                                    "already_sent",
                                                    "reaches_nobody",
                                                    "chain_exhausted",
                                                    "next_round",
                                                    "receipts_over",
                                                    "failed_after_accept",
                                                    "expiry",
                                                    "cancelled",
                                                    "redriven",
                                                    "answered_elsewhere",
                                                    "invalid",
                                                    "killed_the_daemon"};

}  // namespace

Evidence evidence_of(ReceiptKind kind) {
  switch (kind) {
    case ReceiptKind::sent:
      return Evidence::accepted;
    case ReceiptKind::delivered:
      return Evidence::delivered;
    case ReceiptKind::read:
      return Evidence::read;
    case ReceiptKind::answered:
      return Evidence::answered;
    case ReceiptKind::failed:
      return Evidence::none;
  }
  return Evidence::none;
}

std::string_view to_string(Priority v) { return name_of(kPriorities, v); }
std::string_view to_string(State v) { return name_of(kStates, v); }
std::string_view to_string(Evidence v) { return name_of(kEvidence, v); }
std::string_view to_string(OutcomeKind v) { return name_of(kOutcomes, v); }
std::string_view to_string(ReceiptKind v) { return name_of(kReceipts, v); }
std::string_view to_string(Reason v) { return name_of(kReasons, v); }
std::optional<Priority> priority_from(std::string_view s) { return find<Priority>(kPriorities, s); }
std::optional<State> state_from(std::string_view s) { return find<State>(kStates, s); }
std::optional<Evidence> evidence_from(std::string_view s) { return find<Evidence>(kEvidence, s); }
std::optional<OutcomeKind> outcome_kind_from(std::string_view s) {
  return find<OutcomeKind>(kOutcomes, s);
}
std::optional<ReceiptKind> receipt_kind_from(std::string_view s) {
  return find<ReceiptKind>(kReceipts, s);
}
std::optional<Reason> reason_from(std::string_view s) { return find<Reason>(kReasons, s); }

}  // namespace herald::model
