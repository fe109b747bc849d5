#include "http/problem.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "http/head.hpp"

namespace herald::http {
namespace {

boost::json::object members(unsigned status, std::string_view code, std::string_view message,
                            std::string_view field) {
  boost::json::object body;
  body["type"] = "urn:herald:problem:" + std::string{code};
  body["title"] = phrase_of(status);
  body["detail"] = message;
  body["code"] = code;
  body["http_status"] = status;
  if (!field.empty()) body["field"] = field;
  body["status"] = "error";
  body["message"] = message;
  return body;
}

model::web::Response make(unsigned status, std::string_view code, std::string_view message,
                          std::string_view field) {
  model::web::Response r;
  r.status = status;
  r.content_type = "application/problem+json";
  r.body = boost::json::serialize(members(status, code, message, field));
  if (status == 401) r.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"herald\"");
  if (status == 503 || status == 429) r.headers.emplace_back("Retry-After", "1");
  return r;
}

}  // namespace

unsigned status_of(base::Code code) noexcept {
  using base::Code;
  switch (code) {
    case Code::invalid:
      return 400;
    case Code::unprocessable:
      return 422;
    case Code::unauthenticated:
      return 401;
    case Code::denied:
      return 403;
    case Code::not_found:
      return 404;
    case Code::in_flight:
      return 409;
    case Code::conflict:
      return 409;
    case Code::too_large:
      return 413;
    case Code::limited:
      return 429;
    case Code::unsupported:
      return 501;
    case Code::unavailable:
      return 503;
    case Code::internal:
      return 500;
  }
  return 500;
}

std::string_view phrase_of(unsigned status) noexcept {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    default:
      return "Unknown";
  }
}

model::web::Response problem(const base::Error& error) {
  return make(status_of(error.code), base::to_string(error.code), error.message, error.where);
}

boost::json::object problem_members(const base::Error& error) {
  return members(status_of(error.code), base::to_string(error.code), error.message, error.where);
}

model::web::Response problem(base::Code code, std::string_view message) {
  return make(status_of(code), base::to_string(code), message, {});
}

model::web::Response problem(unsigned status, std::string_view message) {
  auto code = to_lower(phrase_of(status));
  for (auto& c : code)
    if (c == ' ') c = '_';
  return make(status, code, message, {});
}

}  // namespace herald::http
