#include "request.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "markdown.hpp"
#include "text.hpp"

namespace whatsapp {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostPayload = 256;

std::string message_text(const herald::Message& m) {
  const auto markdown = m.body("text/markdown");
  auto text = markdown.empty() ? std::string{m.body("text/plain")} : to_whatsapp(markdown);
  const auto is_blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  if (std::all_of(text.begin(), text.end(), is_blank)) return {};
  return cut(text, kMaxText);
}

/// Value of a field; beside the kind's own fields there are `title` and `text`.
std::string value_of(const herald::Message& m, std::string_view field) {
  for (const auto& [key, value] : m.fields)
    if (key == field) return value;
  if (field == "title") return m.subject;
  if (field == "text") return message_text(m);
  return {};
}

json::object text_parameter(const herald::Message& m, std::string_view field, std::size_t most) {
  return {{"type", "text"}, {"text", parameter(value_of(m, field), most)}};
}

json::object button(const herald::Message& m, const TemplateButton& b, std::size_t index) {
  json::object parameter_of;
  if (b.kind == TemplateButton::kUrl) {
    parameter_of = text_parameter(m, b.value, kMostPayload);
  } else {
    auto payload = b.value + ":" + m.herald_id;
    payload.resize(std::min(payload.size(), kMostPayload));
    parameter_of = {{"type", "payload"}, {"payload", payload}};
  }
  return {{"type", "button"},
          {"sub_type", b.kind == TemplateButton::kUrl ? "url" : "quick_reply"},
          {"index", std::to_string(index)},
          {"parameters", json::array{parameter_of}}};
}

json::object template_object(const herald::Message& m, const Template& t) {
  json::array components;
  if (!t.header.empty())
    components.push_back(json::object{
        {"type", "header"}, {"parameters", json::array{text_parameter(m, t.header, kMaxHeader)}}});
  if (!t.params.empty()) {
    json::array values;
    // 1024 is the body's own limit, so that one long value cannot spoil the message.
    const auto share = std::max<std::size_t>(60, kMaxParameter / 2 / t.params.size());
    const auto most = t.params.size() == 1 ? kMaxParameter - 200 : share;
    for (const auto& field : t.params) values.push_back(text_parameter(m, field, most));
    components.push_back(json::object{{"type", "body"}, {"parameters", std::move(values)}});
  }
  for (std::size_t i = 0; i < t.buttons.size(); ++i)
    components.push_back(button(m, t.buttons[i], i));
  json::object out{{"name", t.name},
                   {"language", {{"policy", "deterministic"}, {"code", t.language}}}};
  if (!components.empty()) out["components"] = std::move(components);
  return out;
}

}  // namespace

std::string address(std::string_view kind, std::string_view recipient) {
  if (kind == "whatsapp.user_id")
    return recipient.empty() || recipient.size() > 128 ? std::string{} : std::string{recipient};
  const auto digits = recipient.substr(recipient.starts_with('+') ? 1 : 0);
  if (digits.size() < 6 || digits.size() > 15 || digits[0] == '0' ||
      digits.find_first_not_of("0123456789") != digits.npos)
    return {};
  // Without the plus the provider would prepend the country code of the business number.
  return "+" + std::string{digits};
}

SendBody send_body(const Settings& settings, const herald::Delivery& delivery) {
  const auto& m = delivery.message;
  SendBody out;
  const auto to = address(m.address_kind, m.recipient);
  if (to.empty()) {
    out.problem = "the recipient's address is no telephone number with country code";
    out.reason = HERALD_REASON_BAD_RECIPIENT;
    return out;
  }
  json::object body{
      {"messaging_product", "whatsapp"}, {"recipient_type", "individual"}, {"to", to}};
  if (const auto* t = settings.template_for(m.kind)) {
    out.is_template = true;
    body["type"] = "template";
    body["template"] = template_object(m, *t);
  } else {
    const auto text = message_text(m);
    if (text.empty()) {
      out.problem = "nothing to send: neither text/markdown nor text/plain holds a text";
      out.reason = HERALD_REASON_BAD_CONTENT;
      return out;
    }
    body["type"] = "text";
    body["text"] = {{"preview_url", settings.preview_url}, {"body", text}};
  }
  body["biz_opaque_callback_data"] = delivery.attempt_id;
  out.json = json::serialize(body);
  return out;
}

}  // namespace whatsapp
