#include "answer.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "error_object.hpp"
#include "text.hpp"

namespace whatsapp {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestId = 256;

const json::object* object(const json::value* v) {
  return v != nullptr && v->is_object() ? &v->get_object() : nullptr;
}

/// The first message's id, or empty.
std::string message_id(const json::object& answer) {
  const auto* list = answer.if_contains("messages");
  if (list == nullptr || !list->is_array() || list->get_array().empty()) return {};
  const auto* first = object(&list->get_array().front());
  const auto* id = first == nullptr ? nullptr : first->if_contains("id");
  if (id == nullptr || !id->is_string()) return {};
  std::string out{id->get_string()};
  return out.size() <= kLongestId ? out : std::string{};
}

uint32_t seconds(std::string_view text) {
  if (text.empty() || text.size() > 6 || text.find_first_not_of("0123456789") != text.npos)
    return 0;
  return static_cast<uint32_t>(std::stoul(std::string{text}));
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
  const auto after = std::min(seconds(herald::header(headers, "retry-after")), 24u * 3600);
  const auto usage = herald::header(headers, "x-business-use-case-usage");
  return std::max(after, usage.empty() ? 0u : usage_minutes(usage) * 60) * 1000;
}

Answer no_answer(const herald::FetchResult& result) {
  const auto cause = shortened(masked(result.error), 200);
  if (result.reached != HERALD_REACHED_NOTHING)
    return {herald::Outcome::unknown("the request may have arrived, no answer came: " + cause,
                                     HERALD_REASON_NETWORK),
            {}};
  if (result.status == HERALD_E_DENIED)
    return {herald::Outcome::channel_down(HERALD_REASON_CONFIGURATION,
                                          "base_url is not allowed to plugins: " + cause),
            {}};
  return {herald::Outcome::retry(HERALD_REASON_NETWORK, "nothing was sent: " + cause), {}};
}

}  // namespace

Answer read_answer(const herald::FetchResult& result, uint32_t attempt) {
  if (!result.ok()) return no_answer(result);
  const auto& response = result.response;
  json::error_code ec;
  const auto parsed = json::parse(response.body, ec);
  const auto* answer = ec ? nullptr : object(&parsed);
  const auto* error = answer == nullptr ? nullptr : object(answer->if_contains("error"));
  if (response.status / 100 == 2 && error == nullptr) {
    auto id = answer == nullptr ? std::string{} : message_id(*answer);
    if (!id.empty()) return {herald::Outcome::accepted(std::move(id)), {}};
    return {herald::Outcome::unknown("HTTP " + std::to_string(response.status) +
                                         " without a message id: it may have been accepted",
                                     HERALD_REASON_PROVIDER),
            {}};
  }
  Failure failure{{}, 0, response.status, attempt, wait_ms(response.headers)};
  std::string said;
  if (error != nullptr) {
    auto read = read_error(*error);
    failure.code = read.code;
    failure.subcode = read.subcode;
    said = std::move(read.said);
  }
  const auto verdict = judge(failure);
  return {{verdict.result,
           verdict.reason,
           verdict.retry_after_ms,
           {},
           explain(failure, verdict, said),
           {}},
          failure.code};
}

}  // namespace whatsapp
