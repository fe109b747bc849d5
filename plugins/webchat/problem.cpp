#include "problem.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace webchat {
namespace {

struct Words {
  std::string_view title, code;
};

Words words(uint32_t http_status) {
  switch (http_status) {
    case 400:
      return {"Bad Request", "invalid"};
    case 401:
      return {"Unauthorized", "unauthenticated"};
    case 403:
      return {"Forbidden", "denied"};
    case 404:
      return {"Not Found", "not_found"};
    case 409:
      return {"Conflict", "conflict"};
    case 410:
      return {"Gone", "expired"};
    case 422:
      return {"Unprocessable Content", "unprocessable"};
    case 503:
      return {"Service Unavailable", "unavailable"};
    default:
      return {"Internal Server Error", "internal"};
  }
}

}  // namespace

herald::Response problem(uint32_t http_status, std::string_view detail,
                         const boost::json::object& facts) {
  const auto [title, code] = words(http_status);
  boost::json::object body;
  body["type"] = "urn:herald:problem:" + std::string{code};
  body["title"] = title;
  body["detail"] = detail;
  body["code"] = code;
  body["http_status"] = http_status;
  body["status"] = "error";
  body["message"] = detail;
  for (const auto& [key, value] : facts) body[key] = value;
  herald::Response out{
      http_status,
      {{"Content-Type", "application/problem+json"}, {"Cache-Control", "no-store"}},
      boost::json::serialize(body)};
  if (http_status == 503) out.headers.emplace_back("Retry-After", "1");
  return out;
}

void refuse(const herald::Exchange& to, uint32_t http_status, std::string_view detail) {
  to.respond(problem(http_status, detail));
}

void fail(const herald::Host& host, const herald::Exchange& to, herald_status why,
          std::string_view detail) {
  host.warn(detail, {{"cause", herald::describe(why)}});
  const bool later = why == HERALD_E_LIMIT || why == HERALD_E_STATE;
  refuse(to, later ? 503 : 500, detail);
}

}  // namespace webchat
