#include "delivery/digest.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <vector>

#include "base/digest.hpp"

namespace herald::delivery {
namespace {

namespace json = boost::json;

json::value sorted(const json::value& value) {
  if (const auto* array = value.if_array()) {
    json::array out;
    for (const auto& entry : *array) out.push_back(sorted(entry));
    return out;
  }
  const auto* object = value.if_object();
  if (object == nullptr) return value;
  std::vector<json::string_view> keys;
  for (const auto& entry : *object) keys.push_back(entry.key());
  std::sort(keys.begin(), keys.end());
  json::object out;
  for (const auto key : keys) out[key] = sorted(object->at(key));
  return out;
}

}  // namespace

std::string request_digest(const json::object& request) {
  json::object body = request;
  body.erase("idempotency_key");
  return base::sha256_hex(json::serialize(sorted(body)));
}

}  // namespace herald::delivery
