#include "acknowledge.hpp"

#include <algorithm>

#include "handlers.hpp"
#include "problem.hpp"
#include "query.hpp"
#include "strict_json.hpp"

namespace webchat {

using Told = herald::Callback<herald_status>;

void acknowledge(const herald::Host& host, const herald::Exchange& as, const Cursor& cursor,
                 Told done) {
  if (cursor.from >= cursor.seq) return done(HERALD_OK);
  const Cursor from{cursor.epoch, 0, 0, cursor.from};
  host.inbox_list(
      as, since(from),
      [host, as, cursor, done = std::move(done)](const herald::Items& inbox) mutable {
        if (!inbox.ok()) return done(inbox.status);
        if (inbox.gap) return done(HERALD_OK);
        std::vector<uint64_t> ids;
        for (const auto& item : inbox.items) {
          const bool given = item.seq > cursor.list || item.active;
          if (!item.changed && !item.returned && given && item.seq <= cursor.seq)
            ids.push_back(item.id);
        }
        auto rest = [host, as, cursor, more = inbox.more, reached = inbox.cursor,
                     done = std::move(done)](herald_status status) mutable {
          if (status != HERALD_OK || !more || reached >= cursor.seq) return done(status);
          acknowledge(host, as, {cursor.epoch, reached, std::max(reached, cursor.list), cursor.seq},
                      std::move(done));
        };
        if (ids.empty()) return rest(HERALD_OK);
        host.inbox_seen(
            as, ids, HERALD_SEEN_DELIVERED,
            [rest = std::move(rest)](const herald::Done& seen) mutable { rest(seen.status); });
      });
}

void brought_back(const herald::Host& host, const herald::Incoming& request,
                  const herald::Exchange& as, const Cursor& cursor) {
  if (request.who.kind != HERALD_PRINCIPAL_USER) return;
  acknowledge(host, as, cursor, [host](herald_status status) {
    if (status != HERALD_OK)
      host.warn("evidence was not recorded: the items count as delivered with the next cursor",
                {{"cause", herald::describe(status)}});
  });
}

void ack(const Service& in, const herald::Incoming& request, const herald::Exchange& to) {
  const auto& host = in.host;
  const auto body = parse_object(request.body);
  if (!body.value) return refuse(to, 400, "the body is " + body.problem);
  const auto* text = body.value->if_contains("cursor");
  if (text == nullptr || !text->is_string())
    return refuse(to, 400,
                  "cursor is missing; send {\"cursor\":\"...\"} with the newest one shown");
  const auto cursor = parse_cursor(std::string_view{text->get_string()});
  if (!cursor) return refuse(to, 400, "cursor is none of ours; send one unchanged");
  acknowledge(
      host, to, *cursor,
      [host, to, &feeds = in.feeds, user = request.user, cursor = *cursor](herald_status status) {
        if (status != HERALD_OK)
          return fail(host, to, status, "what arrived cannot be recorded now");
        feeds.acknowledged(user, cursor);
        to.respond(success(R"({"status":"success","message":"Notifications acknowledged"})"));
      });
}

}  // namespace webchat
