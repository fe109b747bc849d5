#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "cursor.hpp"
#include "evidence.hpp"
#include "handlers.hpp"
#include "item_json.hpp"
#include "last_check.hpp"
#include "problem.hpp"
#include "query.hpp"

namespace webchat {
namespace {

/// Where the client stands; nothing of it: all active items.
struct Since {
  Cursor cursor{};
  int64_t unix_us = 0;
};

Checked<Since> since(const herald::Incoming& request) {
  const auto last_check = single(request, "last_check");
  if (!last_check.problem.empty()) return {{}, last_check.problem};
  const auto cursor = single(request, "cursor");
  if (!cursor.problem.empty()) return {{}, cursor.problem};

  Since out;
  if (last_check.value) {
    const auto at = parse_last_check(*last_check.value);
    if (!at)
      return {{},
              "last_check is not a date or time in ISO 8601 with Z or an offset; send for example "
              "2025-07-14T10:00:00Z, or the cursor of the last answer"};
    out.unix_us = std::max<int64_t>(*at, 0);  // nothing is older: 0 is from the start
  }
  if (cursor.value) {
    const auto at = parse_cursor(*cursor.value);
    if (!at) return {{}, "cursor is none of ours; send the one of the last answer unchanged"};
    out = {*at, 0};  // exact, where two items may share a client's idea of the time
  }
  return {out, {}};
}

void answer(const herald::Exchange& to, const Cursor& from, herald::Items inbox) {
  // An item that changed since (read, for instance) is in the host's answer, but it is not new.
  std::erase_if(inbox.items, [&](const herald::Item& item) { return item.id <= from.id; });
  std::sort(inbox.items.begin(), inbox.items.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
  boost::json::object out;
  out["status"] = "success";
  out["notifications"] = to_json(inbox.items);
  out["count"] = inbox.items.size();
  out["has_new"] = !inbox.items.empty();
  out["cursor"] = to_text(next(from, inbox));
  out["server_time"] = timestamp(inbox.now_unix_us);
  to.respond(success(boost::json::serialize(out)));
}

void read(const herald::Host& host, const herald::Exchange& to, const Since& from,
          const std::shared_ptr<Returned>& returned) {
  herald::InboxQuery query;
  query.after_seq = from.cursor.seq;
  query.epoch = from.cursor.epoch;
  query.after_unix_us = from.unix_us;
  query.limit = kPage;
  host.inbox_list(to, query, [host, to, from, returned](const herald::Items& inbox) {
    if (!inbox.ok()) return fail(host, to, inbox.status, "the inbox cannot be read now");
    // The cursor belongs to a sequence that is gone: everything again is better than a hole.
    const bool lost = inbox.gap || inbox.cursor < from.cursor.seq;
    if (lost && from.cursor.seq != 0) return read(host, to, {}, returned);
    remember(*returned, inbox.items);
    answer(to, from.cursor, inbox);
  });
}

}  // namespace

void poll(const herald::Host& host, const herald::Incoming& request, const herald::Exchange& to) {
  const auto from = since(request);
  if (!from.value) return refuse(to, 400, from.problem);
  read(host, to, *from.value, evidence_of(host, request, to));
}

}  // namespace webchat
