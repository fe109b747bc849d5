#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/context.hpp"

namespace herald::ctl {

/// The objects in an array member; empty when there is none.
inline std::vector<boost::json::object> objects(const boost::json::object& o,
                                                std::string_view name) {
  std::vector<boost::json::object> out;
  const auto* v = o.if_contains(name);
  if (v == nullptr || !v->is_array()) return out;
  for (const auto& item : v->get_array())
    if (item.is_object()) out.push_back(item.get_object());
  return out;
}

/// An object member; empty when there is none.
inline boost::json::object member(const boost::json::object& o, std::string_view name) {
  const auto* v = o.if_contains(name);
  return v != nullptr && v->is_object() ? v->get_object() : boost::json::object{};
}

/// The texts of an array member, joined.
inline std::string joined(const boost::json::object& o, std::string_view name,
                          std::string_view separator = ", ") {
  std::string out;
  const auto* v = o.if_contains(name);
  if (v == nullptr || !v->is_array()) return out;
  for (const auto& item : v->get_array()) {
    if (!item.is_string()) continue;
    if (!out.empty()) out += separator;
    out += std::string_view{item.get_string()};
  }
  return out;
}

/// Reasons and evidence say "none" where people see nothing.
inline std::string unless_none(std::string text) { return text == "none" ? std::string{} : text; }

}  // namespace herald::ctl
