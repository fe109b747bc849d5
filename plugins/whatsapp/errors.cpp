#include "errors.hpp"

#include <algorithm>

#include "text/text.hpp"

namespace whatsapp {
namespace {

constexpr uint32_t kSecond = 1'000, kLongestWait = 24 * 3'600 * kSecond;

const Rule* find(Table table, int64_t code) noexcept {
  const auto it = std::lower_bound(table.begin(), table.end(), code,
                                   [](const Rule& r, int64_t c) { return r.last < c; });
  return it != table.end() && it->first <= code ? &*it : nullptr;
}

Verdict by_http(uint32_t http, uint32_t wait_ms) noexcept {
  // A gateway that gave up waiting does not know what became of the request behind it.
  if (http == 504)
    return {HERALD_UNKNOWN, HERALD_REASON_TIMEOUT, 0, "a gateway of the provider gave up waiting"};
  if (http == 429) return {HERALD_RETRY, HERALD_REASON_RATE_LIMITED, wait_ms, "too many requests"};
  if (http == 408 || http >= 500)
    return {HERALD_RETRY, HERALD_REASON_PROVIDER, wait_ms, "the provider is out of order"};
  if (http == 401)
    return {HERALD_CHANNEL_DOWN, HERALD_REASON_AUTH, wait_ms,
            "the credentials were refused; put new ones into the channel's secrets"};
  if (http >= 300 && http < 400)
    return {HERALD_CHANNEL_DOWN, HERALD_REASON_CONFIGURATION, wait_ms,
            "the provider answers with a redirect; correct base_url"};
  return {HERALD_REJECTED, http == 0 ? HERALD_REASON_PROVIDER : HERALD_REASON_BAD_CONTENT, 0,
          "an error this version does not know"};
}

uint32_t growing_wait(uint32_t attempt) noexcept {
  uint32_t wait = kSecond;
  for (uint32_t i = 0; i < std::min(attempt, 5u); ++i) wait *= 4;
  return wait;
}

}  // namespace

Verdict judge(Table table, const Failure& f) noexcept {
  const auto asked = std::min(f.wait_ms, kLongestWait);
  const auto* rule = f.code ? find(table, *f.code) : nullptr;
  if (rule == nullptr) return by_http(f.http, asked);
  const auto wait =
      std::max({rule->retry_ms, asked, rule->grows ? growing_wait(f.attempt) : uint32_t{0}});
  switch (rule->action) {
    case Action::retry:
      if (rule->tries != 0 && f.attempt >= rule->tries)
        return {HERALD_REJECTED, HERALD_REASON_BAD_CONTENT, 0, rule->hint};
      return {HERALD_RETRY, rule->reason, wait, rule->hint};
    case Action::needs_template:
      return {HERALD_RETRY, rule->reason, 0, rule->hint, Remember::nothing, true};
    case Action::configuration:
      return {HERALD_CHANNEL_DOWN, rule->reason, wait, rule->hint};
    case Action::ambiguous:
      return {HERALD_UNKNOWN, rule->reason, 0, rule->hint};
    case Action::recipient:
    case Action::content:
      break;
  }
  return {HERALD_REJECTED, rule->reason, 0, rule->hint, rule->remember};
}

std::string explain(const Failure& f, const Verdict& verdict, std::string_view said) {
  std::string out;
  if (f.code)
    out = "error " + std::to_string(*f.code) + ": ";
  else if (f.http != 0)
    out = "HTTP " + std::to_string(f.http) + ": ";
  out += verdict.hint;
  if (!said.empty()) out += " (the provider says: " + shortened(masked(said), 240) + ")";
  return out;
}

std::string label(Table table, const std::optional<int64_t>& code) {
  if (!code) return "none";
  const auto* rule = find(table, *code);
  if (rule == nullptr) return "other";
  return rule->last - rule->first > 20
             ? std::to_string(rule->first) + "-" + std::to_string(rule->last)
             : std::to_string(*code);
}

}  // namespace whatsapp
