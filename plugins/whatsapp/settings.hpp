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

/// How one kind is sent as a template that the provider has approved.
struct Template {
  std::string name{}, language{};
  std::string header{};               // name of a field, or empty
  std::vector<std::string> params{};  // names of fields, in the order of {{1}}, {{2}}, ...
  std::vector<TemplateButton> buttons{};
  bool always = true;  // false: mapped, but the kind is sent as text for now
};

struct Settings {
  std::string base_url = "https://graph.facebook.com", version = "v23.0", phone_number_id{};
  std::string webhook_path{};  // empty: /hooks/ and the channel's name
  std::chrono::milliseconds timeout{20'000};
  bool preview_url = false;
  std::map<std::string, Template, std::less<>> templates{};  // by kind

  std::string messages_url() const {
    return base_url + "/" + version + "/" + phone_number_id + "/messages";
  }
  /// The template a kind is to be sent with, or null.
  const Template* template_for(std::string_view kind) const {
    const auto it = templates.find(kind);
    return it != templates.end() && it->second.always ? &it->second : nullptr;
  }
};

/// Throws herald::Error (HERALD_E_INVALID) that names the setting, what is wrong and what is right.
Settings read_settings(std::string_view json);

}  // namespace whatsapp
