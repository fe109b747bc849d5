#include "draft.hpp"

#include <algorithm>

#include "notice.hpp"
#include "text/fitted.hpp"
#include "text/markdown.hpp"
#include "text/text.hpp"

namespace whatsapp {
namespace {

std::string message_text(const herald::Message& m, std::size_t most) {
  const auto markdown = m.body("text/markdown");
  auto text = markdown.empty() ? std::string{m.body("text/plain")} : to_whatsapp(markdown);
  const auto is_blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  if (std::all_of(text.begin(), text.end(), is_blank)) return {};
  return fitted(text, most);
}

/// Value of a field; beside the kind's own fields there are `title`, `text` and `id`.
std::string value_of(const herald::Message& m, std::string_view field) {
  for (const auto& [key, value] : m.fields)
    if (key == field) return value;
  if (field == "title") return m.subject;
  if (field == "text") return message_text(m, kMaxParameter);
  if (field == "id") return m.herald_id;
  return {};
}

void fill(const herald::Message& m, const Template& t, Draft& d) {
  d.kind = Draft::kTemplate;
  d.use = &t;
  d.variant = t.for_locale(m.locale);
  if (!t.header.empty()) d.header = parameter(value_of(m, t.header), kMaxHeader);
  // 1024 is the body's own limit, so that one long value cannot spoil the message.
  const auto count = std::max<std::size_t>(t.params.size(), 1);
  const auto share = std::max<std::size_t>(60, kMaxParameter / 2 / count);
  const auto most = count == 1 ? kMaxParameter - 200 : share;
  for (const auto& field : t.params) d.params.push_back(parameter(value_of(m, field), most));
  for (const auto& button : t.buttons)
    d.buttons.push_back(button.kind == TemplateButton::kUrl
                            ? parameter(value_of(m, button.value), kMaxButtonId)
                            : payload(button.value, m.herald_id, kMaxButtonId));
}

/// Titles are short, and no two alike: else the provider refuses the message.
std::vector<Choice> choices(const herald::Message& m, std::size_t most_title, std::size_t most_id) {
  std::vector<Choice> out;
  const auto taken = [&](const std::string& title) {
    return std::any_of(out.begin(), out.end(), [&](const Choice& c) { return c.title == title; });
  };
  for (const auto& action : m.actions) {
    const auto whole = parameter(action.label, kMaxParameter);
    auto title = cut(whole, most_title);
    for (int n = 2; taken(title); ++n) {
      const auto mark = " " + std::to_string(n);
      title = cut(whole, most_title - mark.size()) + mark;
    }
    out.push_back({payload(action.id, m.herald_id, most_id), std::move(title)});
  }
  return out;
}

/// For those who must type it: the answers, one a line.
std::string with_answers(std::string text, const herald::Message& m, std::size_t most) {
  std::string answers;
  for (const auto& action : m.actions) {
    const auto word = parameter(action.text.empty() ? action.label : action.text, kMaxParameter);
    if (text.find(word) == text.npos) answers += "\n- " + word;
  }
  const auto room = length(answers) + 1;
  if (answers.empty() || room >= most / 2) return text;
  return fitted(text, most - room) + "\n" + answers;
}

Refusal refused(herald_reason reason, std::string why) {
  return herald::Outcome::rejected(reason, std::move(why));
}

}  // namespace

Refusal compose(const Settings& settings, const Limits& limits, const herald::Message& m,
                bool window_open, Draft& d) {
  d.to = address_of(m);
  if (d.to.empty())
    return refused(HERALD_REASON_BAD_RECIPIENT,
                   "the recipient's address is no telephone number with country code");
  const auto* t = settings.template_for(m.kind);
  if (t != nullptr && (t->always || !window_open)) {
    fill(m, *t, d);
    return {};
  }
  if (!window_open)
    return refused(HERALD_REASON_CONFIGURATION,
                   "no template: this person has not written within 24 hours, and the kind `" +
                       m.kind + "` has no entry under `templates`");
  d.text = message_text(m, limits.text);
  if (d.text.empty())
    return refused(HERALD_REASON_BAD_CONTENT,
                   "nothing to send: neither text/markdown nor text/plain holds a text");
  const bool fits =
      limits.choices && m.actions.size() <= kMaxRows && length(d.text) <= kMaxChoiceText;
  if (m.actions.empty()) return {};
  if (!fits) {
    d.text = with_answers(std::move(d.text), m, limits.text);
    return {};
  }
  d.kind = Draft::kChoices;
  const bool buttons = m.actions.size() <= kMaxButtons;
  d.choices =
      choices(m, buttons ? kMaxButtonTitle : kMaxRowTitle, buttons ? kMaxButtonId : kMaxRowId);
  return {};
}

}  // namespace whatsapp
