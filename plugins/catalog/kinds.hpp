// kinds.hpp - what kinds.yaml says: kinds, their parameters, what their texts are made from.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "yaml.hpp"

namespace catalog {

/// Locale -> text.
using Localized = std::map<std::string, std::string, std::less<>>;

/// What an object parameter is when the producer sends none, chosen by another parameter.
struct Lookup {
  using Row = std::map<std::string, std::string, std::less<>>;  ///< field -> value
  struct Case {
    std::vector<std::string> names;  ///< folded
    Row row;
  };
  std::string by;
  std::vector<Case> cases;
  Row other;
};

struct Param {
  enum class Format { plain, capitalized, thousands, one_decimal };
  std::string name;
  std::string type = "string";  ///< string, id, integer, number, boolean, object, phone
  bool required = false;
  bool multiline = false;
  Format format = Format::plain;
  std::size_t max_bytes = 0;     ///< 0: the host's own limit
  std::optional<Node> fallback;  ///< `default`: the host fills it in
  std::vector<std::string> values;
  std::vector<Param> fields;     ///< of an object
  Localized missing;             ///< shown where there is no value; empty: none
  std::optional<Lookup> lookup;  ///< of an object
  Place at;
};

/// Another text for some values of one parameter.
struct Variant {
  std::string name;
  std::vector<std::string> names;  ///< folded, with `name`
  Localized title;
};

struct Action {
  std::string id, label, text;
};

struct Kind {
  std::string name, type = "info", priority = "normal";
  std::vector<Param> params;
  std::vector<Action> actions;
  std::vector<std::string> dedupe, locales;
  Localized title;
  std::string by;  ///< the parameter that chooses a variant
  std::vector<Variant> variants;
  Place at;
};

/// The first locale of `locales` is the one for everybody whose own has no text.
struct Kinds {
  std::vector<std::string> locales;
  std::vector<Kind> kinds;
};

/// Reads the tree of kinds.yaml; throws the first mistake.
Kinds read_kinds(const Node& root);
std::vector<Param> read_params(const Node& node, const std::string& where,
                               const std::vector<std::string>& locales, int depth = 1);
/// A text for all locales, or a map with one for each.
Localized read_localized(const Node& node, const std::string& what,
                         const std::vector<std::string>& locales);
std::vector<std::string> read_names(const Node& node, const std::string& what);
/// Letters, digits, `_`, `-` and, where `dots`, `.`; at most `max` bytes.
bool is_name(std::string_view text, std::size_t max, bool dots);

}  // namespace catalog
