// values.hpp - the parameters of one notification as the texts see them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "kinds.hpp"

namespace catalog {

struct Value {
  std::optional<std::string> text;  ///< formatted; none: absent, or an object
  bool given = false;  ///< what {{#x}} asks: there is a value, an object, or it is true
};

/// "service", "provider", "provider.name" -> value; every parameter of the kind is there.
using Values = std::map<std::string, Value, std::less<>>;

/// What a text may rely on.
struct Known {
  bool scalar = true;   ///< {{x}} is possible
  bool always = false;  ///< {{x}} needs no {{#x}} around it
  bool within = false;  ///< of a field: it needs none inside the {{#object}} it belongs to
};
std::map<std::string, Known, std::less<>> known_names(const Kind& kind);

/// Formats `params_json` (checked by the host). A wrong type throws herald::Error naming it; an
/// absent value does not: what misses it says so.
Values read_values(const Kind& kind, std::string_view params_json, const std::string& locale);

/// {"service":"...","provider.name":"..."}: all values that are there, formatted.
std::string fields_json(const Values& values);

}  // namespace catalog
