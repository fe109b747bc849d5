#include "http/producer_api.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <charconv>

#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "http/bulk.hpp"
#include "http/problem.hpp"
#include "http/producer_request.hpp"
#include "http/target.hpp"

namespace herald::http {
namespace {

namespace json = boost::json;
namespace web = model::web;
using base::Code;
using base::fail;
using model::ports::Producer;

constexpr std::string_view kPath = "/api/v1/notifications";
constexpr std::size_t kMaxBody = 256 * 1024;
constexpr std::size_t kMaxKey = 255;

/// Puts the Idempotency-Key field, quoted or bare, into the request; both ways at once must agree.
base::Result<void> take_key(const web::Request& request, json::object& body) {
  const auto given = fields(request, "idempotency-key");
  if (given.empty()) return {};
  auto key = given.front();
  if (key.size() >= 2 && key.front() == '"' && key.back() == '"')
    key = key.substr(1, key.size() - 2);
  const bool clean =
      std::all_of(key.begin(), key.end(), [](char c) { return c >= 0x21 && c <= 0x7e; });
  if (given.size() > 1 || key.empty() || key.size() > kMaxKey || !clean)
    return fail(Code::invalid,
                "Idempotency-Key must be given once, as 1 to 255 visible ASCII characters.",
                "Idempotency-Key");
  const auto* other = body.if_contains("idempotency_key");
  if (other != nullptr && !(other->is_string() && other->get_string() == key))
    return fail(Code::invalid, "Idempotency-Key and idempotency_key differ; send one of them.",
                "idempotency_key");
  body["idempotency_key"] = key;
  return {};
}

base::Result<json::value> read_submission(const web::Request& request) {
  auto value = base::parse_json(request.body, {.bytes = kMaxBody});
  if (!value) return value.error();
  if (!value->is_object())
    return fail(Code::invalid,
                "The body must be a JSON object with kind, to and params or content.");
  if (auto key = take_key(request, value->get_object()); !key) return key.error();
  return value;
}

void submit(Producer& producer, const web::ExchangePtr& exchange) {
  const auto& request = exchange->request();
  if (!is_json(request))
    return exchange->respond(
        problem(415U, "Send the notification as Content-Type: application/json."));
  const auto body = read_submission(request);
  if (!body) return exchange->respond(problem(body.error()));
  producer.submit(producer_of(request.who), *body, [exchange](base::Result<json::object> result) {
    if (!result) return exchange->respond(problem(result.error()));
    const auto* repeated = result->if_contains("repeated");
    const auto* id = result->if_contains("id");
    web::Headers headers;
    if (id != nullptr && id->is_string())
      headers.emplace_back(
          "Location", std::string{kPath} + "/" + std::string{std::string_view{id->get_string()}});
    const bool again = repeated != nullptr && repeated->is_bool() && repeated->get_bool();
    answer(exchange, again ? 200 : 201, *result, std::move(headers));
  });
}

Producer::Reply reply_with(const web::ExchangePtr& exchange) {
  return [exchange](base::Result<json::object> result) {
    if (!result) return exchange->respond(problem(result.error()));
    answer(exchange, 200, *result);
  };
}

/// The id of the path; what cannot be one is not found, like one that does not exist.
const std::string* id_of(const web::ExchangePtr& exchange) {
  const auto& id = exchange->request().params.at("id");
  if (base::is_id(id)) return &id;
  exchange->respond(problem(Code::not_found, "There is no such notification."));
  return nullptr;
}

bool sees_private(const web::Request& request) { return request.who.has("notifications:private"); }

base::Result<json::object> read_list_query(const web::Request& request) {
  const auto parameters = parse_query(request.query);
  if (!parameters) return parameters.error();
  static constexpr std::string_view kKnown[] = {"state", "kind",   "user", "since",
                                                "until", "before", "limit"};
  json::object query;
  for (const auto& [name, value] : *parameters) {
    if (std::find(std::begin(kKnown), std::end(kKnown), name) == std::end(kKnown)) {
      const auto near = base::did_you_mean(name, kKnown);
      return fail(Code::invalid,
                  "The parameter " + base::escape_control(name) + " is not known" +
                      (near ? "; did you mean " + std::string{*near} + "?" : "."),
                  name);
    }
    if (query.contains(name))
      return fail(Code::invalid, "The parameter " + name + " is given twice.", name);
    if (name != "limit") {
      query[name] = value;
      continue;
    }
    int64_t limit = 0;
    const auto [end, ec] = std::from_chars(value.data(), value.data() + value.size(), limit);
    if (ec != std::errc{} || end != value.data() + value.size() || limit < 1 || limit > 500)
      return fail(Code::invalid, "limit must be a number from 1 to 500.", "limit");
    query[name] = limit;
  }
  return query;
}

void list(Producer& producer, const web::ExchangePtr& exchange) {
  const auto query = read_list_query(exchange->request());
  if (!query) return exchange->respond(problem(query.error()));
  producer.list(*query, sees_private(exchange->request()), reply_with(exchange));
}

/// The body may be empty, or {"resend": true}.
void redrive(Producer& producer, const web::ExchangePtr& exchange, const std::string& id) {
  const auto& request = exchange->request();
  json::object query{{"id", id}};
  if (!request.body.empty()) {
    if (!is_json(request))
      return exchange->respond(
          problem(415U, "Send the options as Content-Type: application/json."));
    const auto body = base::parse_json(request.body, {.bytes = kMaxBody});
    if (!body) return exchange->respond(problem(body.error()));
    const auto* options = body->if_object();
    const auto* resend = options == nullptr ? nullptr : options->if_contains("resend");
    if (options == nullptr || options->size() != (resend == nullptr ? 0U : 1U) ||
        (resend != nullptr && !resend->is_bool()))
      return exchange->respond(
          problem(Code::invalid, "The body is empty, or {\"resend\": true} or false."));
    if (resend != nullptr) query["resend"] = *resend;
  }
  producer.redrive(query, producer_of(request.who),
                   [exchange, id](base::Result<json::object> result) {
                     if (!result) return exchange->respond(problem(result.error()));
                     answer(exchange, 202, json::object{{"id", id}, {"state", "queued"}});
                   });
}

/// Mounts all or nothing.
base::Result<std::vector<uint64_t>> mount_all(web::Mounts& mounts, std::vector<web::Route> routes) {
  std::vector<uint64_t> handles;
  for (auto& route : routes) {
    const auto handle = mounts.mount(std::move(route));
    if (!handle) {
      for (const auto mounted : handles) mounts.unmount(mounted);
      return handle.error();
    }
    handles.push_back(*handle);
  }
  return handles;
}

web::Route route(std::string method, std::string path, std::string scope,
                 std::function<void(web::ExchangePtr)> handler) {
  web::Route r;
  r.methods = {std::move(method)};
  r.path = std::move(path);
  r.access = scope.empty() ? web::Access::anyone : web::Access::service;
  r.scope = std::move(scope);
  r.max_body = kMaxBody;
  r.handler = std::move(handler);
  return r;
}

}  // namespace

base::Result<std::vector<uint64_t>> mount_producer_api(web::Mounts& mounts, Producer& producer) {
  const std::string base{kPath}, one = base + "/{id}";
  std::vector<web::Route> routes;
  routes.push_back(route("POST", base, "notifications:send",
                         [&producer](web::ExchangePtr e) { submit(producer, e); }));
  routes.push_back(bulk_route(producer));
  routes.push_back(route("GET", base, "notifications:read",
                         [&producer](web::ExchangePtr e) { list(producer, e); }));
  routes.push_back(route("GET", one, "notifications:read", [&producer](web::ExchangePtr e) {
    if (const auto* id = id_of(e)) producer.get(*id, sees_private(e->request()), reply_with(e));
  }));
  routes.push_back(
      route("GET", one + "/timeline", "notifications:read", [&producer](web::ExchangePtr e) {
        if (const auto* id = id_of(e))
          producer.timeline(*id, sees_private(e->request()), reply_with(e));
      }));
  routes.push_back(
      route("POST", one + "/cancel", "notifications:send", [&producer](web::ExchangePtr e) {
        if (const auto* id = id_of(e))
          producer.cancel(*id, producer_of(e->request().who), reply_with(e));
      }));
  routes.push_back(
      route("POST", one + "/redrive", "notifications:redrive", [&producer](web::ExchangePtr e) {
        if (const auto* id = id_of(e)) redrive(producer, e, *id);
      }));
  return mount_all(mounts, std::move(routes));
}

base::Result<std::vector<uint64_t>> mount_service_pages(web::Mounts& mounts, ServicePages pages) {
  std::vector<web::Route> routes;
  routes.push_back(route("GET", "/healthz", "", [](const web::ExchangePtr& e) {
    e->respond({.body = R"({"status":"ok"})"});
  }));
  if (pages.not_ready)
    routes.push_back(
        route("GET", "/readyz", "", [ask = std::move(pages.not_ready)](const web::ExchangePtr& e) {
          const auto why = ask();
          if (!why.empty()) return e->respond(problem(Code::unavailable, why));
          e->respond({.body = R"({"status":"ready"})"});
        }));
  if (pages.metrics)
    routes.push_back(route(
        "GET", "/metrics", "metrics:read",
        [text = std::move(pages.metrics)](const web::ExchangePtr& e) {
          e->respond({.body = text(), .content_type = "text/plain; version=0.0.4; charset=utf-8"});
        }));
  if (pages.openapi)
    routes.push_back(route("GET", "/openapi.json", "",
                           [text = std::move(pages.openapi)](const web::ExchangePtr& e) {
                             e->respond({.body = text()});
                           }));
  return mount_all(mounts, std::move(routes));
}

}  // namespace herald::http
