#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "acknowledge.hpp"
#include "etag.hpp"
#include "evidence.hpp"
#include "handlers.hpp"
#include "item_json.hpp"
#include "last_check.hpp"
#include "long_poll.hpp"
#include "problem.hpp"
#include "query.hpp"

namespace webchat {
namespace {

/// What a poll asks for. Neither cursor nor time: all active items.
struct Asked {
  std::optional<Cursor> cursor{};
  int64_t unix_us = 0;
  unsigned wait = 0;  ///< seconds
};

Checked<Asked> read_query(const herald::Incoming& request) {
  const auto last_check = single(request, "last_check");
  if (!last_check.problem.empty()) return {{}, last_check.problem};
  const auto cursor = single(request, "cursor");
  if (!cursor.problem.empty()) return {{}, cursor.problem};
  const auto wait = single(request, "wait");
  if (!wait.problem.empty()) return {{}, wait.problem};

  Asked out;
  if (last_check.value) {
    const auto at = parse_last_check(*last_check.value);
    if (!at)
      return {{},
              "last_check is not a date or time in ISO 8601 with Z or an offset; send for example "
              "2025-07-14T10:00:00Z, or the cursor of the last answer"};
    out.unix_us = std::max<int64_t>(*at, 0);  // nothing is older: 0 is from the start
  }
  if (cursor.value) {
    out.cursor = parse_cursor(*cursor.value);
    if (!out.cursor)
      return {{}, "cursor is none of ours; send the one of the last answer unchanged"};
    out.unix_us = 0;  // the cursor is exact, where two items may share a client's idea of the time
  }
  if (wait.value) {
    const auto [end, error] =
        std::from_chars(wait.value->data(), wait.value->data() + wait.value->size(), out.wait);
    if (error != std::errc{} || end != wait.value->data() + wait.value->size() ||
        out.wait > kLongestWait)
      return {{}, "wait is how many seconds the answer may take, from 0 to 60"};
  }
  return {out, {}};
}

/// As clients of the first version know it.
std::string page(const herald::Items& inbox) {
  boost::json::object out;
  out["status"] = "success";
  out["notifications"] = to_json(inbox.items);
  out["count"] = inbox.items.size();
  out["has_new"] = !inbox.items.empty();
  out["cursor"] = to_text(after(inbox));
  out["server_time"] = timestamp(inbox.now_unix_us);
  return boost::json::serialize(out);
}

void answer(const Service& in, const Asked& asked, const herald::Incoming& request,
            const herald::Exchange& to, const std::shared_ptr<Returned>& returned,
            const herald::Items& inbox) {
  if (!asked.cursor && (asked.wait == 0 || !inbox.items.empty())) {
    if (is_known(request.header("if-none-match"), inbox))
      return (void)to.respond(lasting(unchanged(inbox)));
    remember(*returned, inbox.items);
    return (void)to.respond(tagged(success(page(inbox)), inbox));
  }
  const Batch batch{inbox, asked.cursor.has_value()};
  if (!batch.has_news() && asked.wait != 0)
    return wait_for_news(in.feeds, request, to, asked.cursor.value_or(after(inbox)), asked.wait,
                         returned);
  if (asked.wait == 0 && is_known(request.header("if-none-match"), inbox)) {
    // The cursor of a stream is evidence whenever it is brought back, until that is recorded.
    const bool proves_nothing = asked.cursor->from >= asked.cursor->seq;
    return (void)to.respond(proves_nothing ? lasting(unchanged(inbox)) : unchanged(inbox));
  }
  *returned = batch.ids();
  to.respond(tagged(success(batch.json(after(batch))), inbox));
}

}  // namespace

void poll(const Service& in, const herald::Incoming& request, const herald::Exchange& to) {
  const auto asked = read_query(request);
  if (!asked.value) return refuse(to, 400, asked.problem);
  if (asked.value->wait != 0 && in.feeds.full())
    return refuse(to, 503, "too many clients wait; poll without wait, or try again in a moment");
  const auto returned = evidence_of(in.host, request, to);
  auto query = since(asked.value->cursor);
  query.after_unix_us = asked.value->unix_us;
  if (asked.value->cursor) brought_back(in.host, request, to, *asked.value->cursor);
  in.host.inbox_list(
      to, query, [&in, asked = *asked.value, request, to, returned](const herald::Items& inbox) {
        if (!inbox.ok()) return fail(in.host, to, inbox.status, "the inbox cannot be read now");
        answer(in, asked, request, to, returned, inbox);
      });
}

}  // namespace webchat
