// settings.hpp - what stands under `settings` of the channel.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace whatsapp {

struct TemplateButton {
  enum Kind { kQuickReply, kUrl } kind = kQuickReply;
  std::string value{};  // quick reply: id of the action; url: name of a field
};

/// One language of a template: its name at Meta, its content SID at Twilio.
struct Variant {
  std::string language{}, name{};
};

/// How one kind is sent as a template that the provider has approved.
struct Template {
  std::vector<Variant> variants{};    // at least one; the first is the one for other languages
  std::string header{};               // name of a field, or empty
  std::vector<std::string> params{};  // names of fields, in the order of {{1}}, {{2}}, ...
  std::vector<TemplateButton> buttons{};
  bool always = false;  // also while the person's window is open

  /// The variant that fits a BCP 47 locale best ("fr-CM": fr_CM, else fr, else the first).
  const Variant& for_locale(std::string_view locale) const;
};

enum class ProviderKind { cloud_api, twilio };

struct CloudApiSettings {
  std::string version = "v23.0", phone_number_id{};
  bool preview_url = false;
};

struct TwilioSettings {
  std::string account_sid{}, api_key_sid{};
  std::string from{};                   // "whatsapp:+14155238886"; or, when empty:
  std::string messaging_service_sid{};  // which of its senders is used
  std::string webhook_url{};            // as Twilio sees it; the signature covers it
};

/// What people are told about their answers; {answer} is the one that stands. An empty one is not
/// said.
struct Replies {
  std::string which =
      "Plusieurs demandes attendent votre réponse. Utilisez le bouton de la demande, ou répondez "
      "directement à son message.";
  std::string already = "Déjà répondu : {answer}";
  std::string expired = "Il n'est plus possible de répondre à cette demande.";
};

struct Settings {
  ProviderKind provider = ProviderKind::cloud_api;
  std::string base_url{};
  std::string webhook_path{};  // empty: /hooks/ and the channel's name
  std::chrono::milliseconds timeout{20'000};
  /// Is a free text only sent to people known to have written within 24 hours?
  bool track_window = true;
  bool opt_in_required = false;
  std::chrono::seconds quarantine{std::chrono::hours{24}};
  std::vector<std::string> stop_words{"stop", "arret", "arrêt", "ARRÊT"};
  std::vector<std::string> start_words{"start", "reprendre"};
  std::map<std::string, Template, std::less<>> templates{};  // by kind
  Replies replies{};
  CloudApiSettings cloud{};
  TwilioSettings twilio{};

  const Template* template_for(std::string_view kind) const {
    const auto it = templates.find(kind);
    return it != templates.end() ? &it->second : nullptr;
  }
};

/// Throws herald::Error (HERALD_E_INVALID) that names the setting, what is wrong and what is right.
Settings read_settings(std::string_view json);

}  // namespace whatsapp
