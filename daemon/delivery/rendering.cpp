#include "delivery/rendering.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace herald::delivery {

namespace json = boost::json;

std::string rendered_to_json(const model::Rendered& rendered) {
  json::object parts;
  for (const auto& [mime, text] : rendered.parts) parts[mime] = text;
  json::array actions;
  for (const auto& a : rendered.actions)
    actions.push_back(json::object{{"id", a.id}, {"label", a.label}, {"text", a.text}});
  return json::serialize(json::object{{"parts", std::move(parts)},
                                      {"title", rendered.title},
                                      {"actions", std::move(actions)},
                                      {"fields", rendered.fields_json},
                                      {"version", rendered.version}});
}

base::Result<model::Rendered> rendered_from_json(std::string_view text) {
  try {
    const auto value = json::parse({text.data(), text.size()});
    model::Rendered out;
    for (const auto& part : value.at("parts").as_object())
      out.parts.emplace(std::string{part.key()}, std::string{part.value().as_string()});
    out.title = std::string{value.at("title").as_string()};
    for (const auto& a : value.at("actions").as_array())
      out.actions.push_back({std::string{a.at("id").as_string()},
                             std::string{a.at("label").as_string()},
                             std::string{a.at("text").as_string()}});
    out.fields_json = std::string{value.at("fields").as_string()};
    out.version = std::string{value.at("version").as_string()};
    return out;
  } catch (const std::exception&) {
    return base::fail(base::Code::internal, "the stored rendering cannot be read");
  }
}

}  // namespace herald::delivery
