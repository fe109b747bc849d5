#include "twilio/codes.hpp"
#include "twilio/twilio.hpp"

namespace whatsapp::twilio {
namespace {

using std::string_view;

constexpr std::size_t kLongestText = 4096;

std::optional<herald_receipt_state> state_of(string_view status) {
  if (status == "accepted" || status == "queued" || status == "scheduled" || status == "sending" ||
      status == "sent")
    return HERALD_RECEIPT_SENT;
  if (status == "delivered" || status == "partially_delivered") return HERALD_RECEIPT_DELIVERED;
  if (status == "read") return HERALD_RECEIPT_READ;
  if (status == "failed" || status == "undelivered" || status == "canceled")
    return HERALD_RECEIPT_FAILED;
  return {};
}

string_view either(const herald::Fields& form, string_view one, string_view other) {
  const auto found = herald::find(form, one);
  return found.empty() ? herald::find(form, other) : found;
}

std::string phone(string_view address) {
  return address.starts_with("whatsapp:") ? e164(address.substr(9)) : std::string{};
}

std::optional<News> news_of(const herald::Fields& form, string_view attempt) {
  const auto state = state_of(either(form, "MessageStatus", "SmsStatus"));
  const auto id = either(form, "MessageSid", "SmsSid");
  if (!state || (!is_provider_id(id) && !is_attempt(attempt))) return {};
  News out;
  out.receipt.state = *state;
  if (is_provider_id(id)) out.receipt.provider_id = id;
  if (is_attempt(attempt)) out.receipt.attempt_id = attempt;
  out.whom.phone = phone(herald::find(form, "To"));
  if (*state != HERALD_RECEIPT_FAILED) return out;
  Failure failure;
  const auto code = herald::find(form, "ErrorCode");
  if (!code.empty() && code.size() <= 6 && code.find_first_not_of("0123456789") == code.npos)
    failure.code = std::stoll(std::string{code});
  if (!fail(codes(), failure, herald::find(form, "ErrorMessage"), out)) return {};
  return out;
}

Inbound inbound_of(const herald::Fields& form) {
  Inbound out;
  out.from.phone = phone(herald::find(form, "From"));
  if (out.from.phone.empty()) out.from.phone = e164(herald::find(form, "WaId"));
  if (const auto id = either(form, "MessageSid", "SmsMessageSid"); is_provider_id(id)) out.id = id;
  if (const auto id = herald::find(form, "OriginalRepliedMessageSid"); is_provider_id(id))
    out.reply_to = id;
  const auto button = herald::find(form, "ButtonText");
  const auto media = herald::find(form, "NumMedia");
  if (!button.empty()) {
    out.type = "button";
    out.text = button.substr(0, kLongestText);
    read_payload(herald::find(form, "ButtonPayload"), out);
  } else {
    out.type = media.empty() || media == "0" ? "text" : "media";
    out.text = herald::find(form, "Body").substr(0, kLongestText);
  }
  return out;
}

}  // namespace

Notice read_notice(const herald::Fields& form, const herald::Fields& query,
                   string_view account_sid) {
  Notice out;
  // A subaccount's messages are signed with another token; this is for settings mixed up.
  const auto account = herald::find(form, "AccountSid");
  const auto status = either(form, "MessageStatus", "SmsStatus");
  const bool inbound = status.empty() || status == "received" || status == "receiving";
  if (!account.empty() && account != account_sid) {
    ++out.ignored;
  } else if (inbound) {
    if (!herald::find(form, "From").empty())
      out.inbound.push_back(inbound_of(form));
    else
      ++out.ignored;
  } else if (auto news = news_of(form, herald::find(query, "attempt"))) {
    out.news.push_back(std::move(*news));
  } else {
    ++out.ignored;
  }
  return out;
}

}  // namespace whatsapp::twilio
