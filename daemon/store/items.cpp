#include "store/items.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace herald::store {

std::string actions_text(const std::vector<model::Action>& actions) {
  boost::json::array out;
  for (const auto& action : actions)
    out.push_back(boost::json::array{action.id, action.label, action.text});
  return boost::json::serialize(out);
}

std::vector<model::Action> read_actions(std::string_view text) {
  namespace json = boost::json;
  std::vector<model::Action> out;
  json::error_code ec;
  const auto value = json::parse({text.data(), text.size()}, ec);
  if (ec || !value.is_array()) return out;
  const auto string = [](const json::value& v) {
    return v.is_string() ? std::string{v.get_string()} : std::string{};
  };
  for (const auto& entry : value.get_array()) {
    const auto* parts = entry.if_array();
    if (parts != nullptr && parts->size() == 3)
      out.push_back({string((*parts)[0]), string((*parts)[1]), string((*parts)[2])});
  }
  return out;
}

std::string label_of(const std::vector<model::Action>& actions, std::string_view action) {
  for (const auto& offered : actions)
    if (offered.id == action) return offered.label;
  return {};
}

std::string conversation_time(model::TimePoint at) {
  auto text = base::to_iso8601(at);
  text[10] = ' ';
  text.pop_back();
  return text;
}

}  // namespace herald::store
