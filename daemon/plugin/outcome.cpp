#include "plugin/outcome.hpp"

#include "plugin/text.hpp"

namespace herald::plugin {

using base::Code;
using model::OutcomeKind;
using model::Reason;

namespace {

constexpr std::size_t kMaxProviderId = 256, kMaxDetail = 500, kMaxOutputs = 32;
// Longer waits than any chain lives are a mistake of the plugin; a day is what a provider may ask
// for.
constexpr uint32_t kMaxRetryAfter = 24U * 3600 * 1000;

std::optional<OutcomeKind> kind_of(uint32_t result) {
  switch (result) {
    case HERALD_DELIVERED:
      return OutcomeKind::delivered;
    case HERALD_ACCEPTED:
      return OutcomeKind::accepted;
    case HERALD_RETRY:
      return OutcomeKind::retry;
    case HERALD_REJECTED:
      return OutcomeKind::rejected;
    case HERALD_CHANNEL_DOWN:
      return OutcomeKind::channel_down;
    case HERALD_UNKNOWN:
      return OutcomeKind::unknown;
    default:
      return std::nullopt;
  }
}

std::optional<Reason> reason_of(uint32_t reason) {
  switch (reason) {
    case HERALD_REASON_NONE:
      return Reason::none;
    case HERALD_REASON_NETWORK:
      return Reason::network;
    case HERALD_REASON_TIMEOUT:
      return Reason::timeout;
    case HERALD_REASON_AUTH:
      return Reason::auth;
    case HERALD_REASON_RATE_LIMITED:
      return Reason::rate_limited;
    case HERALD_REASON_BAD_RECIPIENT:
      return Reason::bad_recipient;
    case HERALD_REASON_BAD_CONTENT:
      return Reason::bad_content;
    case HERALD_REASON_TOO_LARGE:
      return Reason::too_large;
    case HERALD_REASON_PROVIDER:
    case HERALD_REASON_CONFIGURATION:
      return Reason::provider;
    case HERALD_REASON_CANCELLED:
      return Reason::cancelled_attempt;
    case HERALD_REASON_INTERNAL:
      return Reason::internal;
    case HERALD_REASON_OPTED_OUT:
      return Reason::opted_out;
    default:
      return std::nullopt;
  }
}

void read_provider_id(herald_str from, std::string& to, std::string& complaint) {
  if (auto id = text_of(from, kMaxProviderId))
    to = std::move(*id);
  else
    complaint = "a provider_id over 256 bytes or not UTF-8, dropped";
}

}  // namespace

base::Result<Ended> read_outcome(const herald_outcome* raw, const Op& op, std::string& complaint) {
  if (raw == nullptr || !HERALD_HAS(raw, output))
    return base::fail(Code::invalid, "an outcome that is missing or too small");
  const auto kind = kind_of(raw->result);
  if (!kind)
    return base::fail(Code::invalid,
                      "result " + std::to_string(raw->result) + ", which does not exist");
  Ended ended;
  auto& outcome = ended.outcome;
  outcome.kind = *kind;
  // A reason of a newer SDK is still some failure of the provider.
  outcome.reason = reason_of(raw->reason).value_or(Reason::provider);
  outcome.retry_after = std::chrono::milliseconds{std::min(raw->retry_after_ms, kMaxRetryAfter)};
  read_provider_id(raw->provider_id, outcome.provider_id, complaint);
  outcome.detail = note_of(raw->detail, kMaxDetail);

  const bool produces = op.kind == Op::Kind::catalog || op.kind == Op::Kind::render;
  if (!produces) return ended;
  if (*kind != OutcomeKind::delivered && *kind != OutcomeKind::rejected &&
      *kind != OutcomeKind::retry)
    return base::fail(Code::invalid, "a rendering can only be delivered, rejected or retried");
  if (*kind != OutcomeKind::delivered) return ended;
  if (raw->output.size > kMaxOutputs || (raw->output.size != 0 && raw->output.data == nullptr))
    return base::fail(Code::invalid, "more than 32 outputs");
  for (uint64_t i = 0; i < raw->output.size; ++i) {
    auto key = text_of(raw->output.data[i].key, 100);
    auto value = text_of(raw->output.data[i].value, op.max_output);
    if (!key || !value)
      return base::fail(Code::invalid, "output " + note_of(raw->output.data[i].key, 100) +
                                           " is not UTF-8 or over " +
                                           std::to_string(op.max_output) + " bytes");
    ended.output.insert_or_assign(std::move(*key), std::move(*value));
  }
  return ended;
}

model::Outcome outcome_of(herald_status status, std::string text) {
  switch (status) {
    case HERALD_E_INVALID:
    case HERALD_E_UNSUPPORTED:
      return {OutcomeKind::rejected, Reason::bad_content, {}, {}, std::move(text)};
    case HERALD_E_LIMIT:
      return {OutcomeKind::retry, Reason::rate_limited, {}, {}, std::move(text)};
    case HERALD_E_STATE:
      return {OutcomeKind::channel_down, Reason::provider, {}, {}, std::move(text)};
    default:
      return {OutcomeKind::unknown, Reason::internal, {}, {}, std::move(text)};
  }
}

model::Outcome unclear(std::string text) {
  return {OutcomeKind::unknown, Reason::internal, {}, {}, std::move(text)};
}

std::optional<model::ports::ChannelReceipt> late_receipt(const std::string& attempt_id,
                                                         const model::Outcome& outcome,
                                                         model::TimePoint at) {
  model::ports::ChannelReceipt receipt;
  receipt.at = at;
  receipt.attempt_id = attempt_id;
  receipt.provider_id = outcome.provider_id;
  switch (outcome.kind) {
    case OutcomeKind::delivered:
      receipt.kind = model::ReceiptKind::delivered;
      break;
    case OutcomeKind::accepted:
      receipt.kind = model::ReceiptKind::sent;
      break;
    case OutcomeKind::unknown:
      return std::nullopt;
    default:
      receipt.kind = model::ReceiptKind::failed;
      receipt.outcome = outcome;
  }
  return receipt;
}

base::Result<model::ports::ChannelReceipt> read_receipt(const herald_receipt& raw) {
  if (!HERALD_HAS(&raw, detail)) return base::fail(Code::invalid, "a receipt is too small");
  model::ports::ChannelReceipt receipt;
  switch (raw.state) {
    case HERALD_RECEIPT_SENT:
      receipt.kind = model::ReceiptKind::sent;
      break;
    case HERALD_RECEIPT_DELIVERED:
      receipt.kind = model::ReceiptKind::delivered;
      break;
    case HERALD_RECEIPT_READ:
      receipt.kind = model::ReceiptKind::read;
      break;
    case HERALD_RECEIPT_ANSWERED:
      receipt.kind = model::ReceiptKind::answered;
      break;
    case HERALD_RECEIPT_FAILED:
      receipt.kind = model::ReceiptKind::failed;
      break;
    default:
      return base::fail(Code::invalid,
                        "receipt state " + std::to_string(raw.state) + " does not exist");
  }
  auto provider_id = text_of(raw.provider_id, kMaxProviderId);
  auto attempt_id = text_of(raw.attempt_id, 64);
  if (!provider_id || !attempt_id || (provider_id->empty() && attempt_id->empty()))
    return base::fail(Code::invalid,
                      "a receipt needs a provider_id (256 bytes) or an attempt_id (64 bytes)");
  // Beyond the year 9999 the time is garbage; it is only shown.
  if (raw.at_unix_ms > 0 && raw.at_unix_ms < 253'402'300'800'000)
    receipt.at = base::from_unix_ms(raw.at_unix_ms);
  receipt.provider_id = std::move(*provider_id);
  receipt.attempt_id = std::move(*attempt_id);
  if (receipt.kind == model::ReceiptKind::failed) {
    const auto kind = kind_of(raw.result);
    if (kind != OutcomeKind::retry && kind != OutcomeKind::rejected &&
        kind != OutcomeKind::channel_down)
      return base::fail(Code::invalid, "a failed receipt must say retry, rejected or channel_down");
    receipt.outcome.kind = *kind;
    receipt.outcome.reason = reason_of(raw.reason).value_or(Reason::provider);
    receipt.outcome.retry_after =
        std::chrono::milliseconds{std::min(raw.retry_after_ms, kMaxRetryAfter)};
    receipt.outcome.provider_id = receipt.provider_id;
  }
  receipt.outcome.detail = note_of(raw.detail, kMaxDetail);
  return receipt;
}

}  // namespace herald::plugin
