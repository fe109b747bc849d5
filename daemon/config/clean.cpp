#include <algorithm>

#include "base/text.hpp"
#include "config/tree.hpp"

namespace herald::config {

bool clean(std::string_view text, const std::string& name, Diagnostics& diagnostics) {
  if (text.size() > kMaxFileBytes) {
    diagnostics.error({name, 0, 0}, "larger than 1 MiB; a configuration is smaller");
    return false;
  }
  if (text.starts_with("\xEF\xBB\xBF")) {
    diagnostics.error({name, 1, 1},
                      "begins with a byte order mark; save the file as UTF-8 without one");
    return false;
  }
  // No two values without one of these between them. Counting them first spares yaml-cpp, which is
  // slow, the bombs.
  if (std::count_if(text.begin(), text.end(), [](char c) {
        return c == ':' || c == ',' || c == '-' || c == '[';
      }) > static_cast<std::ptrdiff_t>(kMaxNodes)) {
    diagnostics.error({name, 1, 1}, kTooMany);
    return false;
  }
  unsigned line = 0;
  bool good = true;
  for (const auto raw : base::split(text, '\n')) {
    ++line;
    const auto row = raw.ends_with('\r') ? raw.substr(0, raw.size() - 1) : raw;
    if (!base::is_utf8(row)) {
      diagnostics.error({name, line, 1}, "is not UTF-8; save the file as UTF-8");
      return false;
    }
    const auto bad = std::find_if(row.begin(), row.end(), [](char c) {
      return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
    });
    if (bad != row.end()) {
      const auto column =
          base::code_points(row.substr(0, static_cast<std::size_t>(bad - row.begin()))) + 1;
      diagnostics.error({name, line, static_cast<unsigned>(column)},
                        "a control character; remove it");
      return false;
    }
    const auto text_at = row.find_first_not_of(" \t");
    const auto tab = row.find('\t');
    if (text_at != std::string_view::npos && row[text_at] != '#' && tab < text_at) {
      diagnostics.error({name, line, static_cast<unsigned>(tab + 1)},
                        "a tab in front of the text; YAML wants spaces");
      good = false;
    }
  }
  return good;
}

}  // namespace herald::config
