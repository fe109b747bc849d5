#include "settings/templates.hpp"

#include <algorithm>

#include "settings/reading.hpp"

namespace whatsapp {
namespace {

using namespace reading;

constexpr string_view kCloudApi[] = {"name", "language", "params", "header", "buttons", "when"};
constexpr string_view kTwilio[] = {"content_sid", "params", "when"};
constexpr string_view kButton[] = {"quick_reply", "url"};
constexpr std::size_t kMostTemplates = 200, kMostParams = 60, kMostButtons = 10,
                      kMostLanguages = 20;
constexpr string_view kLanguage = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

std::string language(const json::value& v, const std::string& where) {
  return word(v, where, kLanguage, "a code such as fr or en_US", 16);
}

/// One name, and one language or a list of them.
std::vector<Variant> named(const json::object& o, const std::string& where) {
  const auto required = [&](const char* key) -> const json::value& {
    if (const auto* found = o.if_contains(key)) return *found;
    refuse(where + "." + key, "is missing; it is needed as it stands in the WhatsApp Manager");
  };
  const auto name = word(required("name"), where + ".name", "abcdefghijklmnopqrstuvwxyz0123456789_",
                         "lower-case letters, digits and underscores");
  const auto& languages = required("language");
  std::vector<Variant> out;
  if (!languages.is_array()) return {{language(languages, where + ".language"), name}};
  for (const auto& row : languages.get_array())
    out.push_back({language(row, where + ".language"), name});
  if (out.empty() || out.size() > kMostLanguages)
    refuse(where + ".language", "must be a code such as fr, or a list of 1 to 20 of them");
  return out;
}

/// One content SID, or one for each language.
std::vector<Variant> by_sid(const json::object& o, const std::string& where) {
  const auto at = where + ".content_sid";
  const auto* v = o.if_contains("content_sid");
  if (v == nullptr) refuse(at, "is missing; it is the HX... of the approved content template");
  if (!v->is_object()) return {{"", sid(*v, at, "HX")}};
  std::vector<Variant> out;
  for (const auto& [key, value] : v->get_object())
    out.push_back({language(json::value(key), at), sid(value, at + "." + std::string{key}, "HX")});
  if (out.empty() || out.size() > kMostLanguages)
    refuse(at, "must be HX..., or a mapping of 1 to 20 languages to HX...");
  return out;
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

Template one(const json::value& v, const std::string& where, ProviderKind provider) {
  const bool twilio = provider == ProviderKind::twilio;
  if (!v.is_object())
    refuse(where, twilio ? "must hold content_sid, such as { content_sid: HX..., params: [] }"
                         : "must hold name and language, such as { name: ready, language: fr }");
  const auto& o = v.get_object();
  check_keys(o, where + ".", twilio ? std::span{kTwilio} : std::span<const string_view>{kCloudApi});
  Template t;
  t.variants = twilio ? by_sid(o, where) : named(o, where);
  if (const auto* found = o.if_contains("params"))
    t.params = texts(*found, where + ".params", kMostParams);
  if (const auto* found = o.if_contains("header")) t.header = text(*found, where + ".header", 128);
  if (const auto* found = o.if_contains("buttons")) t.buttons = buttons(*found, where + ".buttons");
  if (const auto* found = o.if_contains("when")) {
    const auto when = text(*found, where + ".when", 16);
    if (when != "always" && when != "outside")
      refuse(where + ".when",
             "must be `outside` (only when the 24 hours are over) or `always` (never as text)");
    t.always = when == "always";
  }
  return t;
}

}  // namespace

const Variant& Template::for_locale(std::string_view locale) const {
  std::string wanted{locale};
  std::replace(wanted.begin(), wanted.end(), '-', '_');
  const auto primary = wanted.substr(0, wanted.find('_'));
  const auto of = [&](std::string_view language) {
    return std::find_if(variants.begin(), variants.end(),
                        [&](const Variant& v) { return v.language == language; });
  };
  for (const auto it : {of(wanted), of(primary)})
    if (!wanted.empty() && it != variants.end()) return *it;
  const auto near = std::find_if(variants.begin(), variants.end(), [&](const Variant& v) {
    return !primary.empty() && v.language.starts_with(primary + "_");
  });
  return near != variants.end() ? *near : variants.front();
}

std::map<std::string, Template, std::less<>> read_templates(const json::value& v,
                                                            ProviderKind provider) {
  if (!v.is_object() || v.get_object().size() > kMostTemplates)
    refuse("templates", "must map kinds to templates, at most 200");
  std::map<std::string, Template, std::less<>> out;
  for (const auto& [kind, value] : v.get_object())
    out.emplace(kind, one(value, "templates." + std::string{kind}.substr(0, 64), provider));
  return out;
}

}  // namespace whatsapp
