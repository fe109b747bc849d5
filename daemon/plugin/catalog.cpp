#include "plugin/catalog.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <set>

#include "base/json.hpp"

namespace herald::plugin {

namespace json = boost::json;
using base::Code;

namespace {

constexpr std::size_t kMaxKinds = 1'000, kMaxParams = 100, kMaxActions = 16, kMaxDepth = 4;
constexpr std::size_t kMaxText = 64 * 1024;

base::Error wrong(const std::string& where, std::string_view what) {
  return base::fail(Code::invalid, "the catalog is wrong at " + where + ": " + std::string{what},
                    where);
}

std::string text(const json::object& o, std::string_view key) {
  const auto* v = o.if_contains(key);
  return v != nullptr && v->is_string() ? std::string{v->as_string()} : std::string{};
}

bool is_name(std::string_view name, std::size_t max) {
  return !name.empty() && name.size() <= max && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
  });
}

base::Result<std::vector<std::string>> texts(const json::object& o, std::string_view key,
                                             const std::string& where) {
  std::vector<std::string> out;
  const auto* v = o.if_contains(key);
  if (v == nullptr || v->is_null()) return out;
  if (!v->is_array() || v->as_array().size() > kMaxParams)
    return wrong(where, std::string{key} + " must be a list of texts");
  for (const auto& entry : v->as_array()) {
    if (!entry.is_string()) return wrong(where, std::string{key} + " must be a list of texts");
    out.emplace_back(entry.as_string());
  }
  return out;
}

base::Result<std::vector<model::Action>> actions_of(const json::value* v) {
  const auto bad = [](const char* what) { return base::fail(Code::invalid, what); };
  std::vector<model::Action> out;
  if (v == nullptr || v->is_null()) return out;
  if (!v->is_array() || v->as_array().size() > kMaxActions)
    return bad("actions must be a list of at most 16");
  std::set<std::string> ids;
  for (const auto& entry : v->as_array()) {
    if (!entry.is_object()) return bad("an action must be an object {id, label, text}");
    model::Action a{text(entry.as_object(), "id"), text(entry.as_object(), "label"),
                    text(entry.as_object(), "text")};
    if (!is_name(a.id, 64) || !ids.insert(a.id).second)
      return bad("an action needs an id of its own");
    if (a.label.empty()) a.label = a.text.empty() ? a.id : a.text;
    if (a.text.empty()) a.text = a.label;
    if (a.label.size() > 256 || a.text.size() > 256)
      return bad("an action's label and text are at most 256 bytes");
    out.push_back(std::move(a));
  }
  return out;
}

base::Result<std::vector<model::ParamSpec>> params_of(const json::object& o, std::string_view key,
                                                      const std::string& where, std::size_t depth);

base::Result<model::ParamSpec> param_of(const json::object& o, const std::string& where,
                                        std::size_t depth) {
  static const std::set<std::string, std::less<>> kTypes{"string", "integer", "number", "boolean",
                                                         "object", "phone",   "id"};
  model::ParamSpec p;
  p.name = text(o, "name");
  if (!is_name(p.name, 64))
    return wrong(where, "a parameter needs a name of letters, digits, _ . -");
  const auto here = where + "." + p.name;
  p.type = text(o, "type");
  if (p.type.empty()) p.type = "string";
  if (!kTypes.contains(p.type))
    return wrong(here, "type must be string, integer, number, boolean, object, phone or id");
  if (const auto* v = o.if_contains("default"); v != nullptr && !v->is_null())
    p.default_json = json::serialize(*v);
  p.required = p.default_json.empty();
  if (const auto* v = o.if_contains("required")) {
    if (!v->is_bool()) return wrong(here, "required must be true or false");
    p.required = v->as_bool();
  }
  const json::object empty;
  const auto* limits = &empty;
  if (const auto* v = o.if_contains("limits"); v != nullptr && !v->is_null()) {
    if (!v->is_object()) return wrong(here, "limits must be an object");
    limits = &v->as_object();
  }
  if (const auto* v = limits->if_contains("max_bytes")) {
    if (!v->is_int64() || v->as_int64() < 1)
      return wrong(here, "limits.max_bytes must be a positive integer");
    p.max_bytes = std::min<std::size_t>(static_cast<std::size_t>(v->as_int64()), p.max_bytes);
  }
  auto values = texts(*limits, "values", here);
  if (!values) return values.error();
  p.values = std::move(*values);
  auto fields = params_of(o, "fields", here, depth + 1);
  if (!fields) return fields.error();
  p.fields = std::move(*fields);
  return p;
}

base::Result<std::vector<model::ParamSpec>> params_of(const json::object& o, std::string_view key,
                                                      const std::string& where, std::size_t depth) {
  std::vector<model::ParamSpec> out;
  const auto* v = o.if_contains(key);
  if (v == nullptr || v->is_null()) return out;
  if (!v->is_array() || v->as_array().size() > kMaxParams || depth > kMaxDepth)
    return wrong(where, std::string{key} + " must be a list of at most 100, nested at most 4 deep");
  std::set<std::string> names;
  for (const auto& entry : v->as_array()) {
    if (!entry.is_object()) return wrong(where, std::string{key} + " must hold objects");
    auto p = param_of(entry.as_object(), where, depth);
    if (!p) return p.error();
    if (!names.insert(p->name).second)
      return wrong(where, "parameter " + p->name + " is named twice");
    out.push_back(std::move(*p));
  }
  return out;
}

