#include "values.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "texts.hpp"

namespace catalog {
namespace {

namespace json = boost::json;

[[noreturn]] void wrong(const std::string& name, const std::string& what) {
  throw herald::Error{HERALD_E_INVALID, "parameter " + name + " " + what};
}

std::string number_text(const json::value& value, const Param& param) {
  if (value.is_int64())
    return param.format == Param::Format::thousands ? thousands(value.get_int64())
                                                    : std::to_string(value.get_int64());
  if (value.is_uint64())
    return param.format == Param::Format::thousands ? thousands(value.get_uint64())
                                                    : std::to_string(value.get_uint64());
  return decimal(value.get_double(), param.format == Param::Format::one_decimal ? 1 : 6);
}

// A value of kinds.yaml: as a producer would have sent it.
json::value from_yaml(const Param& param, const std::string& text) {
  if (param.type == "boolean") return text == "true";
  if (param.type == "integer" || param.type == "number") return json::parse(text);
  return json::string(text);
}

Value scalar(const Param& param, const json::value& value, const std::string& name) {
  if (param.type == "boolean") {
    if (!value.is_bool()) wrong(name, "must be true or false");
    return {value.get_bool() ? "true" : "false", value.get_bool()};
  }
  if (value.is_number() && param.type != "string" && param.type != "phone")
    return {number_text(value, param), true};
  if (!value.is_string() || param.type == "integer" || param.type == "number")
    wrong(name, "must be of type " + param.type);
  auto text = clean({value.get_string().data(), value.get_string().size()}, !param.multiline);
  if (text.find_first_not_of(" \t\n") == std::string::npos) return {};
  if (param.format == Param::Format::capitalized) text = capitalized(std::move(text));
  return {std::move(text), true};
}

Value value_of(const Param& param, const json::object* params, const std::string& name,
               const std::string& locale) {
  const auto* value = params != nullptr ? params->if_contains(param.name) : nullptr;
  Value out;
  if (value != nullptr && !value->is_null()) out = scalar(param, *value, name);
  if (!out.text && param.fallback)
    out = scalar(param, from_yaml(param, param.fallback->text), name);
  if (!out.text)
    if (const auto shown = param.missing.find(locale); shown != param.missing.end())
      out.text = shown->second;
  return out;
}

const Lookup::Row& row_of(const Lookup& lookup, const Values& values) {
  const auto by = values.find(lookup.by);
  if (by != values.end() && by->second.text) {
    const auto wanted = fold(*by->second.text);
    for (const auto& one : lookup.cases)
      if (std::find(one.names.begin(), one.names.end(), wanted) != one.names.end()) return one.row;
  }
  return lookup.other;
}

}  // namespace

std::map<std::string, Known, std::less<>> known_names(const Kind& kind) {
  std::map<std::string, Known, std::less<>> out;
  const auto sure = [](const Param& p) { return p.required || p.fallback || !p.missing.empty(); };
  for (const auto& param : kind.params) {
    out[param.name] = {param.type != "object" && param.type != "boolean", sure(param)};
    for (const auto& field : param.fields) {
      const bool always = field.fallback || !field.missing.empty() ||
                          (field.required && (param.required || param.lookup));
      out[param.name + '.' + field.name] = {field.type != "boolean", always, sure(field)};
    }
  }
  return out;
}

Values read_values(const Kind& kind, std::string_view params_json, const std::string& locale) {
  json::error_code problem;
  const auto parsed =
      params_json.empty() ? json::value(json::object{}) : json::parse(params_json, problem);
  if (problem || !parsed.is_object())
    throw herald::Error{HERALD_E_INVALID, "the parameters are not a JSON object"};
  const auto& params = parsed.get_object();
  Values out;
  for (const auto& param : kind.params)
    if (param.type != "object") out[param.name] = value_of(param, &params, param.name, locale);
  for (const auto& param : kind.params) {
    if (param.type != "object") continue;
    const auto* value = params.if_contains(param.name);
    if (value != nullptr && value->is_null()) value = nullptr;
    if (value != nullptr && !value->is_object()) wrong(param.name, "must be an object");
    json::object instead;
    if (value == nullptr && param.lookup)
      for (const auto& [name, text] : row_of(*param.lookup, out))
        for (const auto& field : param.fields)
          if (field.name == name) instead[name] = from_yaml(field, text);
    out[param.name] = {std::nullopt, value != nullptr || param.lookup};
    for (const auto& field : param.fields) {
      const auto name = param.name + '.' + field.name;
      out[name] = value_of(field, value != nullptr ? &value->get_object() : &instead, name, locale);
    }
  }
  return out;
}

std::string fields_json(const Values& values) {
  json::object out;
  for (const auto& [name, value] : values)
    if (value.text) out[name] = *value.text;
  return json::serialize(out);
}

}  // namespace catalog
