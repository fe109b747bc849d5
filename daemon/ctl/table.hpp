#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace herald::ctl {

enum class Colour { none, bold, green, yellow, red, cyan, grey };

/// The colour that goes with a state, an outcome or an evidence, by its name.
Colour colour_of(std::string_view word);

/// Text in a colour, when colour is wanted.
std::string painted(std::string_view text, Colour colour, bool wanted);

struct Cell {
  Cell(std::string t, Colour c = Colour::none) : text(std::move(t)), colour(c) {}
  Cell(const char* t) : text(t) {}
  std::string text;  ///< from anywhere: control characters are escaped when printed
  Colour colour = Colour::none;
};

/// Aligned columns under headings. A column without any text is left out; so is an empty table.
class Table {
 public:
  explicit Table(std::vector<std::string> headings) : headings_(std::move(headings)) {}
  void row(std::vector<Cell> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const { return rows_.empty(); }
  void print(std::ostream& out, bool colour, std::string_view indent = "") const;

 private:
  std::vector<std::string> headings_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace herald::ctl
