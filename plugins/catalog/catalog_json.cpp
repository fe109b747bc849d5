#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "library.hpp"

namespace catalog {
namespace {

namespace json = boost::json;

json::array texts(const std::vector<std::string>& values) {
  json::array out;
  for (const auto& value : values) out.emplace_back(value);
  return out;
}

json::value fallback(const Param& param) {
  const auto& text = param.fallback->text;
  if (param.type == "boolean") return text == "true";
  if (param.type == "integer" || param.type == "number") return json::parse(text);
  return json::string(text);
}

json::array params(const std::vector<Param>& list) {
  json::array out;
  for (const auto& param : list) {
    json::object one{{"name", param.name}, {"type", param.type}, {"required", param.required}};
    if (param.fallback) one["default"] = fallback(param);
    json::object limits;
    if (param.max_bytes != 0) limits["max_bytes"] = param.max_bytes;
    if (!param.values.empty()) limits["values"] = texts(param.values);
    if (!limits.empty()) one["limits"] = std::move(limits);
    if (!param.fields.empty()) one["fields"] = params(param.fields);
    out.push_back(std::move(one));
  }
  return out;
}

json::array actions(const Kind& kind) {
  json::array out;
  for (const auto& action : kind.actions)
    out.push_back(json::object{{"id", action.id}, {"label", action.label}, {"text", action.text}});
  return out;
}

}  // namespace

std::string catalog_json(const Kinds& kinds, const std::string& version) {
  json::array list;
  for (const auto& kind : kinds.kinds) {
    json::object one{{"kind", kind.name},
                     {"type", kind.type},
                     {"priority", kind.priority},
                     {"params", params(kind.params)}};
    if (!kind.actions.empty()) one["actions"] = actions(kind);
    if (!kind.dedupe.empty()) one["dedupe"] = texts(kind.dedupe);
    one["locales"] = texts(kind.locales);
    list.push_back(std::move(one));
  }
  return json::serialize(json::object{{"version", version}, {"kinds", std::move(list)}});
}

std::string actions_json(const Kind& kind) {
  return kind.actions.empty() ? std::string{} : json::serialize(actions(kind));
}

}  // namespace catalog
