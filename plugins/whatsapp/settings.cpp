#include "settings.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <herald/herald.hpp>

#include "nearest.hpp"

namespace whatsapp {
namespace {

namespace json = boost::json;
using std::string_view;

constexpr string_view kSettings[] = {"provider",    "base_url", "version",      "phone_number_id",
                                     "preview_url", "timeout",  "webhook_path", "templates"};
constexpr string_view kTemplate[] = {"name", "language", "params", "header", "buttons", "when"};
constexpr string_view kButton[] = {"quick_reply", "url"};
constexpr std::size_t kMostTemplates = 200, kMostParams = 60, kMostButtons = 10;

[[noreturn]] void refuse(const std::string& where, const std::string& why) {
  throw herald::Error{HERALD_E_INVALID, "whatsapp: `" + where + "` " + why};
}

void check_keys(const json::object& object, const std::string& where,
                std::span<const string_view> known) {
  for (const auto& [key, value] : object) {
    if (std::find(known.begin(), known.end(), string_view{key}) != known.end()) continue;
    const auto meant = nearest(key, known);
    refuse(where + std::string{key}.substr(0, 64),
           "is no setting" + (meant.empty() ? "" : "; did you mean `" + std::string{meant} + "`?") +
               (meant.empty() ? "; known are: " : " Known are: ") + listed(known));
  }
}

/// A text; a number or true stands for its digits or letters, as YAML reads them without quotes.
std::string text(const json::value& v, const std::string& where, std::size_t most = 512) {
  std::string out;
  if (v.is_string())
    out = v.get_string();
  else if (v.is_int64() || v.is_uint64())
    out = json::serialize(v);
  else
    refuse(where, "must be a text");
  if (out.empty() || out.size() > most)
    refuse(where, "must have 1 to " + std::to_string(most) + " bytes");
  if (std::any_of(out.begin(), out.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }))
    refuse(where, "must not contain control characters");
  return out;
}

bool all_of(string_view s, string_view allowed) { return s.find_first_not_of(allowed) == s.npos; }
constexpr string_view kDigits = "0123456789";

std::string base_url(const json::value& v) {
  auto url = text(v, "base_url");
  while (url.ends_with('/')) url.pop_back();
  const bool secure = url.starts_with("https://"), plain = url.starts_with("http://");
  const auto rest = string_view{url}.substr(secure ? 8 : plain ? 7 : 0);
  const auto host = rest.substr(0, rest.find('/'));
  if ((!secure && !plain) || host.empty() || rest.find_first_of("?#@ \\") != rest.npos)
    refuse("base_url", "must be an address such as https://graph.facebook.com, without query");
  const auto name =
      host.starts_with('[') ? host.substr(0, host.find(']') + 1) : host.substr(0, host.find(':'));
  if (plain && name != "127.0.0.1" && name != "localhost" && name != "[::1]")
    refuse("base_url",
           "must begin with https://; http:// would show the access token on the way "
           "and is for this machine (127.0.0.1) only");
  return url;
}

std::chrono::milliseconds duration(const json::value& v, const std::string& where) {
  const auto written = text(v, where, 16);
  const auto digits = std::min(written.find_first_not_of(kDigits), written.size());
  const auto unit = written.substr(digits);
  const int64_t scale = unit == "ms" ? 1 : unit == "s" ? 1'000 : unit == "m" ? 60'000 : 0;
  const auto value = digits == 0 || digits > 6 ? 0 : std::stoll(written.substr(0, digits)) * scale;
  if (value < 100 || value > 300'000) refuse(where, "must be a time from 100ms to 5m, such as 20s");
  return std::chrono::milliseconds{value};
}

std::vector<TemplateButton> buttons(const json::value& v, const std::string& where) {
  if (!v.is_array() || v.get_array().size() > kMostButtons)
    refuse(where, "must be a list of at most 10 buttons");
  std::vector<TemplateButton> out;
  for (const auto& row : v.get_array()) {
    if (!row.is_object() || row.get_object().size() != 1)
      refuse(where, "holds buttons such as { quick_reply: ACTION } or { url: FIELD }");
    check_keys(row.get_object(), where + ".", kButton);
    const auto& [key, value] = *row.get_object().begin();
    out.push_back({key == "url" ? TemplateButton::kUrl : TemplateButton::kQuickReply,
                   text(value, where + "." + std::string{key}, 128)});
  }
  return out;
}

Template one_template(const json::value& v, const std::string& where) {
  if (!v.is_object())
    refuse(where, "must hold name and language, such as { name: order_ready, language: fr }");
  const auto& o = v.get_object();
  check_keys(o, where + ".", kTemplate);
  const auto required = [&](const char* key) {
    if (const auto* found = o.if_contains(key)) return text(*found, where + "." + key);
    refuse(where + "." + key, "is missing; it is needed as it stands in the WhatsApp Manager");
  };
  Template t;
  t.name = required("name");
  if (!all_of(t.name, "abcdefghijklmnopqrstuvwxyz0123456789_"))
    refuse(where + ".name", "must be lower-case letters, digits and underscores");
  t.language = required("language");
  if (t.language.size() > 16 ||
      !all_of(t.language, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"))
    refuse(where + ".language", "must be a code such as fr or en_US");
  if (const auto* found = o.if_contains("params")) {
    if (!found->is_array() || found->get_array().size() > kMostParams)
      refuse(where + ".params", "must be a list of at most 60 names of fields");
    for (const auto& name : found->get_array())
      t.params.push_back(text(name, where + ".params", 128));
  }
  if (const auto* found = o.if_contains("header")) t.header = text(*found, where + ".header", 128);
  if (const auto* found = o.if_contains("buttons")) t.buttons = buttons(*found, where + ".buttons");
  if (const auto* found = o.if_contains("when")) {
    const auto when = text(*found, where + ".when", 32);
    if (when != "always" && when != "never")
      refuse(where + ".when",
             "must be `always` (send this kind as the template) or `never` (as text)");
    t.always = when == "always";
  }
  return t;
}

void read_templates(const json::value& v, Settings& s) {
  if (!v.is_object() || v.get_object().size() > kMostTemplates)
    refuse("templates", "must map kinds to templates, at most 200");
  for (const auto& [kind, value] : v.get_object())
    s.templates.emplace(kind, one_template(value, "templates." + std::string{kind}.substr(0, 64)));
}

std::string webhook_path(const json::value& v) {
  auto path = text(v, "webhook_path", 200);
  if (path[0] != '/' || path.ends_with('/') || path.find_first_of("?#%{} \\") != path.npos)
    refuse("webhook_path", "must be a path such as /hooks/whatsapp, below the channel's prefix");
  return path;
}

}  // namespace

Settings read_settings(string_view text_of_settings) {
  json::error_code ec;
  const auto parsed = json::parse(text_of_settings, ec);
  if (ec || !parsed.is_object()) refuse("settings", "must be a mapping");
  const auto& o = parsed.get_object();
  check_keys(o, {}, kSettings);
  Settings s;
  if (const auto* v = o.if_contains("provider");
      v != nullptr && text(*v, "provider") != "cloud-api")
    refuse("provider", "must be cloud-api; this version knows no other");
  if (const auto* v = o.if_contains("base_url")) s.base_url = base_url(*v);
  if (const auto* v = o.if_contains("version")) {
    s.version = text(*v, "version", 16);
    const auto dot = s.version.find('.');
    if (s.version[0] != 'v' || dot == s.version.npos || dot < 2 || dot + 1 == s.version.size() ||
        !all_of(string_view{s.version}.substr(1, dot - 1), kDigits) ||
        !all_of(string_view{s.version}.substr(dot + 1), kDigits))
      refuse("version", "must be a version of the Graph API such as v23.0");
  }
  const auto* number = o.if_contains("phone_number_id");
  if (number == nullptr)
    refuse("phone_number_id",
           "is missing; it is the numeric id of the business number, shown "
           "under API setup of the app (not the number itself)");
  s.phone_number_id = text(*number, "phone_number_id", 32);
  if (!all_of(s.phone_number_id, kDigits)) refuse("phone_number_id", "must be digits only");
  if (const auto* v = o.if_contains("preview_url")) {
    if (!v->is_bool()) refuse("preview_url", "must be true or false");
    s.preview_url = v->get_bool();
  }
  if (const auto* v = o.if_contains("timeout")) s.timeout = duration(*v, "timeout");
  if (const auto* v = o.if_contains("webhook_path")) s.webhook_path = webhook_path(*v);
  if (const auto* v = o.if_contains("templates")) read_templates(*v, s);
  return s;
}

}  // namespace whatsapp
