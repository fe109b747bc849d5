#include "config/config.hpp"

#include <algorithm>

namespace herald::config {

const Channel* Config::channel(std::string_view name) const {
  const auto found = std::find_if(channels.begin(), channels.end(),
                                  [&](const Channel& c) { return c.name == name; });
  return found == channels.end() ? nullptr : &*found;
}

Mark Config::mark(std::string_view path) const {
  for (;;) {
    if (const auto found = marks.find(path); found != marks.end()) return found->second;
    const auto cut = path.find_last_of(".[");
    if (cut == std::string_view::npos) break;
    path = path.substr(0, cut);
  }
  return {files.empty() ? std::string{} : files.front(), 0, 0};
}

}  // namespace herald::config
