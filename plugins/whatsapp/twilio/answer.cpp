#include <boost/json.hpp>

#include "twilio/codes.hpp"
#include "twilio/twilio.hpp"

namespace whatsapp::twilio {
namespace {

namespace json = boost::json;

std::string text(const json::object& o, const char* key) {
  const auto* v = o.if_contains(key);
  return v != nullptr && v->is_string() ? std::string{v->get_string()} : std::string{};
}

std::optional<int64_t> number(const json::object& o, const char* key) {
  const auto* v = o.if_contains(key);
  return v != nullptr && v->is_int64() ? std::optional{v->get_int64()} : std::nullopt;
}

/// The body as an object; an empty one when it is something else.
json::object body_of(const herald::Response& response) {
  json::error_code ec;
  auto parsed = json::parse(response.body, ec);
  return ec || !parsed.is_object() ? json::object{} : std::move(parsed.get_object());
}

bool has_failed(std::string_view status) {
  return status == "failed" || status == "undelivered" || status == "canceled";
}

void judged(const Failure& failure, std::string_view said, Answer& out) {
  const auto verdict = judge(codes(), failure);
  out.outcome.result = verdict.result;
  out.outcome.reason = verdict.reason;
  out.outcome.retry_after_ms = verdict.retry_after_ms;
  out.outcome.detail = explain(failure, verdict, said);
  out.code = failure.code;
  out.remember = verdict.remember;
  out.window_closed = verdict.window_closed;
}

}  // namespace

Answer read_answer(const herald::FetchResult& result, uint32_t attempt) {
  if (!result.ok()) return {no_answer(result)};
  const auto& response = result.response;
  const auto body = body_of(response);
  Answer out;
  if (response.status / 100 != 2) {
    judged({number(body, "code"), response.status, attempt, retry_after_ms(response.headers)},
           text(body, "message"), out);
    return out;
  }
  const auto id = text(body, "sid");
  if (!is_provider_id(id)) {
    out.outcome = herald::Outcome::unknown("HTTP " + std::to_string(response.status) +
                                               " without a message SID: it may have been accepted",
                                           HERALD_REASON_PROVIDER);
  } else if (has_failed(text(body, "status"))) {
    judged({number(body, "error_code"), 0, attempt}, text(body, "error_message"), out);
    out.outcome.provider_id = id;
  } else {
    out.outcome = herald::Outcome::accepted(id);
  }
  return out;
}

}  // namespace whatsapp::twilio
