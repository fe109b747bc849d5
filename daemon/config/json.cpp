#include <boost/json.hpp>

#include "config/reader.hpp"

namespace herald::config {
namespace {

namespace json = boost::json;

bool is_path_key(std::string_view key) {
  return key == "path" || key == "file" || key == "folder" || key.ends_with("_file") ||
         key.ends_with("_folder");
}

json::value plain(const std::string& text) {
  if (text == "true") return true;
  if (text == "false") return false;
  if (text == "null" || text == "~") return nullptr;
  // Only what JSON itself calls a finite number is one; a leading plus or zero keeps telephone
  // numbers whole.
  if (!text.empty() && (text[0] == '-' || (text[0] >= '0' && text[0] <= '9')) &&
      text.size() <= 40) {
    boost::system::error_code problem;
    const auto value = json::parse(text, problem);
    if (!problem && value.is_number() &&
        (!value.is_double() || std::abs(value.get_double()) <= std::numeric_limits<double>::max()))
      return value;
  }
  return json::value(text);
}

json::value convert(const Node& node, const std::string& folder, std::string_view key) {
  switch (node.kind) {
    case Node::Kind::scalar:
      if (is_path_key(key) && !node.text.empty()) return json::value(absolute(node.text, folder));
      return node.quoted ? json::value(node.text) : plain(node.text);
    case Node::Kind::sequence: {
      json::array array;
      for (const auto& item : node.items) array.push_back(convert(item, folder, key));
      return array;
    }
    case Node::Kind::map: {
      json::object object;
      for (std::size_t i = 0; i < node.keys.size(); ++i)
        object[node.keys[i].text] = convert(node.items[i], folder, node.keys[i].text);
      return object;
    }
    default:
      return nullptr;
  }
}

}  // namespace

std::string to_json(const Node& node, const std::string& folder) {
  return json::serialize(convert(node, folder, {}));
}

}  // namespace herald::config
