#include "codes.hpp"

#include <algorithm>

#include "text.hpp"

namespace whatsapp {
namespace {

using A = Action;

constexpr uint32_t kSecond = 1'000, kMinute = 60 * kSecond, kHour = 60 * kMinute;
constexpr uint32_t kPairWait = 6 * kSecond;  // one message per person and six seconds
constexpr uint32_t kLongestWait = 24 * kHour;
// How often code 1 is tried: it may be a fault of the provider or of the request.
constexpr uint32_t kTriesOfUnknown = 3;

constexpr auto AUTH = HERALD_REASON_AUTH;
constexpr auto CONF = HERALD_REASON_CONFIGURATION;
constexpr auto WHO = HERALD_REASON_BAD_RECIPIENT;
constexpr auto WHAT = HERALD_REASON_BAD_CONTENT;
constexpr auto RATE = HERALD_REASON_RATE_LIMITED;
constexpr auto PROV = HERALD_REASON_PROVIDER;

// Meta, WhatsApp Business Platform, "Error codes". The action is this plugin's reading of it.
constexpr Rule kRules[] = {
    {0, 0, A::configuration, AUTH, 0,
     "the access token has expired or was revoked; put a new one into the secret `token`"},
    {1, 1, A::retry, PROV, 0, "unknown error of the provider, or an invalid request"},
    {2, 2, A::retry, PROV, 0, "the provider's service is down or overloaded"},
    {3, 3, A::configuration, AUTH, 0,
     "the app lacks a capability or permission; check the token's permissions"},
    {4, 4, A::retry, RATE, 5 * kMinute, "the app has used up its rate of API calls"},
    {10, 10, A::configuration, AUTH, 0,
     "permission is missing or was removed; give the token whatsapp_business_messaging"},
    {33, 33, A::configuration, CONF, 0,
     "the business phone number was deleted; correct phone_number_id"},
    {100, 100, A::content, WHAT, 0, "a parameter is unsupported, misspelled or too long"},
    {190, 190, A::configuration, AUTH, 0,
     "the access token has expired; put a new one into the secret `token`"},
    {200, 299, A::configuration, AUTH, 0,
     "permission is missing or was removed, or the token is missing; check token and permissions"},
    {368, 368, A::configuration, CONF, kHour,
     "the business account is restricted for a policy violation; see the Business Manager"},
    {80007, 80007, A::retry, RATE, 5 * kMinute, "the business account has reached its rate limit"},
    {130403, 130403, A::recipient, WHO, 0, "the business has blocked this person"},
    {130429, 130429, A::retry, RATE, 2 * kSecond,
     "too many messages per second from this business number"},
    {130472, 130472, A::recipient, WHO, 0,
     "this person is part of an experiment of the provider; a retry returns the same"},
    {130497, 130497, A::recipient, WHO, 0,
     "the business account may not message people in that country"},
    {131000, 131000, A::retry, PROV, 0, "unknown fault of the provider"},
    {131005, 131005, A::configuration, AUTH, 0,
     "access denied; check the token and its permissions"},
    {131008, 131008, A::content, WHAT, 0, "a required parameter is missing"},
    {131009, 131009, A::content, WHAT, 0, "the value of a parameter is not valid"},
    {131016, 131016, A::retry, PROV, 0, "the provider's service is temporarily unavailable"},
    {131021, 131021, A::recipient, WHO, 0, "the recipient is the sender itself"},
    {131026, 131026, A::recipient, WHO, 0,
     "cannot be reached on WhatsApp: no account, terms not accepted, or an old client"},
    {131030, 131030, A::recipient, WHO, 0,
     "not in the allowed list of a test number; add the number there, or use a real one"},
    {131031, 131031, A::configuration, CONF, kHour,
     "the account is locked; see the Business Manager"},
    {131037, 131037, A::configuration, CONF, 0,
     "the business number has no approved display name; have it approved"},
    {131042, 131042, A::configuration, CONF, 0,
     "payment problem; check the payment method of the business account"},
    {131045, 131045, A::configuration, CONF, 0,
     "the business number is not registered properly; register it again"},
    {131047, 131047, A::needs_template, PROV, 0,
     "more than 24 hours since this person last wrote; map the kind to an approved template"},
    {131048, 131048, A::configuration, RATE, kHour,
     "restricted because people blocked or reported this number; check its quality rating"},
    {131049, 131049, A::recipient, WHO, 0,
     "not delivered to keep engagement healthy; no retry within 24 hours"},
    {131050, 131050, A::recipient, HERALD_REASON_OPTED_OUT, 0,
     "this person stopped marketing messages of this business"},
    {131051, 131051, A::content, WHAT, 0, "the type of message is not supported"},
    {131052, 131052, A::content, WHAT, 0, "the person's media could not be downloaded"},
    {131053, 131053, A::content, WHAT, 0, "the message's media could not be uploaded"},
    {131056, 131056, A::retry, RATE, kPairWait, "too many messages to this one person"},
    {131057, 131057, A::retry, PROV, kMinute, "the account is in maintenance for a moment"},
    {131062, 131062, A::recipient, WHO, 0,
     "this message cannot be sent to a business-scoped user id"},
    {131063, 131063, A::configuration, CONF, 0,
     "marketing templates are disabled for the Cloud API; use a utility template"},
    {131064, 131064, A::configuration, CONF, kHour,
     "messaging is limited because a template was misclassified; wait or appeal"},
    {132000, 132000, A::content, WHAT, 0,
     "the number of parameters differs from the template's; correct params"},
    {132001, 132001, A::content, WHAT, 0,
     "the template does not exist in that language or is not approved; correct name and language"},
    {132005, 132005, A::content, WHAT, 0, "the template's text is too long once filled"},
    {132007, 132007, A::content, WHAT, 0, "the template's content violates a policy"},
    {132012, 132012, A::content, WHAT, 0, "a parameter has another format than the template's"},
    {132015, 132015, A::content, WHAT, 0, "the template is paused for its quality; improve it"},
    {132016, 132016, A::content, WHAT, 0, "the template is disabled for good; make a new one"},
    {132018, 132018, A::content, WHAT, 0, "a template parameter is not acceptable"},
    {132068, 132069, A::content, WHAT, 0, "the Flow is blocked or throttled"},
    {133000, 133000, A::configuration, CONF, 0,
     "an earlier deregistration failed; deregister the number again"},
    {133004, 133004, A::retry, PROV, 0, "the provider's server is temporarily unavailable"},
    {133005, 133006, A::configuration, CONF, 0,
     "the number's two-step PIN is wrong or not verified; register the number again"},
    {133008, 133010, A::configuration, CONF, 0,
     "the business number is not registered, or its PIN is locked; register it again"},
    {133015, 133016, A::configuration, CONF, 0,
     "the number was deregistered or registered too often; wait, then register it again"},
    {134011, 134011, A::configuration, CONF, 0,
     "terms of payments are pending; accept them in the Business Manager"},
    {135000, 135000, A::content, WHAT, 0, "unknown problem with the message's parameters"},
    {137000, 137000, A::recipient, WHO, 0, "the recipient's identity key has changed"},
};

const Rule* find(int64_t code) noexcept {
  const auto* end = std::end(kRules);
  const auto* it = std::lower_bound(std::begin(kRules), end, code,
                                    [](const Rule& r, int64_t c) { return r.last < c; });
  return it != end && it->first <= code ? it : nullptr;
}

Verdict by_http(uint32_t http, uint32_t wait_ms) noexcept {
  // A gateway that gave up waiting does not know what became of the request behind it.
  if (http == 504)
    return {HERALD_UNKNOWN, HERALD_REASON_TIMEOUT, 0, "a gateway of the provider gave up waiting"};
  if (http == 429) return {HERALD_RETRY, RATE, wait_ms, "too many requests"};
  if (http == 408 || http >= 500)
    return {HERALD_RETRY, PROV, wait_ms, "the provider is out of order"};
  if (http == 401)
    return {HERALD_CHANNEL_DOWN, AUTH, wait_ms,
            "the access token was refused; put a new one into the secret `token`"};
  if (http >= 300 && http < 400)
    return {HERALD_CHANNEL_DOWN, CONF, wait_ms,
            "the provider answers with a redirect; correct base_url"};
  return {HERALD_REJECTED, http == 0 ? PROV : WHAT, 0, "an error this version does not know"};
}

uint32_t pair_wait(uint32_t attempt) noexcept {
  // After a burst: 4^n seconds for the n-th try.
  uint32_t wait = kSecond;
  for (uint32_t i = 0; i < std::min(attempt, 5u); ++i) wait *= 4;
  return std::max(wait, kPairWait);
}

}  // namespace

std::span<const Rule> rules() noexcept { return kRules; }

Verdict judge(const Failure& f) noexcept {
  const auto wait = std::min(f.wait_ms, kLongestWait);
  const auto* rule = f.code ? find(*f.code) : nullptr;
  if (rule == nullptr) return by_http(f.http, wait);
  if (f.code == 100 && f.subcode == 33)
    return {HERALD_CHANNEL_DOWN, CONF, wait,
            "no such business phone number for this token; correct phone_number_id"};
  auto retry_after = std::max(rule->retry_ms, wait);
  switch (rule->action) {
    case Action::retry:
      if (f.code == 1 && f.attempt >= kTriesOfUnknown)
        return {HERALD_REJECTED, WHAT, 0, rule->hint};
      if (f.code == 131056) retry_after = std::max(pair_wait(f.attempt), wait);
      return {HERALD_RETRY, rule->reason, retry_after, rule->hint};
    case Action::configuration:
      return {HERALD_CHANNEL_DOWN, rule->reason, retry_after, rule->hint};
    case Action::needs_template:
    case Action::recipient:
    case Action::content:
      break;
  }
  return {HERALD_REJECTED, rule->reason, 0, rule->hint};
}

std::string explain(const Failure& f, const Verdict& verdict, std::string_view said) {
  std::string out;
  if (f.code)
    out = "error " + std::to_string(*f.code) + ": ";
  else if (f.http != 0)
    out = "HTTP " + std::to_string(f.http) + ": ";
  out += verdict.hint;
  if (!said.empty()) out += " (WhatsApp says: " + shortened(masked(said), 240) + ")";
  return out;
}

}  // namespace whatsapp
