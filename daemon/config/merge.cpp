#include <unordered_map>

#include "config/tree.hpp"

namespace herald::config {

void merge(Node& into, Node&& from, const std::vector<std::string>& files,
           Diagnostics& diagnostics) {
  std::unordered_map<std::string, std::size_t> index;
  for (std::size_t i = 0; i < into.keys.size(); ++i) index.emplace(into.keys[i].text, i);
  for (std::size_t i = 0; i < from.keys.size(); ++i) {
    auto& key = from.keys[i];
    auto& value = from.items[i];
    const auto found = index.find(key.text);
    if (found == index.end()) {
      into.keys.push_back(std::move(key));
      into.items.push_back(std::move(value));
      continue;
    }
    auto& present = into.items[found->second];
    if (value.kind == Node::Kind::null || value.kind == Node::Kind::broken) continue;
    if (present.kind == Node::Kind::null) {
      present = std::move(value);
    } else if (present.kind == Node::Kind::map && value.kind == Node::Kind::map) {
      merge(present, std::move(value), files, diagnostics);
    } else if (present.kind == Node::Kind::sequence && value.kind == Node::Kind::sequence) {
      for (auto& item : value.items) present.items.push_back(std::move(item));
    } else if (present.kind != Node::Kind::broken) {
      const auto& first = into.keys[found->second];
      diagnostics.error({files[key.file], key.line, key.column},
                        "`" + key.text + "` is already set at " +
                            to_string({files[first.file], first.line, first.column}) +
                            "; remove one");
    }
  }
}

}  // namespace herald::config
