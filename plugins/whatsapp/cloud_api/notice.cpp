#include <algorithm>
#include <boost/json.hpp>

#include "cloud_api/cloud_api.hpp"
#include "cloud_api/codes.hpp"
#include "cloud_api/error_object.hpp"

namespace whatsapp::cloud_api {
namespace {

namespace json = boost::json;
using std::string_view;

constexpr std::size_t kMostAlarms = 8, kLongestText = 4096;

/// The objects of a list that may be missing or something else.
std::vector<const json::object*> objects(const json::object& o, string_view key) {
  std::vector<const json::object*> out;
  const auto* list = o.if_contains(key);
  if (list == nullptr || !list->is_array()) return out;
  for (const auto& v : list->get_array())
    if (v.is_object()) out.push_back(&v.get_object());
  return out;
}

/// The object at a key; an empty one when it is missing or something else.
const json::object& part(const json::object& o, string_view key) {
  static const json::object kEmpty;
  const auto* v = o.if_contains(key);
  return v != nullptr && v->is_object() ? v->get_object() : kEmpty;
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

std::optional<News> news_of(const json::object& status) {
  const auto state = state_of(text(status, "status"));
  const auto id = text(status, "id");
  const auto attempt = text(status, "biz_opaque_callback_data");
  if (!state || (!is_provider_id(id) && !is_attempt(attempt))) return {};
  News out;
  auto& r = out.receipt;
  r.state = *state;
  r.at_unix_ms = time_of(status);
  if (is_provider_id(id)) r.provider_id = id;
  if (is_attempt(attempt)) r.attempt_id = attempt;
  out.whom.phone = e164(text(status, "recipient_id"));
  if (const auto user = text(status, "recipient_user_id"); is_user_id(user))
    out.whom.user_id = user;
  if (r.state != HERALD_RECEIPT_FAILED) return out;
  ErrorObject error;
  if (const auto errors = objects(status, "errors"); !errors.empty())
    error = read_error(*errors[0]);
  Failure failure;
  failure.code = error.code;
  if (!fail(codes(), failure, error.said, out)) return {};
  return out;
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

/// Number and user id of who wrote: either may be missing, or stand in `contacts` only.
Address sender(const json::object& message, const json::object& value) {
  Address out;
  out.phone = e164(text(message, "from"));
  for (const auto* key : {"from_user_id", "user_id"})
    if (const auto id = text(message, key); out.user_id.empty() && is_user_id(id)) out.user_id = id;
  const auto contacts = objects(value, "contacts");
  for (const auto* contact : contacts) {
    const auto phone = e164(text(*contact, "wa_id"));
    const auto user = text(*contact, "user_id");
    const bool same = (!phone.empty() && phone == out.phone) ||
                      (!user.empty() && user == out.user_id) || contacts.size() == 1;
    if (!same) continue;
    if (out.phone.empty()) out.phone = phone;
    if (out.user_id.empty() && is_user_id(user)) out.user_id = user;
  }
  return out;
}

Inbound inbound_of(const json::object& message, const json::object& value) {
  Inbound out;
  out.from = sender(message, value);
  if (const auto id = text(message, "id"); is_provider_id(id)) out.id = id;
  out.at_unix_ms = time_of(message);
  out.type = type_of(message);
  if (const auto id = text(part(message, "context"), "id"); is_provider_id(id)) out.reply_to = id;
  const auto take = [&](string_view said, string_view payload) {
    out.text = said.substr(0, kLongestText);
    read_payload(payload, out);
  };
  const auto& interactive = part(message, "interactive");
  if (out.type == "text")
    take(text(part(message, "text"), "body"), {});
  else if (out.type == "button")  // of a template
    take(text(part(message, "button"), "text"), text(part(message, "button"), "payload"));
  else if (out.type == "interactive")
    for (const auto* key : {"button_reply", "list_reply"})
      if (const auto& reply = part(interactive, key); !reply.empty())
        take(text(reply, "title"), text(reply, "id"));
  return out;
}

void read_value(const json::object& value, string_view phone_number_id, Notice& out) {
  const auto statuses = objects(value, "statuses");
  const auto number = text(part(value, "metadata"), "phone_number_id");
  // One app has one webhook for all its numbers; the others' are not about our attempts.
  if (!number.empty() && number != phone_number_id) {
    out.ignored += static_cast<int>(statuses.size());
    return;
  }
  for (const auto* status : statuses) {
    if (auto news = news_of(*status))
      out.news.push_back(std::move(*news));
    else
      ++out.ignored;
  }
  for (const auto* message : objects(value, "messages"))
    out.inbound.push_back(inbound_of(*message, value));
  for (const auto* error : objects(value, "errors")) {
    const auto read = read_error(*error);
    Failure failure;
    failure.code = read.code;
    if (out.alarms.size() < kMostAlarms)
      out.alarms.push_back(explain(failure, judge(codes(), failure), read.said));
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

}  // namespace whatsapp::cloud_api
