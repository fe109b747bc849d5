#include "http/producer_request.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/text.hpp"
#include "http/head.hpp"

namespace herald::http {

namespace web = model::web;

std::vector<std::string_view> fields(const web::Request& request, std::string_view name) {
  std::vector<std::string_view> out;
  for (const auto& [n, value] : request.headers)
    if (n == name) out.push_back(value);
  return out;
}

bool is_json(const web::Request& request) {
  const auto types = fields(request, "content-type");
  if (types.size() != 1) return false;
  return equal_ignoring_case(base::trim(types.front().substr(0, types.front().find(';'))),
                             "application/json");
}

std::string producer_of(const model::Principal& who) { return "token:" + who.service; }

void answer(const web::ExchangePtr& exchange, unsigned status, const boost::json::object& body,
            web::Headers headers) {
  exchange->respond(
      {.status = status, .headers = std::move(headers), .body = boost::json::serialize(body)});
}

}  // namespace herald::http
