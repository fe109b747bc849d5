#include "http/bulk.hpp"

#include <atomic>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "base/json.hpp"
#include "http/problem.hpp"
#include "http/producer_request.hpp"

namespace herald::http {
namespace {

namespace json = boost::json;
namespace web = model::web;
using base::Code;
using base::fail;
using model::ports::Producer;

/// What is owed to one request. Each notification's answer has its own place, and whoever brings
/// the last one answers all.
class Bulk {
 public:
  Bulk(web::ExchangePtr exchange, std::size_t count)
      : exchange_(std::move(exchange)), results_(count), missing_(count) {}

  /// Any thread; once for each place.
  void put(std::size_t place, base::Result<json::object> result) {
    auto& own = results_[place];
    if (result) {
      const auto* repeated = result->if_contains("repeated");
      const bool again = repeated != nullptr && repeated->is_bool() && repeated->get_bool();
      own = std::move(*result);
      own["http_status"] = again ? 200 : 201;
    } else {
      own = problem_members(result.error());
      ++refused_;
    }
    if (--missing_ == 0) respond();
  }

 private:
  void respond() {
    json::object body;
    const std::size_t refused = refused_;
    body["accepted"] = results_.size() - refused;
    body["refused"] = refused;
    json::array results;
    results.reserve(results_.size());
    for (auto& result : results_) results.emplace_back(std::move(result));
    body["results"] = std::move(results);
    answer(exchange_, 200, body);
  }

  web::ExchangePtr exchange_;
  std::vector<json::object> results_;
  std::atomic<std::size_t> missing_, refused_{0};
};

base::Result<json::value> read(const web::Request& request) {
  if (!fields(request, "idempotency-key").empty())
    return fail(Code::invalid,
                "Each notification has its own idempotency_key; leave the header out.",
                "Idempotency-Key");
  auto value = base::parse_json(request.body, {.bytes = kBulkBytes});
  if (!value) return value.error();
  const auto* object = value->if_object();
  const auto* list = object == nullptr ? nullptr : object->if_contains("notifications");
  if (list == nullptr || !list->is_array() || object->size() != 1)
    return fail(Code::invalid,
                "The body must be {\"notifications\": [...]}, each as POST /api/v1/notifications "
                "takes it.",
                "notifications");
  const auto count = list->get_array().size();
  if (count == 0 || count > kBulkItems)
    return fail(Code::invalid,
                "notifications must hold 1 to " + std::to_string(kBulkItems) + "; this one has " +
                    std::to_string(count) + ".",
                "notifications");
  return value;
}

void submit_all(Producer& producer, const web::ExchangePtr& exchange) {
  const auto& request = exchange->request();
  if (!is_json(request))
    return exchange->respond(
        problem(415U, "Send the notifications as Content-Type: application/json."));
  const auto body = read(request);
  if (!body) return exchange->respond(problem(body.error()));
  const auto& list = body->at("notifications").get_array();
  const auto who = producer_of(request.who);
  const auto bulk = std::make_shared<Bulk>(exchange, list.size());
  for (std::size_t i = 0; i < list.size(); ++i)
    producer.submit(who, list[i], [bulk, i](base::Result<json::object> result) {
      bulk->put(i, std::move(result));
    });
}

}  // namespace

web::Route bulk_route(Producer& producer) {
  web::Route route;
  route.methods = {"POST"};
  route.path = "/api/v1/notifications/bulk";
  route.access = web::Access::service;
  route.scope = "notifications:send";
  route.max_body = kBulkBytes;
  route.handler = [&producer](const web::ExchangePtr& exchange) { submit_all(producer, exchange); };
  return route;
}

}  // namespace herald::http