base::Result<model::KindSpec> kind_of(const json::object& o) {
  model::KindSpec k;
  k.kind = text(o, "kind");
  if (!is_name(k.kind, 128)) return wrong("kinds", "a kind needs a dotted name");
  const auto where = "kinds." + k.kind;
  k.type = text(o, "type");
  if (k.type.empty()) k.type = "info";
  if (const auto name = text(o, "priority"); !name.empty()) {
    const auto priority = model::priority_from(name);
    if (!priority) return wrong(where, "priority must be low, normal, high or urgent");
    k.priority = *priority;
  }
  auto params = params_of(o, "params", where, 1);
  if (!params) return params.error();
  k.params = std::move(*params);
  auto actions = actions_of(o.if_contains("actions"));
  if (!actions) return wrong(where, actions.error().message);
  k.actions = std::move(*actions);
  auto dedupe = texts(o, "dedupe", where);
  if (!dedupe) return dedupe.error();
  k.dedupe = std::move(*dedupe);
  for (const auto& name : k.dedupe)
    if (std::none_of(k.params.begin(), k.params.end(),
                     [&](const auto& p) { return p.name == name; }))
      return wrong(where, "dedupe names " + name + ", which is no parameter");
  auto locales = texts(o, "locales", where);
  if (!locales) return locales.error();
  k.locales = std::move(*locales);
  return k;
}

}  // namespace

base::Result<model::Catalog> parse_catalog(std::string_view text_of_it) {
  auto value = base::parse_json(text_of_it, {.depth = 32, .bytes = 1 << 20});
  if (!value) return base::fail(Code::invalid, "the catalog is not JSON: " + value.error().message);
  if (!value->is_object()) return wrong("/", "it must be an object {version, kinds}");
  const auto& o = value->as_object();
  model::Catalog catalog;
  catalog.version = text(o, "version");
  const auto* kinds = o.if_contains("kinds");
  if (kinds == nullptr || !kinds->is_array() || kinds->as_array().size() > kMaxKinds)
    return wrong("kinds", "it must be a list of at most 1,000");
  for (const auto& entry : kinds->as_array()) {
    if (!entry.is_object()) return wrong("kinds", "it must hold objects");
    auto kind = kind_of(entry.as_object());
    if (!kind) return kind.error();
    auto name = kind->kind;
    if (!catalog.kinds.emplace(name, std::move(*kind)).second)
      return wrong("kinds", "kind " + name + " is there twice");
  }
  return catalog;
}

base::Result<model::Rendered> read_rendered(
    const std::map<std::string, std::string, std::less<>>& output) {
  model::Rendered r;
  const auto bad = [](std::string why) {
    return base::fail(Code::internal, "the template's answer is unusable: " + std::move(why));
  };
  for (const auto& [key, value] : output) {
    if (key == "title") {
      if (value.size() > 1024) return bad("title over 1 KiB");
      r.title = value;
    } else if (key == "actions") {
      auto parsed = base::parse_json(value);
      if (!parsed) return bad("actions is not JSON");
      auto actions = actions_of(&*parsed);
      if (!actions) return bad(actions.error().message);
      r.actions = std::move(*actions);
    } else if (key == "fields") {
      const auto parsed = base::parse_json(value);
      if (!parsed || !parsed->is_object()) return bad("fields is not a JSON object");
      for (const auto& [name, field] : parsed->as_object())
        if (!field.is_string()) return bad("fields must hold texts");
      r.fields_json = value;
    } else if (key == "version") {
      r.version = value.substr(0, 100);
    } else if (key.find('/') != std::string::npos) {
      if (value.size() > kMaxText) return bad(key + " is over 64 KiB");
      r.parts.emplace(key, value);
    }
  }
  if (r.parts.empty()) return bad("it has no text in any format");
  return r;
}

base::Result<model::Rendered> render_content(const model::ports::Channels::RenderRequest& request) {
  const auto value = base::parse_json(request.content_json, {.depth = 8, .bytes = 256 * 1024});
  if (!value || !value->is_object())
    return base::fail(Code::unprocessable, "content is not a JSON object", "content");
  const auto& o = value->as_object();
  model::Rendered r;
  r.version = "content";
  r.title = text(o, "title");
  auto actions = actions_of(o.if_contains("actions"));
  if (!actions) return base::fail(Code::unprocessable, actions.error().message, "content.actions");
  r.actions = std::move(*actions);
  const auto markdown = text(o, "markdown");
  if (markdown.empty() && r.title.empty())
    return base::fail(Code::unprocessable, "content has no text", "content.markdown");
  if (markdown.size() > std::min(request.max_bytes, kMaxText) || r.title.size() > 1024)
    return base::fail(Code::unprocessable, "content is too large for a message", "content");
  const auto& body = markdown.empty() ? r.title : markdown;
  for (const auto& format : request.formats)
    if (format == "text/markdown" || format == "text/plain") r.parts.emplace(format, body);
  // A channel that wants something else still gets the words.
  if (r.parts.empty()) r.parts.emplace("text/plain", body);
  return r;
}

}  // namespace herald::plugin
