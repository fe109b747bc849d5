#include <algorithm>
#include <boost/json.hpp>

#include "cloud_api/cloud_api.hpp"
#include "cloud_api/codes.hpp"
#include "cloud_api/error_object.hpp"

namespace whatsapp::cloud_api {
namespace {

namespace json = boost::json;

const json::object* object(const json::value* v) {
  return v != nullptr && v->is_object() ? &v->get_object() : nullptr;
}

const json::object* first(const json::object& answer, const char* key) {
  const auto* list = answer.if_contains(key);
  if (list == nullptr || !list->is_array() || list->get_array().empty()) return nullptr;
  return object(&list->get_array().front());
}

std::string text(const json::object* o, const char* key) {
  const auto* v = o == nullptr ? nullptr : o->if_contains(key);
  return v != nullptr && v->is_string() ? std::string{v->get_string()} : std::string{};
}

/// Minutes until the account may call again, from x-business-use-case-usage; 0 when not said.
uint32_t usage_minutes(std::string_view header) {
  json::error_code ec;
  const auto parsed = json::parse(header, ec);
  if (ec || !parsed.is_object()) return 0;
  int64_t most = 0;
  for (const auto& account : parsed.get_object()) {
    if (!account.value().is_array()) continue;
    for (const auto& row : account.value().get_array()) {
      const auto* o = object(&row);
      const auto* v = o ? o->if_contains("estimated_time_to_regain_access") : nullptr;
      if (v != nullptr && v->is_int64()) most = std::max(most, v->get_int64());
    }
  }
  return static_cast<uint32_t>(std::clamp<int64_t>(most, 0, 24 * 60));
}

uint32_t wait_ms(const herald::Fields& headers) {
  const auto usage = herald::header(headers, "x-business-use-case-usage");
  return std::max(retry_after_ms(headers), usage.empty() ? 0u : usage_minutes(usage) * 60'000);
}

}  // namespace

Answer read_answer(const herald::FetchResult& result, uint32_t attempt) {
  if (!result.ok()) return {no_answer(result)};
  const auto& response = result.response;
  json::error_code ec;
  const auto parsed = json::parse(response.body, ec);
  const auto* answer = ec ? nullptr : object(&parsed);
  const auto* error = answer == nullptr ? nullptr : object(answer->if_contains("error"));
  if (response.status / 100 == 2 && error == nullptr) {
    auto id = answer == nullptr ? std::string{} : text(first(*answer, "messages"), "id");
    if (!is_provider_id(id))
      return {herald::Outcome::unknown("HTTP " + std::to_string(response.status) +
                                           " without a message id: it may have been accepted",
                                       HERALD_REASON_PROVIDER)};
    Answer out{herald::Outcome::accepted(std::move(id))};
    out.wa_phone = e164(text(first(*answer, "contacts"), "wa_id"));
    return out;
  }
  Failure failure{{}, response.status, attempt, wait_ms(response.headers)};
  std::string said;
  if (error != nullptr) {
    auto read = read_error(*error);
    failure.code = read.code;
    said = std::move(read.said);
  }
  const auto verdict = judge(codes(), failure);
  Answer out;
  out.outcome.result = verdict.result;
  out.outcome.reason = verdict.reason;
  out.outcome.retry_after_ms = verdict.retry_after_ms;
  out.outcome.detail = explain(failure, verdict, said);
  out.code = failure.code;
  out.remember = verdict.remember;
  out.window_closed = verdict.window_closed;
  return out;
}

}  // namespace whatsapp::cloud_api
