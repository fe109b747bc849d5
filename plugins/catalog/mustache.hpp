// mustache.hpp - one text, ready to be rendered as often as one likes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "scan.hpp"
#include "values.hpp"

namespace catalog {

class Mustache {
 public:
  /// Throws a mistake when a tag names no parameter of the kind, prints what cannot be printed, or
  /// prints what may be missing outside of a {{#x}} that asks for it.
  Mustache(std::vector<Piece> pieces, const Kind& kind);
  Mustache(Mustache&&) noexcept;
  ~Mustache();

  /// `escape` is applied to {{x}}, not to {{{x}}}. Throws herald::Error{HERALD_E_INVALID}, naming
  /// the parameter when one is missing. One thread at a time.
  std::string render(const Values& values, std::string (*escape)(const std::string&));

 private:
  struct Engine;
  void check(const Kind& kind) const;
  void check_values(const Values& values) const;

  std::vector<Piece> pieces_;
  std::string kind_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace catalog
