#include "kinds.hpp"

#include <algorithm>
#include <set>

#include "texts.hpp"

namespace catalog {
namespace {

constexpr std::size_t kMaxKinds = 1'000, kMaxActions = 16, kMaxVariants = 100;

void check_choice(const Node& node, const std::string& what,
                  std::initializer_list<std::string_view> allowed) {
  const auto& text = as_text(node, what);
  std::string all;
  for (const auto& one : allowed) {
    if (text == one) return;
    all += (all.empty() ? "" : ", ") + std::string{one};
  }
  mistake(node.at, what + " must be one of: " + all);
}

std::vector<Action> read_actions(const Node& node, const std::string& where) {
  std::vector<Action> out;
  std::set<std::string> ids;
  if (as_list(node, "actions of " + where).children.size() > kMaxActions)
    mistake(node.at, where + " has more than 16 actions");
  for (const auto& child : node.children) {
    as_map(child, "an action of " + where, {"id", "label", "text"});
    Action action;
    const auto* id = child.find("id");
    if (id == nullptr) mistake(child.at, "an action of " + where + " needs an `id`");
    action.id = as_text(*id, "id");
    if (!is_name(action.id, 64, false) || !ids.insert(action.id).second)
      mistake(id->at, "an action needs an id of its own, of letters, digits, _ and -");
    const auto* label = child.find("label");
    const auto* text = child.find("text");
    action.label = label != nullptr  ? as_text(*label, "label")
                   : text != nullptr ? as_text(*text, "text")
                                     : action.id;
    action.text = text != nullptr ? as_text(*text, "text") : action.label;
    if (action.label.size() > 256 || action.text.size() > 256)
      mistake(child.at, "an action's label and text are at most 256 bytes");
    out.push_back(std::move(action));
  }
  return out;
}

void read_variants(const Node& node, const std::string& where, Kind& kind) {
  as_map(node, "variants of " + where, {"by", "cases"});
  const auto* by = node.find("by");
  const auto* cases = node.find("cases");
  if (by == nullptr || cases == nullptr)
    mistake(node.at, "variants of " + where + " need `by` and `cases`");
  kind.by = as_text(*by, "by");
  const auto param = std::find_if(kind.params.begin(), kind.params.end(),
                                  [&](const Param& p) { return p.name == kind.by; });
  if (param == kind.params.end() || param->type != "string")
    mistake(by->at, "variants go by a parameter of type string; " + where +
                        " has no such parameter `" + kind.by + "`");
  if (as_list(*cases, "cases").children.size() > kMaxVariants)
    mistake(cases->at, "more than 100 cases");
  std::set<std::string> names;
  for (const auto& child : cases->children) {
    as_map(child, "a case of " + where, {"name", "also", "title"});
    Variant variant;
    const auto* name = child.find("name");
    if (name == nullptr) mistake(child.at, "a case of " + where + " needs a `name`");
    variant.name = as_text(*name, "name");
    if (!is_name(variant.name, 64, false))
      mistake(name->at, "a case's name has letters, digits, _ and - only");
    variant.names = {fold(variant.name)};
    if (const auto* also = child.find("also"))
      for (const auto& text : read_names(*also, "also")) variant.names.push_back(fold(text));
    std::sort(variant.names.begin(), variant.names.end());
    variant.names.erase(std::unique(variant.names.begin(), variant.names.end()),
                        variant.names.end());
    for (const auto& one : variant.names)
      if (!names.insert(one).second)
        mistake(child.at, "`" + one + "` is a name of two cases; keep one");
    if (const auto* title = child.find("title"))
      variant.title = read_localized(*title, "title", kind.locales);
    kind.variants.push_back(std::move(variant));
  }
}

Kind read_kind(const std::string& name, const Node& node, const std::vector<std::string>& locales) {
  const auto where = "kind " + name;
  if (!is_name(name, 128, true))
    mistake(node.at, "a kind has a dotted name of letters, digits, _ and -");
  as_map(node, where,
         {"type", "priority", "params", "actions", "dedupe", "locales", "title", "variants"});
  Kind kind;
  kind.name = name;
  kind.at = node.at;
  kind.locales = locales;
  if (const auto* own = node.find("locales")) {
    kind.locales = read_names(*own, "locales of " + where);
    for (const auto& locale : kind.locales)
      if (std::find(locales.begin(), locales.end(), locale) == locales.end())
        mistake(own->at, "`" + locale + "` is not among `locales` at the top of the file");
    if (kind.locales.empty()) mistake(own->at, where + " needs at least one locale");
  }
  if (const auto* type = node.find("type")) {
    check_choice(*type, "type of " + where,
                 {"info", "confirmation", "status_update", "provider_request"});
    kind.type = type->text;
  }
  if (const auto* priority = node.find("priority")) {
    check_choice(*priority, "priority of " + where, {"low", "normal", "high", "urgent"});
    kind.priority = priority->text;
  }
  if (const auto* params = node.find("params"))
    kind.params = read_params(*params, where, kind.locales);
  if (const auto* actions = node.find("actions")) kind.actions = read_actions(*actions, where);
  if (const auto* title = node.find("title"))
    kind.title = read_localized(*title, "title of " + where, kind.locales);
  if (const auto* dedupe = node.find("dedupe")) {
    kind.dedupe = read_names(*dedupe, "dedupe of " + where);
    for (const auto& one : kind.dedupe)
      if (std::none_of(kind.params.begin(), kind.params.end(),
                       [&](const Param& p) { return p.name == one; }))
        mistake(dedupe->at, "dedupe names `" + one + "`, which is no parameter of " + where);
  }
  if (const auto* variants = node.find("variants")) read_variants(*variants, where, kind);
  for (const auto& param : kind.params)
    if (param.lookup && std::none_of(kind.params.begin(), kind.params.end(), [&](const Param& p) {
          return p.name == param.lookup->by && p.type == "string";
        }))
      mistake(param.at, "`missing` of " + param.name + " goes by `" + param.lookup->by +
                            "`, which is no string parameter of " + where);
  return kind;
}

}  // namespace

bool is_name(std::string_view text, std::size_t max, bool dots) {
  return !text.empty() && text.size() <= max && text.front() != '.' && text.back() != '.' &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '-' || (dots && c == '.');
         });
}

