#include <algorithm>

#include "store/postgresql/inbox.hpp"
#include "store/postgresql/item_row.hpp"

namespace herald::store::postgresql {
namespace {

const Sql kUser{
    "SELECT e.epoch, e.line, u.last_seq, u.first_active, u.older_unread, (SELECT count(*) FROM "
    "inbox_items i WHERE i.user_id = u.user_id AND i.seq >= u.first_active AND i.gone = 0 AND "
    "i.read "
    "= 0) FROM inbox_epoch e LEFT JOIN inbox_users u ON u.user_id = $1 WHERE e.one = 1"};
const Sql kFirstKept{"SELECT min(seq) FROM inbox_items WHERE user_id = $1"};
const std::string kOfUser =
    kItemColumns +
    "FROM inbox_items i JOIN notifications n ON n.rowid = i.notification WHERE i.user_id = $1 AND "
    "i.seq > $2 AND i.at > $3 ";
const Sql kActive{kOfUser + "AND i.gone = 0 ORDER BY i.seq LIMIT $4"};
const Sql kHistory{kOfUser + "ORDER BY i.seq LIMIT $4"};
const Sql kNewest{kOfUser + "AND i.id < $4 ORDER BY i.seq DESC LIMIT $5"};
const Sql kArrived{kItemColumns +
                   "FROM inbox_items i JOIN notifications n ON n.rowid = i.notification WHERE "
                   "i.user_id = $1 AND i.seq > $2 ORDER BY i.seq LIMIT $3"};
const Sql kChanged{kItemColumns +
                   "FROM inbox_items i JOIN notifications n ON n.rowid = i.notification WHERE "
                   "i.user_id = $1 AND i.changed > $2 AND i.seq <= $2 ORDER BY i.changed LIMIT $3"};
const Sql kNamed{kItemColumns +
                 "FROM notifications n JOIN inbox_items i ON i.notification = n.rowid WHERE n.id = "
                 "$1 AND i.user_id = $2"};

void read_into(model::ItemPage& page, const Rows& rows) {
  for (const auto row : rows) page.items.push_back(read_item(row));
}

/// The items of ItemQuery::changes.
void add_events(Connection& db, const model::ItemQuery& query, unsigned limit,
                model::ItemPage& page) {
  read_into(page, db.use(kArrived, query.user, query.after_seq, limit));
  const auto arrived = static_cast<std::ptrdiff_t>(page.items.size());
  read_into(page, db.use(kChanged, query.user, query.after_seq, limit));
  std::inplace_merge(page.items.begin(), page.items.begin() + arrived, page.items.end(),
                     [after = query.after_seq](const model::Item& a, const model::Item& b) {
                       return model::event_number(a, after) < model::event_number(b, after);
                     });
  if (page.items.size() > limit) page.items.resize(limit);
}

}  // namespace

base::Result<model::ItemPage> items(ReadState& state, const model::ItemQuery& query) {
  auto& db = state.db;
  model::ItemPage page;
  const auto user = db.use(kUser, query.user);
  // A standby was promoted a moment ago: whether its numbers go on the writer will say.
  if (user.empty() || user[0].text(1) != state.line)
    return base::fail(base::Code::unavailable,
                      "the database has just moved to another server; try again in a moment");
  page.epoch = static_cast<uint64_t>(user[0].integer(0));
  if (user[0].is_null(2)) {
    page.gap = query.after_seq > 0;
    return page;
  }
  page.last_seq = user[0].integer(2);
  const auto first_active = user[0].integer(3);
  page.older_unread = user[0].integer(4);
  page.unread = user[0].integer(5);
  if (query.changes || query.after_seq > 0)
    page.gap = query.after_seq > page.last_seq ||
               db.use(kFirstKept, query.user)[0].integer(0) > query.after_seq + 1;
  const auto limit = std::min(query.limit, kMostItems);
  if (query.changes) {
    add_events(db, query, limit, page);
    return page;
  }
  if (!query.notification.empty()) {
    read_into(page, db.use(kNamed, query.notification, query.user));
    return page;
  }
  const auto after_seq =
      query.history ? query.after_seq : std::max(query.after_seq, first_active - 1);
  const auto after = query.after ? base::unix_us(*query.after) : INT64_MIN;
  if (query.history && (query.newest || query.before_id != 0)) {
    const auto before = query.before_id == 0 ? INT64_MAX : query.before_id;
    read_into(page, db.use(kNewest, query.user, after_seq, after, before, limit));
    std::reverse(page.items.begin(), page.items.end());
    return page;
  }
  read_into(page, db.use(query.history ? kHistory : kActive, query.user, after_seq, after, limit));
  return page;
}

}  // namespace herald::store::postgresql
