#include "settings/settings.hpp"

#include <algorithm>

#include "settings/reading.hpp"
#include "settings/templates.hpp"

namespace whatsapp {
namespace {

using namespace reading;
using std::chrono::hours;
using std::chrono::milliseconds;

constexpr string_view kCloudApi[] = {"provider",    "base_url",   "version",     "phone_number_id",
                                     "preview_url", "timeout",    "window",      "quarantine",
                                     "opt_in",      "stop_words", "start_words", "webhook_path",
                                     "templates",   "replies"};
constexpr string_view kTwilio[] = {"provider",    "base_url",     "account_sid",
                                   "api_key_sid", "from",         "messaging_service_sid",
                                   "webhook_url", "webhook_path", "timeout",
                                   "window",      "quarantine",   "opt_in",
                                   "stop_words",  "start_words",  "templates",
                                   "replies"};
constexpr string_view kReplies[] = {"which", "already", "expired"};

ProviderKind provider(const json::object& o) {
  const auto* v = o.if_contains("provider");
  if (v == nullptr) return ProviderKind::cloud_api;
  const auto name = text(*v, "provider", 32);
  if (name == "twilio") return ProviderKind::twilio;
  if (name != "cloud-api") refuse("provider", "must be cloud-api (Meta itself) or twilio");
  return ProviderKind::cloud_api;
}

std::string version(const json::value& v) {
  auto out = text(v, "version", 16);
  const auto dot = out.find('.');
  if (out[0] != 'v' || dot == out.npos || dot < 2 || dot + 1 == out.size() ||
      !only(string_view{out}.substr(1, dot - 1), kDigits) ||
      !only(string_view{out}.substr(dot + 1), kDigits))
    refuse("version", "must be a version of the Graph API such as v23.0");
  return out;
}

std::string webhook_path(const json::value& v) {
  auto path = text(v, "webhook_path", 200);
  if (path[0] != '/' || path.ends_with('/') || path.find_first_of("?#%{} \\") != path.npos)
    refuse("webhook_path", "must be a path such as /hooks/whatsapp, below the channel's prefix");
  return path;
}

/// One of two words.
bool choice(const json::value& v, const std::string& where, string_view yes, string_view no,
            const std::string& explained) {
  const auto word = text(v, where, 16);
  if (word != yes && word != no) refuse(where, "must be " + explained);
  return word == yes;
}

Replies replies(const json::value& v) {
  if (!v.is_object()) refuse("replies", "must hold which, already, expired: a text each");
  const auto& o = v.get_object();
  check_keys(o, "replies.", kReplies);
  Replies out;
  const auto read = [&](const char* key, std::string& into) {
    const auto* given = o.if_contains(key);
    if (given == nullptr) return;
    const bool silent = given->is_string() && given->get_string().empty();
    into = silent ? std::string{} : text(*given, std::string{"replies."} + key, 1'000);
  };
  read("which", out.which);
  read("already", out.already);
  read("expired", out.expired);
  return out;
}

void read_common(const json::object& o, Settings& s) {
  if (const auto* v = o.if_contains("timeout"))
    s.timeout = duration(*v, "timeout", milliseconds{100}, milliseconds{300'000},
                         "a time from 100ms to 5m, such as 20s");
  if (const auto* v = o.if_contains("webhook_path")) s.webhook_path = webhook_path(*v);
  if (const auto* v = o.if_contains("window"))
    s.track_window = choice(*v, "window", "track", "ignore",
                            "track (a text only to people who wrote within 24 hours) or ignore "
                            "(always the text; the provider refuses it where it may not pass)");
  if (const auto* v = o.if_contains("opt_in"))
    s.opt_in_required = choice(*v, "opt_in", "required", "assumed",
                               "assumed (somebody else keeps it) or required (people who never "
                               "wrote here get nothing)");
  if (const auto* v = o.if_contains("quarantine"))
    s.quarantine = std::chrono::duration_cast<std::chrono::seconds>(
        duration(*v, "quarantine", milliseconds{0}, hours{24 * 90},
                 "a time from 0s (never) to 90d, such as 24h"));
  if (const auto* v = o.if_contains("stop_words")) s.stop_words = texts(*v, "stop_words", 20);
  if (const auto* v = o.if_contains("start_words")) s.start_words = texts(*v, "start_words", 20);
  if (const auto* v = o.if_contains("replies")) s.replies = replies(*v);
  if (const auto* v = o.if_contains("templates")) s.templates = read_templates(*v, s.provider);
}

void read_cloud_api(const json::object& o, Settings& s) {
  s.base_url = "https://graph.facebook.com";
  if (const auto* v = o.if_contains("base_url")) s.base_url = url(*v, "base_url", s.base_url);
  if (const auto* v = o.if_contains("version")) s.cloud.version = version(*v);
  const auto* number = o.if_contains("phone_number_id");
  if (number == nullptr)
    refuse("phone_number_id",
           "is missing; it is the numeric id of the business number, shown "
           "under API setup of the app (not the number itself)");
  s.cloud.phone_number_id = word(*number, "phone_number_id", kDigits, "digits only", 32);
  if (const auto* v = o.if_contains("preview_url")) s.cloud.preview_url = truth(*v, "preview_url");
}

std::string sender(const json::value& v) {
  auto number = text(v, "from", 32);
  if (number.starts_with("whatsapp:")) number.erase(0, 9);
  if (!number.starts_with('+')) number.insert(0, "+");
  if (number.size() < 8 || number.size() > 16 || number[1] == '0' ||
      !only(string_view{number}.substr(1), kDigits))
    refuse("from", "must be the sender with country code, such as whatsapp:+14155238886");
  return "whatsapp:" + number;
}

void read_twilio(const json::object& o, Settings& s) {
  auto& t = s.twilio;
  s.base_url = "https://api.twilio.com";
  if (const auto* v = o.if_contains("base_url")) s.base_url = url(*v, "base_url", s.base_url);
  const auto* account = o.if_contains("account_sid");
  if (account == nullptr)
    refuse("account_sid", "is missing; it is the AC... that the Twilio console shows first");
  t.account_sid = sid(*account, "account_sid", "AC");
  if (const auto* v = o.if_contains("api_key_sid")) t.api_key_sid = sid(*v, "api_key_sid", "SK");
  if (const auto* v = o.if_contains("from")) t.from = sender(*v);
  if (const auto* v = o.if_contains("messaging_service_sid"))
    t.messaging_service_sid = sid(*v, "messaging_service_sid", "MG");
  if (t.from.empty() == t.messaging_service_sid.empty())
    refuse("from", "or messaging_service_sid must be there, one of them: who sends");
  const auto* hook = o.if_contains("webhook_url");
  const std::string example = "https://herald.example.org/hooks/whatsapp";
  if (hook == nullptr)
    refuse("webhook_url",
           "is missing; it is the public address of this channel's webhook, such "
           "as " +
               example + ", without which nothing is ever heard of a message");
  t.webhook_url = url(*hook, "webhook_url", example);
  const auto host = string_view{t.webhook_url}.substr(t.webhook_url.find("//") + 2);
  if (host.substr(0, host.find('/')).find('_') != host.npos)
    refuse("webhook_url", "has a host name with an underscore, which Twilio refuses");
}

}  // namespace

Settings read_settings(string_view written) {
  json::error_code ec;
  const auto parsed = json::parse(written, ec);
  if (ec || !parsed.is_object()) refuse("settings", "must be a mapping");
  const auto& o = parsed.get_object();
  Settings s;
  s.provider = provider(o);
  const bool twilio = s.provider == ProviderKind::twilio;
  check_keys(o, {}, twilio ? std::span<const string_view>{kTwilio} : std::span{kCloudApi});
  if (twilio)
    read_twilio(o, s);
  else
    read_cloud_api(o, s);
  read_common(o, s);
  return s;
}

}  // namespace whatsapp
