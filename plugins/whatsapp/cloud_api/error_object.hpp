// error_object.hpp - the provider's {"code", "message", "error_data": {"details"}, ...}: the same
// in answers and in failed statuses.
#pragma once

#include <boost/json/object.hpp>

#include "cloud_api/codes.hpp"

namespace whatsapp::cloud_api {

struct ErrorObject {
  std::optional<int64_t> code{};  // as the table has it: 33 also for 100 with subcode 33
  std::string said{};             // details, else the message or title; as it came: mask it
};

inline ErrorObject read_error(const boost::json::object& o) {
  ErrorObject out;
  const auto number = [&](const char* key) -> std::optional<int64_t> {
    const auto* v = o.if_contains(key);
    if (v == nullptr || !v->is_int64()) return {};
    return v->get_int64();
  };
  const auto text = [&](const boost::json::object& from, const char* key) {
    const auto* v = from.if_contains(key);
    return v != nullptr && v->is_string() ? std::string{v->get_string()} : std::string{};
  };
  out.code = number("code");
  if (out.code == 100 && number("error_subcode") == 33) out.code = 33;
  if (const auto* data = o.if_contains("error_data"); data != nullptr && data->is_object())
    out.said = text(data->get_object(), "details");
  for (const auto* key : {"message", "title"})
    if (out.said.empty()) out.said = text(o, key);
  return out;
}

}  // namespace whatsapp::cloud_api
