#include "delivery/content.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <set>

#include "base/text.hpp"

namespace herald::delivery {
namespace {

namespace json = boost::json;
using base::Code;
using base::fail;

constexpr std::array<std::string_view, 4> kTypes{"info", "confirmation", "status_update",
                                                 "provider_request"};
constexpr std::size_t kLongestMarkdown = 48 * 1024, kLongestTitle = 256, kMostActions = 10,
                      kLongestLabel = 64;

base::Error wrong(const std::string& field, const std::string& why) {
  return fail(Code::unprocessable, "content." + field + " " + why, "content." + field);
}

base::Result<std::string> text(const json::object& from, std::string_view name,
                               const std::string& where, std::size_t longest) {
  const auto* value = from.if_contains(name);
  if (value == nullptr || value->is_null()) return std::string{};
  if (!value->is_string()) return wrong(where, "must be a text");
  if (value->get_string().size() > longest)
    return wrong(where, "is longer than " + std::to_string(longest) + " bytes");
  return std::string{value->get_string()};
}

base::Result<json::array> check_actions(const json::value& value) {
  const auto* given = value.if_array();
  if (given == nullptr || given->size() > kMostActions)
    return wrong("actions", "must be a list of at most 10 actions");
  json::array out;
  std::set<std::string> ids;
  for (const auto& entry : *given) {
    const auto where = "actions[" + std::to_string(out.size()) + "]";
    const auto* action = entry.if_object();
    if (action == nullptr) return wrong(where, "must be an object {id, label, text}");
    auto id = text(*action, "id", where + ".id", kLongestLabel);
    auto label = text(*action, "label", where + ".label", kLongestLabel);
    auto typed = text(*action, "text", where + ".text", kLongestLabel);
    if (!id) return id.error();
    if (!label) return label.error();
    if (!typed) return typed.error();
    if (base::trim(*id).empty() || base::trim(*label).empty())
      return wrong(where, "needs an id and a label");
    if (!ids.insert(*id).second) return wrong(where + ".id", "is used twice");
    out.push_back(
        json::object{{"id", *id}, {"label", *label}, {"text", typed->empty() ? *label : *typed}});
  }
  return out;
}

}  // namespace

bool is_item_type(std::string_view type) {
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

base::Result<CheckedContent> check_content(const json::value& content,
                                           std::string_view default_type) {
  const auto* given = content.if_object();
  if (given == nullptr)
    return fail(Code::unprocessable, "content must be an object {title, markdown, type, actions}",
                "content");
  for (const auto& entry : *given)
    if (entry.key() != "title" && entry.key() != "markdown" && entry.key() != "type" &&
        entry.key() != "actions")
      return wrong(base::escape_control(entry.key()),
                   "is not known; content has title, markdown, type, actions");
  auto title = text(*given, "title", "title", kLongestTitle);
  if (!title) return title.error();
  auto markdown = text(*given, "markdown", "markdown", kLongestMarkdown);
  if (!markdown) return markdown.error();
  if (base::trim(*markdown).empty()) return wrong("markdown", "must not be empty");
  if (base::escape_html(*markdown).size() > kLongestMarkdown)
    return wrong("markdown", "is over 48 KiB after escaping");
  auto type = text(*given, "type", "type", 32);
  if (!type) return type.error();
  if (type->empty()) *type = default_type.empty() ? "info" : default_type;
  if (!is_item_type(*type))
    return wrong("type", "is one of info, confirmation, status_update, provider_request");
  json::array actions;
  if (const auto* value = given->if_contains("actions"); value != nullptr && !value->is_null()) {
    auto checked = check_actions(*value);
    if (!checked) return checked.error();
    actions = std::move(*checked);
  }
  CheckedContent out;
  out.type = *type;
  out.has_actions = !actions.empty();
  out.json = json::serialize(json::object{{"title", *title},
                                          {"markdown", *markdown},
                                          {"type", *type},
                                          {"actions", std::move(actions)}});
  return out;
}

}  // namespace herald::delivery