std::vector<std::string> read_names(const Node& node, const std::string& what) {
  std::vector<std::string> out;
  for (const auto& child : as_list(node, what).children) out.push_back(as_text(child, what));
  return out;
}

Localized read_localized(const Node& node, const std::string& what,
                         const std::vector<std::string>& locales) {
  Localized out;
  if (node.kind == Node::Kind::scalar) {
    for (const auto& locale : locales) out[locale] = node.text;
    return out;
  }
  if (node.kind != Node::Kind::map)
    mistake(node.at, what + " must be a text, or a map with one text per locale");
  for (std::size_t i = 0; i < node.keys.size(); ++i)
    out[node.keys[i]] = as_text(node.children[i], what);
  for (const auto& locale : locales)
    if (!out.contains(locale))
      mistake(node.at, what + " has no text for the locale `" + locale + "`");
  for (const auto& [locale, text] : out)
    if (std::find(locales.begin(), locales.end(), locale) == locales.end())
      mistake(node.at, what + " has a text for `" + locale + "`, which is not among `locales`");
  return out;
}

Kinds read_kinds(const Node& root) {
  as_map(root, "kinds.yaml", {"locales", "kinds"});
  Kinds out;
  const auto* locales = root.find("locales");
  if (locales == nullptr)
    mistake(root.at, "`locales` is missing; name the languages there are: locales: [fr, en]");
  out.locales = read_names(*locales, "locales");
  if (out.locales.empty() || out.locales.size() > 50)
    mistake(locales->at, "name one to 50 locales");
  std::set<std::string> seen;
  for (const auto& locale : out.locales)
    if (!is_name(locale, 35, false) || !seen.insert(locale).second)
      mistake(locales->at, "locales are different language tags such as fr or pt-BR");
  const auto* kinds = root.find("kinds");
  if (kinds == nullptr || as_map(*kinds, "kinds").keys.empty())
    mistake(root.at, "`kinds` is missing or empty");
  if (kinds->keys.size() > kMaxKinds) mistake(kinds->at, "more than 1,000 kinds");
  for (std::size_t i = 0; i < kinds->keys.size(); ++i)
    out.kinds.push_back(read_kind(kinds->keys[i], kinds->children[i], out.locales));
  return out;
}

}  // namespace catalog
