#include <algorithm>
#include <boost/json/object.hpp>
#include <charconv>

#include "handlers.hpp"
#include "problem.hpp"
#include "query.hpp"
#include "strict_json.hpp"

namespace webchat {
namespace {

constexpr std::size_t kLongestId = 64;
constexpr const char* kMissing =
    "notification_id is missing; send {\"notification_id\":123} with the id of an item";
constexpr const char* kUnknown = "no such notification in this inbox";

/// What a client calls an item: its `id`, or its `herald_id`.
struct Name {
  uint64_t id = 0;
  std::string herald_id{};
};

/// Digits are an id, everything else a herald_id: those are never all digits. A name no item can
/// have stays {0, ""}.
Checked<Name> name_of(std::string_view text) {
  if (text.empty()) return {{}, kMissing};
  Name name;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), name.id);
  if (end == text.data() + text.size()) {
    if (error != std::errc{}) name.id = 0;
    return {name, {}};
  }
  name.id = 0;
  const bool plausible =
      text.size() <= kLongestId && text.find_first_not_of(
                                       "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "abcdefghijklmnopqrstuvwxyz._-") == text.npos;
  if (plausible) name.herald_id = text;
  return {name, {}};
}

Checked<Name> name_in_body(std::string_view body) {
  if (is_blank(body)) return {{}, kMissing};
  const auto json = parse_object(body);
  if (!json.value) return {{}, "the body is " + json.problem};
  const auto* value = json.value->if_contains("notification_id");
  if (value == nullptr) return {{}, kMissing};
  if (value->is_string()) return name_of(std::string_view{value->get_string()});
  if (value->is_uint64()) return {Name{value->get_uint64(), {}}, {}};
  // No item has a negative id: unknown, but well formed.
  if (value->is_int64())
    return {Name{static_cast<uint64_t>(std::max<int64_t>(value->get_int64(), 0)), {}}, {}};
  return {{}, "notification_id must be an integer (id) or a string (herald_id)"};
}

/// /mark-read/123, else ?notification_id=123, else the body.
Checked<Name> find_name(const herald::Incoming& request) {
  if (const auto id = herald::find(request.path, "id"); !id.empty()) return name_of(id);
  const auto asked = single(request, "notification_id");
  if (!asked.problem.empty()) return {{}, asked.problem};
  return asked.value ? name_of(*asked.value) : name_in_body(request.body);
}

void mark(const herald::Host& host, const herald::Exchange& to, uint64_t id) {
  host.inbox_seen(to, {id}, HERALD_SEEN_READ, [host, to](const herald::Done& done) {
    if (done.ok())
      to.respond(success(R"({"status":"success","message":"Notification marked as read"})"));
    else if (done.status == HERALD_E_NOT_FOUND)
      refuse(to, 404, kUnknown);
    else if (done.status == HERALD_E_DENIED)
      refuse(to, 403, "marking as read for a person needs the scope inbox:read-for");
    else
      fail(host, to, done.status, "the notification cannot be marked as read now");
  });
}

/// Marks the item of that notification: looked for in the active list, then in all that is kept.
void find(const herald::Host& host, const herald::Exchange& to, const std::string& herald_id,
          bool history) {
  herald::InboxQuery query;
  query.limit = kPage;
  query.history = history;
  if (history) query.herald_id = herald_id;
  host.inbox_list(to, query, [host, to, herald_id, history](const herald::Items& found) {
    if (!found.ok())
      return fail(host, to, found.status, "the notification cannot be looked up now");
    for (const auto& item : found.items)
      if (item.herald_id == herald_id) return mark(host, to, item.id);
    if (history) return refuse(to, 404, kUnknown);
    find(host, to, herald_id, true);
  });
}

}  // namespace

void mark_read(const Service& in, const herald::Incoming& request, const herald::Exchange& to) {
  const auto& host = in.host;
  const auto name = find_name(request);
  if (!name.value) return refuse(to, 400, name.problem);
  if (name.value->id != 0) return mark(host, to, name.value->id);
  if (name.value->herald_id.empty()) return refuse(to, 404, kUnknown);

  find(host, to, name.value->herald_id, false);
}

}  // namespace webchat
