#include <algorithm>
#include <boost/json/value.hpp>

#include "control/idl.hpp"

namespace herald::control::idl {

namespace json = boost::json;

std::optional<std::string> Interface::mismatch(const std::vector<Field>& fields,
                                               const json::object& value) const {
  return check(fields, value, "");
}

std::optional<std::string> Interface::check(const std::vector<Field>& fields,
                                            const json::object& value,
                                            const std::string& prefix) const {
  for (const auto& member : value) {
    const auto known = std::any_of(fields.begin(), fields.end(), [&](const Field& f) {
      return f.name == std::string_view{member.key()};
    });
    if (!known) return prefix + std::string{member.key()};
  }
  for (const auto& field : fields) {
    const auto* v = value.if_contains(field.name);
    if (v == nullptr || v->is_null()) {
      if (!field.type.nullable) return prefix + field.name;
      continue;
    }
    if (auto bad = check(field.type, *v, prefix + field.name)) return bad;
  }
  return std::nullopt;
}

std::optional<std::string> Interface::check(const Type& type, const json::value& value,
                                            const std::string& path) const {
  const auto verdict = [&path](bool fits) { return fits ? std::nullopt : std::optional{path}; };
  if (value.is_null()) return verdict(type.nullable);
  switch (type.kind) {
    case Type::Kind::boolean:
      return verdict(value.is_bool());
    case Type::Kind::integer:
      return verdict(value.is_int64() || value.is_uint64());
    case Type::Kind::number:
      return verdict(value.is_number());
    case Type::Kind::text:
      return verdict(value.is_string());
    case Type::Kind::object:
      return verdict(value.is_object());
    case Type::Kind::choice:
      return verdict(value.is_string() &&
                     std::find(type.choices.begin(), type.choices.end(),
                               std::string_view{value.get_string()}) != type.choices.end());
    case Type::Kind::structure:
      if (!value.is_object()) return path;
      return check(type.fields, value.get_object(), path + ".");
    case Type::Kind::named:
      for (const auto& named : types_)
        if (named.name == type.name) return check(named.type, value, path);
      return path;
    case Type::Kind::array: {
      if (!value.is_array()) return path;
      std::size_t i = 0;
      for (const auto& element : value.get_array())
        if (auto bad = check(*type.element, element, path + "[" + std::to_string(i++) + "]"))
          return bad;
      return std::nullopt;
    }
    case Type::Kind::map:
      if (!value.is_object()) return path;
      for (const auto& member : value.get_object())
        if (auto bad = check(*type.element, member.value(), path + "." + std::string{member.key()}))
          return bad;
      return std::nullopt;
  }
  return path;
}

}  // namespace herald::control::idl
