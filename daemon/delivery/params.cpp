#include "delivery/params.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/text.hpp"

namespace herald::delivery {
namespace {

namespace json = boost::json;
using base::Code;
using base::fail;

base::Error wrong(const std::string& where, std::string why) {
  return fail(Code::unprocessable,
              "parameter " + where.substr(where.find('.') + 1) + " " + std::move(why), where);
}

std::string listed(const std::vector<std::string>& values) {
  std::string out;
  for (const auto& value : values) out += (out.empty() ? "" : ", ") + value;
  return out;
}

base::Result<json::object> check_fields(const std::vector<model::ParamSpec>& specs,
                                        const json::object& given, const std::string& where);

base::Result<json::value> check_value(const model::ParamSpec& spec, const json::value& value,
                                      const std::string& where) {
  const auto size = value.is_string() ? value.get_string().size() : 0;
  if (size > spec.max_bytes)
    return wrong(where, "is " + std::to_string(size) + " bytes; at most " +
                            std::to_string(spec.max_bytes) + " are allowed");
  if (spec.type == "string" || spec.type == "phone") {
    if (!value.is_string()) return wrong(where, "must be a text");
    const std::string text{value.get_string()};
    if (!spec.values.empty() &&
        std::find(spec.values.begin(), spec.values.end(), text) == spec.values.end())
      return wrong(where, "must be one of: " + listed(spec.values));
    if (spec.required && base::trim(text).empty()) return wrong(where, "must not be empty");
    return value;
  }
  if (spec.type == "integer")
    return value.is_int64() || value.is_uint64() ? base::Result<json::value>{value}
                                                 : wrong(where, "must be a whole number");
  if (spec.type == "number")
    return value.is_number() ? base::Result<json::value>{value} : wrong(where, "must be a number");
  if (spec.type == "boolean")
    return value.is_bool() ? base::Result<json::value>{value}
                           : wrong(where, "must be true or false");
  if (spec.type == "object") {
    if (!value.is_object()) return wrong(where, "must be an object");
    if (spec.fields.empty()) return value;
    auto inner = check_fields(spec.fields, value.get_object(), where);
    if (!inner) return inner.error();
    return json::value(std::move(*inner));
  }
  // A number or a text as identifier: "42" and 42 mean the same thing.
  if (spec.type == "id") {
    if (value.is_string() || value.is_int64() || value.is_uint64()) return value;
    return wrong(where, "must be a text or a whole number");
  }
  return wrong(where, "has the type '" + spec.type + "', which this version does not know");
}

base::Result<json::object> check_fields(const std::vector<model::ParamSpec>& specs,
                                        const json::object& given, const std::string& where) {
  for (const auto& entry : given) {
    const std::string_view name{entry.key().data(), entry.key().size()};
    if (std::any_of(specs.begin(), specs.end(), [&](const auto& s) { return s.name == name; }))
      continue;
    std::vector<std::string_view> names;
    for (const auto& s : specs) names.push_back(s.name);
    const auto meant = base::did_you_mean(name, names);
    return wrong(where + '.' + base::escape_control(name),
                 meant ? "is not known; did you mean '" + std::string{*meant} + "'?"
                       : "is not known to this kind");
  }
  json::object out;
  for (const auto& spec : specs) {
    const auto place = where + '.' + spec.name;
    const auto* value = given.if_contains(spec.name);
    if (value != nullptr && value->is_null()) value = nullptr;  // null is the absence of a value
    if (value == nullptr) {
      if (!spec.default_json.empty())
        out[spec.name] = json::parse(spec.default_json);
      else if (spec.required)
        return wrong(place, "is missing");
      continue;
    }
    auto checked = check_value(spec, *value, place);
    if (!checked) return checked.error();
    out[spec.name] = std::move(*checked);
  }
  return out;
}

}  // namespace

base::Result<json::object> check_params(const model::KindSpec& kind, const json::object& params) {
  return check_fields(kind.params, params, "params");
}

}  // namespace herald::delivery
