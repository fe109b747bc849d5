// yaml.hpp - a YAML file as a tree of which every node knows its place.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "mistake.hpp"

namespace catalog {

struct Node {
  enum class Kind { null, scalar, list, map };
  Kind kind = Kind::null;
  std::string text;               ///< of a scalar
  bool quoted = false;            ///< "5" and not 5
  std::vector<std::string> keys;  ///< of a map, in the order of the file
  std::vector<Node> children;     ///< of a list; of a map the values of `keys`
  Place at;

  /// Null where there is no such key, or no value behind it.
  const Node* find(std::string_view key) const;
};

/// One document of at most 1 MiB. Throws a mistake; refused beyond bad syntax: anchors, aliases,
/// tags, keys that stand twice, more than 64 levels, more than 100,000 nodes.
Node parse_yaml(const std::string& file, const std::string& text);

// Reading with checks; `what` names the node in messages: "kind message".

/// A map with no other keys than these.
const Node& as_map(const Node& node, const std::string& what,
                   std::initializer_list<std::string_view> keys);
/// A map with any keys.
const Node& as_map(const Node& node, const std::string& what);
const Node& as_list(const Node& node, const std::string& what);
const std::string& as_text(const Node& node, const std::string& what);
bool as_bool(const Node& node, const std::string& what);
std::size_t as_size(const Node& node, const std::string& what, std::size_t max);

}  // namespace catalog
