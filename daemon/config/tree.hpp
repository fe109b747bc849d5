#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostics.hpp"

namespace herald::config {

/// A value of a configuration file. Our own tree and not yaml-cpp's: that one shares nodes between
/// aliases, keeps duplicate keys and forgets places when merged.
struct Node {
  enum class Kind : uint8_t {
    null,
    scalar,
    sequence,
    map,
    broken
  };  ///< broken: already complained about
  struct Key {
    std::string text;
    uint16_t file = 0;
    unsigned line = 0, column = 0;
  };
  Kind kind = Kind::null;
  bool quoted = false;
  uint16_t file = 0;              ///< index into the list of files
  unsigned line = 0, column = 0;  ///< from 1, in characters
  std::string text;               ///< scalar
  std::vector<Key> keys;          ///< map: parallel to items
  std::vector<Node> items;        ///< map and sequence

  const Node* find(std::string_view key) const {
    for (std::size_t i = 0; i < keys.size(); ++i)
      if (keys[i].text == key) return &items[i];
    return nullptr;
  }
};

inline constexpr std::size_t kMaxFileBytes = 1 << 20;
inline constexpr std::size_t kMaxDepth = 64;
inline constexpr std::size_t kMaxNodes = 100'000;
inline constexpr const char* kTooMany = "more than 100,000 values; a configuration is smaller";

/// What must hold of the bytes of a file before they are parsed: size, UTF-8, no control
/// characters, no byte order mark, no tabs in front of text. What does not hold is said in
/// `diagnostics`.
bool clean(std::string_view text, const std::string& name, Diagnostics& diagnostics);

/// Parses one file. Nothing when it is not well-formed YAML or breaks a limit (all said in
/// `diagnostics`); a tree with `broken` nodes when only single places are wrong (aliases, duplicate
/// keys). An empty file is an empty map.
std::optional<Node> parse(std::string_view text, uint16_t file, const std::string& name,
                          Diagnostics& diagnostics);

/// Adds a later file to the tree: maps by key, sequences appended; the same setting twice is an
/// error.
void merge(Node& into, Node&& from, const std::vector<std::string>& files,
           Diagnostics& diagnostics);

}  // namespace herald::config
