#include "notice.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "error_object.hpp"

namespace whatsapp {
namespace {

namespace json = boost::json;
using std::string_view;

constexpr std::size_t kLongestId = 256, kLongestAttempt = 64;

/// The objects of a list that may be missing or something else.
std::vector<const json::object*> objects(const json::object& o, string_view key) {
  std::vector<const json::object*> out;
  const auto* list = o.if_contains(key);
  if (list == nullptr || !list->is_array()) return out;
  for (const auto& v : list->get_array())
    if (v.is_object()) out.push_back(&v.get_object());
  return out;
}

string_view text(const json::object& o, string_view key) {
  const auto* v = o.if_contains(key);
  return v != nullptr && v->is_string() ? string_view{v->get_string()} : string_view{};
}

/// Unix seconds, written as a string, as milliseconds; 0 when missing or absurd.
int64_t time_of(const json::object& o) {
  const auto* v = o.if_contains("timestamp");
  int64_t seconds = 0;
  if (v != nullptr && v->is_int64()) seconds = v->get_int64();
  const auto written = text(o, "timestamp");
  if (!written.empty() && written.size() <= 10 &&
      written.find_first_not_of("0123456789") == written.npos)
    seconds = std::stoll(std::string{written});
  return seconds > 0 && seconds <= 9'999'999'999 ? seconds * 1000 : 0;
}

std::optional<herald_receipt_state> state_of(string_view status) {
  if (status == "sent") return HERALD_RECEIPT_SENT;
  if (status == "delivered") return HERALD_RECEIPT_DELIVERED;
  if (status == "read" || status == "played") return HERALD_RECEIPT_READ;
  if (status == "failed") return HERALD_RECEIPT_FAILED;
  return {};
}

bool is_attempt(string_view id) {
  return !id.empty() && id.size() <= kLongestAttempt &&
         std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_' || c == '-';
         });
}

bool is_provider_id(string_view id) {
  return !id.empty() && id.size() <= kLongestId &&
         std::all_of(id.begin(), id.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

std::optional<herald::Receipt> receipt(const json::object& status) {
  const auto state = state_of(text(status, "status"));
  const auto id = text(status, "id");
  const auto attempt = text(status, "biz_opaque_callback_data");
  if (!state || (!is_provider_id(id) && !is_attempt(attempt))) return {};
  herald::Receipt r;
  r.state = *state;
  r.at_unix_ms = time_of(status);
  if (is_provider_id(id)) r.provider_id = id;
  if (is_attempt(attempt)) r.attempt_id = attempt;
  if (r.state != HERALD_RECEIPT_FAILED) return r;
  ErrorObject error;
  if (const auto errors = objects(status, "errors"); !errors.empty())
    error = read_error(*errors[0]);
  Failure failure;
  failure.code = error.code;
  failure.subcode = error.subcode;
  const auto verdict = judge(failure);
  r.result = verdict.result;
  r.reason = verdict.reason;
  r.retry_after_ms = verdict.retry_after_ms;
  r.detail = explain(failure, verdict, error.said);
  return r;
}

/// A label, so a closed set.
std::string type_of(const json::object& message) {
  constexpr string_view kTypes[] = {"text",     "interactive", "button",   "image",
                                    "audio",    "video",       "document", "sticker",
                                    "location", "contacts",    "reaction"};
  const auto type = text(message, "type");
  return std::find(std::begin(kTypes), std::end(kTypes), type) != std::end(kTypes)
             ? std::string{type}
             : "other";
}

void read_value(const json::object& value, string_view phone_number_id, Notice& out) {
  const auto statuses = objects(value, "statuses");
  const auto* metadata = value.if_contains("metadata");
  const auto number = metadata != nullptr && metadata->is_object()
                          ? text(metadata->get_object(), "phone_number_id")
                          : string_view{};
  // One app has one webhook for all its numbers; the others' statuses are not about our attempts.
  if (!number.empty() && number != phone_number_id) {
    out.ignored += static_cast<int>(statuses.size());
    return;
  }
  for (const auto* status : statuses) {
    if (auto r = receipt(*status))
      out.receipts.push_back(std::move(*r));
    else
      ++out.ignored;
  }
  for (const auto* message : objects(value, "messages")) ++out.inbound[type_of(*message)];
  for (const auto* error : objects(value, "errors")) {
    const auto read = read_error(*error);
    Failure failure;
    failure.code = read.code;
    failure.subcode = read.subcode;
    if (out.alarms.size() < 8) out.alarms.push_back(explain(failure, judge(failure), read.said));
  }
}

}  // namespace

std::optional<Notice> read_notice(string_view body, string_view phone_number_id) {
  json::error_code ec;
  const auto parsed = json::parse(body, ec);
  if (ec || !parsed.is_object()) return {};
  Notice out;
  for (const auto* entry : objects(parsed.get_object(), "entry"))
    for (const auto* change : objects(*entry, "changes"))
      if (const auto* value = change->if_contains("value"); value != nullptr && value->is_object())
        read_value(value->get_object(), phone_number_id, out);
  return out;
}

}  // namespace whatsapp
