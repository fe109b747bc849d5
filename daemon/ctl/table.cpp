#include "ctl/table.hpp"

#include <algorithm>
#include <ostream>

#include "base/text.hpp"

namespace herald::ctl {
namespace {

std::string_view code(Colour colour) {
  switch (colour) {
    case Colour::none:
      return "";
    case Colour::bold:
      return "\x1b[1m";
    case Colour::green:
      return "\x1b[32m";
    case Colour::yellow:
      return "\x1b[33m";
    case Colour::red:
      return "\x1b[31m";
    case Colour::cyan:
      return "\x1b[36m";
    case Colour::grey:
      return "\x1b[90m";
  }
  return "";
}

}  // namespace

Colour colour_of(std::string_view word) {
  const auto is = [word](std::initializer_list<std::string_view> words) {
    return std::any_of(words.begin(), words.end(), [word](auto w) { return word == w; });
  };
  if (is({"delivered", "read", "answered", "running", "ready"})) return Colour::green;
  if (is({"accepted", "unconfirmed", "retry", "unknown", "starting", "draining"}))
    return Colour::yellow;
  if (is({"undelivered", "expired", "rejected", "channel_down", "failed", "stopped", "not ready"}))
    return Colour::red;
  if (is({"queued", "trying", "waiting", "holding", "in_flight"})) return Colour::cyan;
  if (is({"cancelled", "none"})) return Colour::grey;
  return Colour::none;
}

std::string painted(std::string_view text, Colour colour, bool wanted) {
  if (!wanted || colour == Colour::none || text.empty()) return std::string{text};
  return std::string{code(colour)} + std::string{text} + "\x1b[0m";
}

void Table::print(std::ostream& out, bool colour, std::string_view indent) const {
  if (rows_.empty()) return;
  std::vector<std::size_t> width(headings_.size(), 0);
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size() && i < width.size(); ++i)
      width[i] = std::max(width[i], base::code_points(base::escape_control(row[i].text)));
  for (std::size_t i = 0; i < width.size(); ++i)
    if (width[i] != 0) width[i] = std::max(width[i], headings_[i].size());

  const auto line = [&](const auto& cell) {
    std::string gap, text{indent};
    for (std::size_t i = 0; i < width.size(); ++i) {
      if (width[i] == 0) continue;
      const auto [plain, paint] = cell(i);
      if (!plain.empty()) text += gap + painted(plain, paint, colour), gap.clear();
      gap += std::string(width[i] + 2 - base::code_points(plain), ' ');
    }
    out << text << "\n";
  };
  line([&](std::size_t i) { return std::pair{headings_[i], Colour::bold}; });
  for (const auto& row : rows_)
    line([&](std::size_t i) {
      return i < row.size() ? std::pair{base::escape_control(row[i].text), row[i].colour}
                            : std::pair{std::string{}, Colour::none};
    });
}

}  // namespace herald::ctl
