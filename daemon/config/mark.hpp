#pragma once

#include <string>

namespace herald::config {

/// A place in a configuration file. Line and column count from 1, columns in characters; 0 means
/// "no place": a default.
struct Mark {
  std::string file;
  unsigned line = 0, column = 0;
  friend bool operator==(const Mark&, const Mark&) = default;
};

/// `file:line:column`, or just what is known of it.
std::string to_string(const Mark& mark);

}  // namespace herald::config
