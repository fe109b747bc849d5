#include <boost/json.hpp>

#include "cloud_api/cloud_api.hpp"

namespace whatsapp::cloud_api {
namespace {

namespace json = boost::json;

json::object text_parameter(std::string_view text) { return {{"type", "text"}, {"text", text}}; }

json::object template_object(const Draft& d) {
  json::array components;
  if (!d.header.empty())
    components.push_back(
        {{"type", "header"}, {"parameters", json::array{text_parameter(d.header)}}});
  if (!d.params.empty()) {
    json::array values;
    for (const auto& value : d.params) values.push_back(text_parameter(value));
    components.push_back({{"type", "body"}, {"parameters", std::move(values)}});
  }
  for (std::size_t i = 0; i < d.buttons.size(); ++i) {
    const bool url = d.use->buttons[i].kind == TemplateButton::kUrl;
    const json::object value = url ? text_parameter(d.buttons[i])
                                   : json::object{{"type", "payload"}, {"payload", d.buttons[i]}};
    components.push_back({{"type", "button"},
                          {"sub_type", url ? "url" : "quick_reply"},
                          {"index", std::to_string(i)},
                          {"parameters", json::array{value}}});
  }
  json::object out{{"name", d.variant.name},
                   {"language", {{"policy", "deterministic"}, {"code", d.variant.language}}}};
  if (!components.empty()) out["components"] = std::move(components);
  return out;
}

/// Up to three choices are buttons, more are a list behind one button.
json::object interactive(const Draft& d) {
  json::array rows;
  const bool buttons = d.choices.size() <= kMaxButtons;
  for (const auto& c : d.choices) {
    json::object choice{{"id", c.id}, {"title", c.title}};
    if (buttons)
      rows.push_back({{"type", "reply"}, {"reply", std::move(choice)}});
    else
      rows.push_back(std::move(choice));
  }
  json::object action;
  if (buttons)
    action = {{"buttons", std::move(rows)}};
  else
    action = {{"button", "…"}, {"sections", json::array{json::object{{"rows", std::move(rows)}}}}};
  return {{"type", buttons ? "button" : "list"},
          {"body", {{"text", d.text}}},
          {"action", std::move(action)}};
}

}  // namespace

std::string send_body(const Draft& d, std::string_view attempt_id, bool preview_url) {
  json::object body{{"messaging_product", "whatsapp"}, {"recipient_type", "individual"}};
  // With the plus: without it the provider would prepend the country code of the business number.
  // A business-scoped id has a field of its own (Meta, "Business-scoped user IDs", 2026).
  if (d.to.phone.empty())
    body["recipient"] = d.to.user_id;
  else
    body["to"] = d.to.phone;
  switch (d.kind) {
    case Draft::kText:
      body["type"] = "text";
      body["text"] = {{"preview_url", preview_url}, {"body", d.text}};
      break;
    case Draft::kChoices:
      body["type"] = "interactive";
      body["interactive"] = interactive(d);
      break;
    case Draft::kTemplate:
      body["type"] = "template";
      body["template"] = template_object(d);
      break;
  }
  if (!attempt_id.empty()) body["biz_opaque_callback_data"] = attempt_id;
  return json::serialize(body);
}

}  // namespace whatsapp::cloud_api
