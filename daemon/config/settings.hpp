#pragma once

#include <string>
#include <vector>

namespace herald::config {

/// One key of the configuration as its definition in the reader tells it: what parses it also
/// documents it.
struct Setting {
  enum class Type {
    flag,
    number,
    text,
    path,
    duration,
    age,
    choice,
    texts,
    section,
    named,
    items,
    free,
    range,
    rate,
    hours
  };
  std::string path;  ///< "http.port"; "channels.*.timeout" below named sections, "routes[].name"
                     ///< below lists
  Type type = Type::text;
  std::string fallback;  ///< the default as one would write it; empty: none
  std::string help;
  std::vector<std::string> values;  ///< of a choice
  unsigned min = 0, max = 0;        ///< of a number
  bool required = false;
  bool shorthand = false;  ///< an item may also be a plain text
};

/// All keys in the order of the sections, parents before children.
std::vector<Setting> settings();

/// JSON Schema (draft 2020-12) of the configuration file for editors, generated from settings().
std::string json_schema();

}  // namespace herald::config
