#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "cursor.hpp"
#include "etag.hpp"
#include "evidence.hpp"
#include "handlers.hpp"
#include "item_json.hpp"
#include "problem.hpp"
#include "query.hpp"

namespace webchat {
namespace {

std::string page(const herald::Items& inbox, bool history) {
  boost::json::object out;
  out["status"] = "success";
  out["notifications"] = to_json(inbox.items);
  out["count"] = inbox.items.size();
  out["unread_count"] = inbox.unread;
  out["older_unread"] = inbox.older_unread;
  out["cursor"] = to_text(after(inbox));
  if (history) out["more"] = inbox.more;
  return boost::json::serialize(out);
}

}  // namespace

void list(const Service& in, const herald::Incoming& request, const herald::Exchange& to) {
  const auto& host = in.host;
  const auto asked = single(request, "history");
  if (!asked.problem.empty()) return refuse(to, 400, asked.problem);
  const auto history = asked.value.value_or("0");
  if (history != "0" && history != "1")
    return refuse(to, 400, "history must be 1 (all that is kept) or 0 (the active list)");

  herald::InboxQuery query;
  query.history = history == "1";
  query.limit = kPage;
  const auto returned = evidence_of(host, request, to);
  host.inbox_list(
      to, query,
      [host, to, returned, all = query.history,
       is_person = request.who.kind == HERALD_PRINCIPAL_USER,
       known = std::string{request.header("if-none-match")}](const herald::Items& inbox) {
        if (!inbox.ok()) return fail(host, to, inbox.status, "the inbox cannot be read now");
        if (is_known(known, inbox)) return (void)to.respond(lasting(unchanged(inbox)));
        remember(*returned, inbox.items);
        auto response = tagged(success(page(inbox, all)), inbox);
        const bool proves_more = is_person && !all_returned(inbox.items);
        to.respond(proves_more ? response : lasting(std::move(response)));
      });
}

}  // namespace webchat
