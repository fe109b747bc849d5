#include <boost/json.hpp>

#include "config/sections.hpp"

namespace herald::config {
namespace {

namespace json = boost::json;

std::string_view parent(std::string_view path) {
  const auto dot = path.rfind('.');
  return dot == std::string_view::npos ? std::string_view{} : path.substr(0, dot);
}

json::object object_schema(const std::vector<Setting>& all, const std::string& of);

void describe_value(const std::vector<Setting>& all, const Setting& s, json::object& out) {
  using enum Setting::Type;
  switch (s.type) {
    case flag:
      out["type"] = "boolean";
      break;
    case number:
      out["type"] = "integer";
      out["minimum"] = s.min;
      out["maximum"] = s.max;
      break;
    case text:
    case path:
      out["type"] = "string";
      break;
    case duration:
      out["type"] = "string";
      out["pattern"] = "^([0-9]+(ms|s|m|h|d))+$";
      break;
    case age:
      out["type"] = "string";
      out["pattern"] = "^(never|([0-9]+(ms|s|m|h|d))+)$";
      break;
    case range:
      out["type"] = "string";
      out["pattern"] = "^([0-9]+(ms|s|m|h|d))+(\\.\\.([0-9]+(ms|s|m|h|d))+)?$";
      break;
    case rate:
      out["type"] = "string";
      out["pattern"] = "^[1-9][0-9]*/([0-9]+(ms|s|m|h|d))*(s|m|h|d)?$";
      break;
    case hours:
      out["type"] = "string";
      out["pattern"] = "^(none|[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9])$";
      break;
    case choice:
      out["enum"] = json::value_from(s.values);
      break;
    case texts:
      out["type"] = {"string", "array", "null"};
      out["items"] = {{"type", "string"}};
      break;
    case free:
      out["type"] = {"object", "null"};
      break;
    case section: {
      auto below = object_schema(all, s.path);
      below["type"] = {"object", "null"};
      for (auto& [key, value] : below) out[key] = value;
      break;
    }
    case named:
      out["type"] = {"object", "null"};
      out["additionalProperties"] = object_schema(all, s.path + ".*");
      break;
    case items: {
      auto item = object_schema(all, s.path + "[]");
      out["type"] = {"array", "null"};
      if (s.shorthand)
        out["items"] = {{"anyOf", json::array{json::object{{"type", "string"}}, item}}};
      else
        out["items"] = item;
      break;
    }
  }
}

json::object object_schema(const std::vector<Setting>& all, const std::string& of) {
  json::object properties;
  json::array required;
  for (const auto& s : all) {
    if (parent(s.path) != of) continue;
    const auto name = of.empty() ? s.path : s.path.substr(of.size() + 1);
    json::object value{{"description", s.help}};
    describe_value(all, s, value);
    if (!s.fallback.empty() && s.fallback != "[]") {
      if (s.type == Setting::Type::flag || s.type == Setting::Type::number || s.fallback == "\"\"")
        value["default"] = json::parse(s.fallback);
      else
        value["default"] = s.fallback;
    }
    if (s.required) required.emplace_back(name);
    properties[name] = std::move(value);
  }
  json::object out{
      {"type", "object"}, {"additionalProperties", false}, {"properties", std::move(properties)}};
  if (!required.empty()) out["required"] = std::move(required);
  return out;
}

void print(const json::value& value, std::string indent, std::string& out) {
  const auto inner = indent + "  ";
  if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
    out += '{';
    bool first = true;
    for (const auto& [key, item] : *object) {
      out += (first ? "\n" : ",\n") + inner + json::serialize(key) + ": ";
      print(item, inner, out);
      first = false;
    }
    out += '\n' + indent + '}';
  } else {
    out += json::serialize(value);
  }
}

}  // namespace

std::vector<Setting> settings() {
  std::vector<Setting> all;
  Diagnostics diagnostics;
  const std::vector<std::string> files;
  Context context{diagnostics, files, "/", nullptr, &all};
  Reader reader{context, nullptr, {}};
  Config defaults;
  read_all(reader, defaults);
  return all;
}

std::string json_schema() {
  auto root = object_schema(settings(), {});
  json::object out{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                   {"title", "herald.yaml"}};
  for (auto& [key, value] : root) out[key] = value;
  std::string text;
  print(out, {}, text);
  return text + '\n';
}

}  // namespace herald::config
