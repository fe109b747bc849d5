#include "notice.hpp"

#include <algorithm>

#include "text/text.hpp"

namespace whatsapp {
namespace {

constexpr std::size_t kLongestId = 256, kLongestAttempt = 64, kLongestAction = 128;

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

}  // namespace

bool is_attempt(std::string_view id) noexcept {
  return !id.empty() && id.size() <= kLongestAttempt && std::all_of(id.begin(), id.end(), is_name);
}

bool is_provider_id(std::string_view id) noexcept {
  return !id.empty() && id.size() <= kLongestId &&
         std::all_of(id.begin(), id.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

std::string payload(std::string_view action, std::string_view herald_id, std::size_t most) {
  const auto room = most - std::min(most, herald_id.size() + 1);
  return std::string{action.substr(0, room)} + ":" + std::string{herald_id};
}

void read_payload(std::string_view payload, Inbound& into) {
  const auto colon = payload.rfind(':');
  const auto action = payload.substr(0, colon);
  if (action.empty() || action.size() > kLongestAction) return;
  // A template whose buttons are fixed at the provider names the action only.
  if (colon != payload.npos && !is_attempt(payload.substr(colon + 1))) return;
  into.action_id = action;
  if (colon != payload.npos) into.herald_id = payload.substr(colon + 1);
}

bool fail(Table table, const Failure& failure, std::string_view said, News& news) {
  const auto verdict = judge(table, failure);
  if (verdict.result == HERALD_UNKNOWN) return false;
  auto& r = news.receipt;
  r.state = HERALD_RECEIPT_FAILED;
  r.result = verdict.result;
  r.reason = verdict.reason;
  r.retry_after_ms = verdict.retry_after_ms;
  r.detail = explain(failure, verdict, said);
  news.remember = verdict.remember;
  news.window_closed = verdict.window_closed;
  return true;
}

}  // namespace whatsapp
