#include "handlers.hpp"
#include "item_name.hpp"
#include "problem.hpp"
#include "query.hpp"
#include "strict_json.hpp"

namespace webchat {
namespace {

Checked<ItemName> name_in_body(std::string_view body) {
  if (is_blank(body)) return item_name(std::string_view{});
  const auto json = parse_object(body);
  if (!json.value) return {{}, "the body is " + json.problem};
  return item_name(*json.value);
}

/// /mark-read/123, else ?notification_id=123, else the body.
Checked<ItemName> find_name(const herald::Incoming& request) {
  if (const auto id = herald::find(request.path, "id"); !id.empty()) return item_name(id);
  const auto asked = single(request, "notification_id");
  if (!asked.problem.empty()) return {{}, asked.problem};
  return asked.value ? item_name(*asked.value) : name_in_body(request.body);
}

void mark(const herald::Host& host, const herald::Exchange& to, uint64_t id) {
  host.inbox_seen(to, {id}, HERALD_SEEN_READ, [host, to](const herald::Done& done) {
    if (done.ok())
      to.respond(success(R"({"status":"success","message":"Notification marked as read"})"));
    else if (done.status == HERALD_E_NOT_FOUND)
      refuse(to, 404, kUnknownItem);
    else if (done.status == HERALD_E_DENIED)
      refuse(to, 403, "marking as read for a person needs the scope inbox:read-for");
    else
      fail(host, to, done.status, "the notification cannot be marked as read now");
  });
}

}  // namespace

void mark_read(const Service& in, const herald::Incoming& request, const herald::Exchange& to) {
  const auto& host = in.host;
  const auto name = find_name(request);
  if (!name.value) return refuse(to, 400, name.problem);
  if (name.value->id != 0) return mark(host, to, name.value->id);
  find_item(host, to, *name.value, [host, to](const FoundItem& found) {
    if (found.status == HERALD_OK) return mark(host, to, found.item.id);
    if (found.status == HERALD_E_NOT_FOUND) return refuse(to, 404, kUnknownItem);
    fail(host, to, found.status, "the notification cannot be looked up now");
  });
}

}  // namespace webchat
