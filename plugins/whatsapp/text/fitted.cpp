#include "text/fitted.hpp"

#include <vector>

#include "text/text.hpp"

namespace whatsapp {
namespace {

constexpr std::string_view kFence = "```";

/// As cut(); backticks that stood together are cut off together.
std::string shorter(std::string_view text, std::size_t most) {
  constexpr std::string_view kMore = "…";
  auto out = cut(text, most);
  if (out == text) return out;
  auto end = out.size() - kMore.size();
  if (text[end] == '`')
    while (end > 0 && text[end - 1] == '`') --end;
  return std::string{text.substr(0, end)}.append(kMore);
}

bool fence_is_open(std::string_view text) {
  bool open = false;
  for (auto at = text.find(kFence); at != text.npos; at = text.find(kFence, at + kFence.size()))
    open = !open;
  return open;
}

/// Of a line, where the markers stand that open and are not closed; an open code span alone, since
/// what follows it is none of its own then.
std::vector<std::size_t> open_marks(std::string_view line) {
  std::vector<std::size_t> open;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char mark = line[at];
    if (line.substr(at).starts_with(kFence)) {
      // Its partner may stand in another line.
      const auto close = line.find(kFence, at + kFence.size());
      at = (close == line.npos ? at : close) + kFence.size() - 1;
    } else if (mark == '`') {
      const auto close = line.find('`', at + 1);
      if (close == line.npos) return {at};
      at = close;
    } else if (mark == '*' || mark == '_' || mark == '~') {
      const auto before = code_before(line, at).value, after = code_at(line, at + 1).value;
      auto opener = open.end();
      if (!is_space(before) && before != 0 && !is_word(after))
        while (opener != open.begin() && line[*--opener] != mark) {
        }
      if (opener != open.end() && line[*opener] == mark)
        open.erase(opener, open.end());
      else if (!is_word(before) && !is_space(after) && after != 0)
        open.push_back(at);
    }
  }
  return open;
}

}  // namespace

std::string fitted(std::string_view text, std::size_t most) {
  auto out = shorter(text, most);
  if (out == text) return out;
  if (fence_is_open(out)) {
    out = shorter(text, most - kFence.size());
    if (fence_is_open(out)) return out.append(kFence);
  }
  // Markers have their partners in the same line.
  const auto line = out.rfind('\n') + 1;
  for (auto open = open_marks(std::string_view{out}.substr(line)); !open.empty();
       open = open_marks(std::string_view{out}.substr(line)))
    out.erase(line + open.back(), 1);
  return out;
}

}  // namespace whatsapp
