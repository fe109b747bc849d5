#include "cloud_api/codes.hpp"

namespace whatsapp::cloud_api {
namespace {

using A = Action;

constexpr uint32_t kSecond = 1'000, kMinute = 60 * kSecond, kHour = 60 * kMinute;
constexpr uint32_t kPairWait = 6 * kSecond;  // one message per person and six seconds

constexpr auto AUTH = HERALD_REASON_AUTH;
constexpr auto CONF = HERALD_REASON_CONFIGURATION;
constexpr auto WHO = HERALD_REASON_BAD_RECIPIENT;
constexpr auto WHAT = HERALD_REASON_BAD_CONTENT;
constexpr auto RATE = HERALD_REASON_RATE_LIMITED;
constexpr auto PROV = HERALD_REASON_PROVIDER;

// Meta, WhatsApp Business Platform, "Error codes". The action is this plugin's reading of it.
// Not remembered is what heals by itself or by an operator: lists of test numbers, a kind of
// message.
constexpr Rule kRules[] = {
    {0, 0, A::configuration, AUTH,
     "the access token has expired or was revoked; put a new one into the secret `token`"},
    {1, 1, A::retry, PROV, "unknown error of the provider, or an invalid request", 0,
     Remember::nothing, 3},
    {2, 2, A::retry, PROV, "the provider's service is down or overloaded"},
    {3, 3, A::configuration, AUTH,
     "the app lacks a capability or permission; check the token's permissions"},
    {4, 4, A::retry, RATE, "the app has used up its rate of API calls", 5 * kMinute},
    {10, 10, A::configuration, AUTH,
     "permission is missing or was removed; give the token whatsapp_business_messaging"},
    {33, 33, A::configuration, CONF,
     "no such business phone number for this token, or it was deleted; correct phone_number_id"},
    {100, 100, A::content, WHAT, "a parameter is unsupported, misspelled or too long"},
    {190, 190, A::configuration, AUTH,
     "the access token has expired; put a new one into the secret `token`"},
    {200, 299, A::configuration, AUTH,
     "permission is missing or was removed, or the token is missing; check token and permissions"},
    {368, 368, A::configuration, CONF,
     "the business account is restricted for a policy violation; see the Business Manager", kHour},
    {80007, 80007, A::retry, RATE, "the business account has reached its rate limit", 5 * kMinute},
    {130403, 130403, A::recipient, WHO, "the business has blocked this person", 0,
     Remember::quarantine},
    {130429, 130429, A::retry, RATE, "too many messages per second from this business number",
     2 * kSecond},
    {130472, 130472, A::recipient, WHO,
     "this person is part of an experiment of the provider; a retry returns the same", 0,
     Remember::quarantine},
    {130497, 130497, A::recipient, WHO,
     "the business account may not message people in that country", 0, Remember::quarantine},
    {131000, 131000, A::retry, PROV, "unknown fault of the provider"},
    {131005, 131005, A::configuration, AUTH, "access denied; check the token and its permissions"},
    {131008, 131008, A::content, WHAT, "a required parameter is missing"},
    {131009, 131009, A::content, WHAT, "the value of a parameter is not valid"},
    {131016, 131016, A::retry, PROV, "the provider's service is temporarily unavailable"},
    {131021, 131021, A::recipient, WHO, "the recipient is the sender itself"},
    {131026, 131026, A::recipient, WHO,
     "cannot be reached on WhatsApp: no account, terms not accepted, or an old client", 0,
     Remember::quarantine},
    {131030, 131030, A::recipient, WHO,
     "not in the allowed list of a test number; add the number there, or use a real one"},
    {131031, 131031, A::configuration, CONF, "the account is locked; see the Business Manager",
     kHour},
    {131037, 131037, A::configuration, CONF,
     "the business number has no approved display name; have it approved"},
    {131042, 131042, A::configuration, CONF,
     "payment problem; check the payment method of the business account"},
    {131045, 131045, A::configuration, CONF,
     "the business number is not registered properly; register it again"},
    {131047, 131047, A::needs_template, PROV,
     "more than 24 hours since this person last wrote; only an approved template passes"},
    {131048, 131048, A::configuration, RATE,
     "restricted because people blocked or reported this number; check its quality rating", kHour},
    {131049, 131049, A::recipient, WHO,
     "not delivered to keep engagement healthy; no retry within 24 hours", 0, Remember::day},
    {131050, 131050, A::recipient, HERALD_REASON_OPTED_OUT,
     "this person stopped marketing messages of this business", 0, Remember::opted_out},
    {131051, 131051, A::content, WHAT, "the type of message is not supported"},
    {131052, 131052, A::content, WHAT, "the person's media could not be downloaded"},
    {131053, 131053, A::content, WHAT, "the message's media could not be uploaded"},
    {131056, 131056, A::retry, RATE, "too many messages to this one person", kPairWait,
     Remember::nothing, 0, true},
    {131057, 131057, A::retry, PROV, "the account is in maintenance for a moment", kMinute},
    {131062, 131062, A::recipient, WHO, "this message cannot be sent to a business-scoped user id"},
    {131063, 131063, A::configuration, CONF,
     "marketing templates are disabled for the Cloud API; use a utility template"},
    {131064, 131064, A::configuration, CONF,
     "messaging is limited because a template was misclassified; wait or appeal", kHour},
    {132000, 132000, A::content, WHAT,
     "the number of parameters differs from the template's; correct params"},
    {132001, 132001, A::content, WHAT,
     "the template does not exist in that language or is not approved; correct name and language"},
    {132005, 132005, A::content, WHAT, "the template's text is too long once filled"},
    {132007, 132007, A::content, WHAT, "the template's content violates a policy"},
    {132012, 132012, A::content, WHAT, "a parameter has another format than the template's"},
    {132015, 132015, A::content, WHAT, "the template is paused for its quality; improve it"},
    {132016, 132016, A::content, WHAT, "the template is disabled for good; make a new one"},
    {132018, 132018, A::content, WHAT, "a template parameter is not acceptable"},
    {132068, 132069, A::content, WHAT, "the Flow is blocked or throttled"},
    {133000, 133000, A::configuration, CONF,
     "an earlier deregistration failed; deregister the number again"},
    {133004, 133004, A::retry, PROV, "the provider's server is temporarily unavailable"},
    {133005, 133006, A::configuration, CONF,
     "the number's two-step PIN is wrong or not verified; register the number again"},
    {133008, 133010, A::configuration, CONF,
     "the business number is not registered, or its PIN is locked; register it again"},
    {133015, 133016, A::configuration, CONF,
     "the number was deregistered or registered too often; wait, then register it again"},
    {134011, 134011, A::configuration, CONF,
     "terms of payments are pending; accept them in the Business Manager"},
    {135000, 135000, A::content, WHAT, "unknown problem with the message's parameters"},
    {137000, 137000, A::recipient, WHO, "the recipient's identity key has changed", 0,
     Remember::quarantine},
};

}  // namespace

Table codes() noexcept { return kRules; }

}  // namespace whatsapp::cloud_api
