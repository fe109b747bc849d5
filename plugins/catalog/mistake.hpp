// mistake.hpp - how a wrong file is reported: "fr/message.mustache:3:7: cause; next step".
#pragma once

#include <herald/error.hpp>

#include <cstddef>
#include <string>

namespace catalog {

/// Lines and columns count from 1; 0 leaves them out.
struct Place {
  std::string file;
  std::size_t line = 0, column = 0;
};

[[noreturn]] inline void mistake(const Place& at, const std::string& what) {
  std::string text = at.file;
  if (at.line != 0) text += ':' + std::to_string(at.line) + ':' + std::to_string(at.column);
  throw herald::Error{HERALD_E_INVALID, text + ": " + what};
}

}  // namespace catalog
