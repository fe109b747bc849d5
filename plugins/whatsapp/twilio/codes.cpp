#include "twilio/codes.hpp"

namespace whatsapp::twilio {
namespace {

using A = Action;

constexpr uint32_t kSecond = 1'000, kMinute = 60 * kSecond, kHour = 60 * kMinute, kDay = 24 * kHour;

constexpr auto AUTH = HERALD_REASON_AUTH;
constexpr auto CONF = HERALD_REASON_CONFIGURATION;
constexpr auto WHO = HERALD_REASON_BAD_RECIPIENT;
constexpr auto WHAT = HERALD_REASON_BAD_CONTENT;
constexpr auto RATE = HERALD_REASON_RATE_LIMITED;
constexpr auto PROV = HERALD_REASON_PROVIDER;

// Twilio, "Error and Warning Dictionary", as far as it concerns messages to WhatsApp addresses. The
// action is this plugin's reading of it. Not remembered is what heals by itself or by an operator:
// the sandbox, a trial account's list.
constexpr Rule kRules[] = {
    {20003, 20003, A::configuration, AUTH,
     "authentication failed; put the account's present token into the secret `auth_token`, and "
     "check account_sid"},
    {20404, 20404, A::configuration, CONF, "no such account or resource; correct account_sid"},
    {20429, 20429, A::retry, RATE, "too many requests at once; Twilio has not processed it",
     kSecond},
    {20500, 20500, A::retry, PROV, "Twilio's server is out of order"},
    {20503, 20503, A::retry, PROV, "Twilio's server is out of order"},
    {21211, 21211, A::recipient, WHO, "not a valid WhatsApp number", 0, Remember::quarantine},
    {21212, 21212, A::configuration, CONF, "`from` is not a valid number; correct it"},
    {21217, 21217, A::recipient, WHO, "the number does not look valid", 0, Remember::quarantine},
    {21408, 21408, A::configuration, CONF,
     "the region of this number is not enabled; enable it under the account's geographic "
     "permissions"},
    {21602, 21602, A::content, WHAT, "neither body, template nor media"},
    {21603, 21603, A::content, WHAT, "neither `from` nor `messaging_service_sid` was given"},
    {21604, 21604, A::content, WHAT, "the recipient is missing"},
    {21606, 21606, A::configuration, CONF,
     "`from` is not a number of this account that can send; correct it"},
    {21608, 21608, A::recipient, WHO,
     "a trial account may only write to verified numbers; verify the number or upgrade the "
     "account"},
    {21610, 21610, A::recipient, HERALD_REASON_OPTED_OUT, "this person sent STOP", 0,
     Remember::opted_out},
    {21611, 21611, A::retry, RATE,
     "the sender's queue is full: more than four hours of messages wait", 5 * kMinute},
    {21614, 21614, A::recipient, WHO, "not a valid WhatsApp number", 0, Remember::quarantine},
    {21617, 21617, A::content, WHAT, "the text is longer than 1600 characters"},
    {21619, 21619, A::content, WHAT, "the message or its media is not acceptable"},
    {21620, 21620, A::content, WHAT, "the message or its media is not acceptable"},
    {21654, 21654, A::content, WHAT,
     "ContentSid or ContentVariables do not fit; correct content_sid and params"},
    {21655, 21655, A::content, WHAT,
     "ContentSid or ContentVariables do not fit; correct content_sid and params"},
    {21656, 21656, A::content, WHAT,
     "ContentSid or ContentVariables do not fit; correct content_sid and params"},
    {30001, 30001, A::retry, RATE, "the queue is full", 5 * kMinute},
    {30002, 30002, A::configuration, CONF, "the account is suspended; see the Twilio console",
     kHour},
    {30410, 30410, A::ambiguous, HERALD_REASON_TIMEOUT,
     "the provider behind Twilio gave no answer in time; it may have been sent"},
    {63001, 63001, A::configuration, CONF,
     "the sender could not authenticate at WhatsApp; check the sender in the Twilio console"},
    {63002, 63002, A::configuration, CONF, "no channel for this `from`; correct it"},
    {63003, 63003, A::recipient, WHO, "no WhatsApp account for this number", 0,
     Remember::quarantine},
    {63005, 63005, A::content, WHAT, "WhatsApp did not accept the content"},
    {63006, 63006, A::content, WHAT, "WhatsApp did not accept the content"},
    {63007, 63007, A::configuration, CONF,
     "no WhatsApp sender with this `from`; correct it, or register the sender"},
    {63008, 63008, A::configuration, CONF,
     "the WhatsApp sender is misconfigured; see it in the Twilio console"},
    {63009, 63009, A::retry, PROV, "WhatsApp or Twilio had an internal error"},
    {63010, 63010, A::retry, PROV, "WhatsApp or Twilio had an internal error"},
    {63012, 63012, A::retry, PROV, "WhatsApp had an internal error"},
    {63013, 63013, A::content, WHAT, "the message violates a policy of WhatsApp"},
    {63014, 63014, A::recipient, WHO, "the person has blocked this sender", 0,
     Remember::quarantine},
    {63015, 63015, A::recipient, WHO,
     "sandbox: this person has not sent `join <code>` to the sandbox, or it expired after three "
     "days; let them join again"},
    {63016, 63016, A::needs_template, PROV,
     "more than 24 hours since this person last wrote; only an approved template passes"},
    {63017, 63017, A::retry, RATE, "WhatsApp's rate limit was reached", kMinute},
    {63018, 63018, A::configuration, RATE,
     "the sender's messaging limit is used up; wait until 24 hours have passed, or have it raised",
     kDay},
    {63020, 63020, A::configuration, CONF,
     "the WhatsApp business account must accept Twilio's invitation; see the Meta Business "
     "Manager"},
    {63021, 63021, A::content, WHAT, "the content is not valid for WhatsApp"},
    {63022, 63022, A::configuration, CONF,
     "the sender's name or certificate is not valid; register the sender again"},
    {63024, 63024, A::recipient, WHO, "not a valid recipient for WhatsApp", 0,
     Remember::quarantine},
    {63026, 63026, A::content, WHAT, "WhatsApp's policy or spam filter stopped the message"},
    {63027, 63027, A::content, WHAT,
     "the template does not exist in that language; correct content_sid"},
    {63028, 63028, A::content, WHAT,
     "the number of variables differs from the template's; correct params"},
    {63030, 63030, A::content, WHAT, "a parameter of the template is not acceptable"},
    {63031, 63031, A::recipient, WHO, "the recipient is the sender itself"},
    {63032, 63032, A::recipient, WHO,
     "this person is part of an experiment of WhatsApp; a retry returns the same", 0,
     Remember::quarantine},
    {63033, 63033, A::recipient, WHO, "the person has blocked this sender", 0,
     Remember::quarantine},
    {63038, 63038, A::configuration, RATE,
     "the account's daily limit is used up (50 a day on trial accounts); wait, or upgrade the "
     "account",
     kDay},
    {63040, 63040, A::content, WHAT, "the template was rejected; change it and have it approved"},
    {63041, 63041, A::content, WHAT, "the template is paused for its quality; improve it"},
    {63042, 63042, A::content, WHAT, "the template is disabled; make a new one"},
    {63049, 63049, A::recipient, WHO,
     "Meta chose not to deliver a marketing message; no retry within 24 hours", 0, Remember::day},
    {63051, 63051, A::configuration, CONF,
     "the WhatsApp business account is locked; see the Meta Business Manager", kHour},
};

}  // namespace

Table codes() noexcept { return kRules; }

}  // namespace whatsapp::twilio
