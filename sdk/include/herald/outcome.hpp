// outcome.hpp - what became of a delivery.
#pragma once

#include <herald/values.hpp>

#pragma GCC visibility push(hidden)
namespace herald::inline v1 {

struct Outcome {
  herald_result result = HERALD_UNKNOWN;
  herald_reason reason = HERALD_REASON_NONE;
  uint32_t retry_after_ms = 0;
  std::string provider_id{}, detail{};
  Fields output{};  // rendering only

  /// It arrived; no receipt will follow.
  static Outcome delivered(std::string provider_id = {}) {
    return {HERALD_DELIVERED, HERALD_REASON_NONE, 0, std::move(provider_id), {}, {}};
  }
  /// The provider has it; receipts join by provider_id.
  static Outcome accepted(std::string provider_id = {}) {
    return {HERALD_ACCEPTED, HERALD_REASON_NONE, 0, std::move(provider_id), {}, {}};
  }
  /// Transient, and certainly not sent.
  static Outcome retry(herald_reason reason, std::string detail, uint32_t after_ms = 0) {
    return {HERALD_RETRY, reason, after_ms, {}, std::move(detail), {}};
  }
  /// Never on this channel.
  static Outcome rejected(herald_reason reason, std::string detail) {
    return {HERALD_REJECTED, reason, 0, {}, std::move(detail), {}};
  }
  /// Not about this message: the provider or the account is out of order.
  static Outcome channel_down(herald_reason reason, std::string detail, uint32_t after_ms = 0) {
    return {HERALD_CHANNEL_DOWN, reason, after_ms, {}, std::move(detail), {}};
  }
  /// It left and no answer came: may have arrived.
  static Outcome unknown(std::string detail, herald_reason reason = HERALD_REASON_TIMEOUT) {
    return {HERALD_UNKNOWN, reason, 0, {}, std::move(detail), {}};
  }
};

}  // namespace herald::inline v1
#pragma GCC visibility pop
