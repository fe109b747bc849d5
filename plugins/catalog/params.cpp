#include <algorithm>
#include <charconv>

#include "kinds.hpp"
#include "texts.hpp"

namespace catalog {
namespace {

constexpr std::size_t kMaxParams = 100, kMaxBytes = 16 * 1024;
constexpr int kMaxDepth = 2;

bool is_integer(const std::string& text) {
  int64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, value);
  return problem == std::errc{} && stop == end;
}

bool is_number(const std::string& text) {
  double value = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, value);
  return problem == std::errc{} && stop == end && value - value == 0;
}

// A value in YAML must be what the host would take from a producer.
void check_value(const Param& param, const Node& node, const std::string& what) {
  const auto& text = as_text(node, what);
  if (param.type == "integer" && (node.quoted || !is_integer(text)))
    mistake(node.at, what + " must be a whole number");
  if (param.type == "number" && (node.quoted || !is_number(text)))
    mistake(node.at, what + " must be a number");
  if (param.type == "boolean") as_bool(node, what);
  if (!param.values.empty() &&
      std::find(param.values.begin(), param.values.end(), text) == param.values.end())
    mistake(node.at, what + " is not among `values`");
}

Lookup::Row read_row(const Node& node, const Param& param) {
  const auto what = "`missing` of " + param.name;
  Lookup::Row row;
  as_map(node, what);
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    const auto field = std::find_if(param.fields.begin(), param.fields.end(),
                                    [&](const Param& p) { return p.name == node.keys[i]; });
    if (field == param.fields.end())
      mistake(node.children[i].at, param.name + " has no field `" + node.keys[i] + "`");
    check_value(*field, node.children[i], what);
    row[node.keys[i]] = node.children[i].text;
  }
  for (const auto& field : param.fields)
    if (field.required && !row.contains(field.name))
      mistake(node.at, what + " lacks `" + field.name + "`");
  return row;
}

Lookup read_lookup(const Node& node, const Param& param) {
  const auto what = "`missing` of " + param.name;
  as_map(node, what, {"by", "cases", "other"});
  const auto* by = node.find("by");
  const auto* other = node.find("other");
  if (by == nullptr || other == nullptr)
    mistake(node.at, what + " needs `by` (a parameter) and `other` (for all else)");
  Lookup lookup;
  lookup.by = as_text(*by, "by");
  lookup.other = read_row(*other, param);
  if (const auto* cases = node.find("cases"))
    for (const auto& child : as_list(*cases, "cases").children) {
      as_map(child, "a case of " + what, {"names", "value"});
      const auto* names = child.find("names");
      const auto* value = child.find("value");
      if (names == nullptr || value == nullptr)
        mistake(child.at, "a case needs `names` and `value`");
      Lookup::Case one;
      for (const auto& name : read_names(*names, "names")) one.names.push_back(fold(name));
      one.row = read_row(*value, param);
      lookup.cases.push_back(std::move(one));
    }
  return lookup;
}

Param::Format read_format(const Node& node, const Param& param) {
  const auto& text = as_text(node, "format of " + param.name);
  if (text == "capitalized" && param.type == "string") return Param::Format::capitalized;
  if (text == "thousands" && param.type == "integer") return Param::Format::thousands;
  if (text == "one_decimal" && param.type == "number") return Param::Format::one_decimal;
  mistake(node.at, "format of " + param.name +
                       " must be capitalized (of a string), thousands (of an integer) or "
                       "one_decimal (of a number)");
}

Param read_param(const std::string& name, const Node& node, const std::string& where,
                 const std::vector<std::string>& locales, int depth) {
  const auto what = "parameter " + name + " of " + where;
  if (!is_name(name, 64, false))
    mistake(node.at, "a parameter's name has letters, digits, _ and - only");
  Param param;
  param.name = name;
  param.at = node.at;
  if (node.kind == Node::Kind::null) return param;
  as_map(node, what,
         {"type", "required", "default", "max_bytes", "values", "fields", "missing", "multiline",
          "format"});
  if (const auto* type = node.find("type")) {
    param.type = as_text(*type, "type");
    static constexpr std::string_view kTypes[] = {"string",  "id",     "integer", "number",
                                                  "boolean", "object", "phone"};
    if (std::find(std::begin(kTypes), std::end(kTypes), param.type) == std::end(kTypes))
      mistake(type->at,
              "type of " + what + " must be string, id, integer, number, boolean, object or phone");
  }
  const bool object = param.type == "object";
  if (const auto* fields = node.find("fields")) {
    if (!object) mistake(fields->at, "only an object has `fields`");
    if (depth >= kMaxDepth)
      mistake(fields->at, "objects within objects are not supported; use plain parameters");
    param.fields = read_params(*fields, what, locales, depth + 1);
  }
  if (object && param.fields.empty()) mistake(node.at, what + " is an object and needs `fields`");
  if (const auto* required = node.find("required")) param.required = as_bool(*required, "required");
  if (const auto* multiline = node.find("multiline"))
    param.multiline = as_bool(*multiline, "multiline");
  if (const auto* max = node.find("max_bytes"))
    param.max_bytes = as_size(*max, "max_bytes", kMaxBytes);
  if (const auto* values = node.find("values")) {
    if (param.type != "string") mistake(values->at, "only a string has `values`");
    param.values = read_names(*values, "values");
  }
  if (const auto* format = node.find("format")) param.format = read_format(*format, param);
  if (const auto* fallback = node.find("default")) {
    if (object) mistake(fallback->at, "an object has no `default`; give it `missing`");
    if (param.required) mistake(fallback->at, what + " is required and can have no `default`");
    check_value(param, *fallback, "default of " + what);
    param.fallback = *fallback;
  }
  if (const auto* missing = node.find("missing")) {
    if (param.required) mistake(missing->at, what + " is required and can never be missing");
    if (object)
      param.lookup = read_lookup(*missing, param);
    else
      param.missing = read_localized(*missing, "missing of " + what, locales);
  }
  return param;
}

}  // namespace

std::vector<Param> read_params(const Node& node, const std::string& where,
                               const std::vector<std::string>& locales, int depth) {
  std::vector<Param> out;
  if (as_map(node, "params of " + where).keys.size() > kMaxParams)
    mistake(node.at, where + " has more than 100 parameters");
  for (std::size_t i = 0; i < node.keys.size(); ++i)
    out.push_back(read_param(node.keys[i], node.children[i], where, locales, depth));
  return out;
}

}  // namespace catalog
