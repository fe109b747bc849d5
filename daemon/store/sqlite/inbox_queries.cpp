#include <algorithm>

#include "store/sqlite/inbox.hpp"

namespace herald::store::sqlite {
namespace {

const Sql kUser{"SELECT last_seq, first_active, older_unread FROM inbox_users WHERE user_id = ?"};
const Sql kUnread{
    "SELECT count(*) FROM inbox_items WHERE user_id = ? AND seq >= ? AND gone = 0 AND read = 0"};
const Sql kFirstKept{"SELECT min(seq) FROM inbox_items WHERE user_id = ?"};
const Sql kActive{
    "SELECT i.id, i.seq, i.at, i.user_id, n.id, i.type, i.title, i.text, i.markdown, i.actions, "
    "i.read, i.returned, i.gone,"
    " i.answered, i.changed FROM inbox_items i JOIN notifications n ON n.rowid = i.notification"
    " WHERE i.user_id = ? AND i.seq > ? AND i.at > ? AND i.gone = 0 ORDER BY i.seq LIMIT ?"};
const Sql kHistory{
    "SELECT i.id, i.seq, i.at, i.user_id, n.id, i.type, i.title, i.text, i.markdown, i.actions, "
    "i.read, i.returned, i.gone,"
    " i.answered, i.changed FROM inbox_items i JOIN notifications n ON n.rowid = i.notification"
    " WHERE i.user_id = ? AND i.seq > ? AND i.at > ? ORDER BY i.seq LIMIT ?"};
const Sql kNewest{
    "SELECT i.id, i.seq, i.at, i.user_id, n.id, i.type, i.title, i.text, i.markdown, i.actions, "
    "i.read, i.returned, i.gone,"
    " i.answered, i.changed FROM inbox_items i JOIN notifications n ON n.rowid = i.notification"
    " WHERE i.user_id = ? AND i.seq > ? AND i.at > ? AND i.id < ? ORDER BY i.seq DESC LIMIT ?"};
const Sql kNamed{
    "SELECT i.id, i.seq, i.at, i.user_id, n.id, i.type, i.title, i.text, i.markdown, i.actions, "
    "i.read, i.returned, i.gone,"
    " i.answered, i.changed FROM notifications n JOIN inbox_items i ON i.notification = n.rowid "
    "WHERE n.id = "
    "? AND i.user_id = ?"};
const Sql kOfNotification{
    "SELECT i.id, i.seq, i.at, i.user_id, n.id, i.type, i.title, i.text, i.markdown, i.actions, "
    "i.read, i.returned, i.gone,"
    " i.answered, i.changed FROM inbox_items i JOIN notifications n ON n.rowid = i.notification "
    "WHERE "
    "i.notification = ?"};

}  // namespace

model::Item read_item(const Query& row) {
  model::Item item;
  item.id = row.integer(0);
  item.seq = row.integer(1);
  item.at = base::from_unix_us(row.integer(2));
  item.user = row.integer(3);
  item.notification = row.string(4);
  item.type = row.string(5);
  item.title = row.string(6);
  item.text = row.string(7);
  item.markdown = row.is_null(8) ? item.text : row.string(8);
  if (!row.is_null(9)) item.actions = read_actions(row.text(9));
  item.read = row.integer(10) != 0;
  item.returned = row.integer(11) != 0;
  item.active = row.integer(12) == 0;
  item.withdrawn = row.integer(12) == static_cast<int64_t>(Gone::withdrawn);
  item.answered = row.string(13);
  if (!row.is_null(14)) item.changed = row.integer(14);
  return item;
}

std::optional<model::Item> item_of(Connection& db, int64_t notification) {
  auto row = db.use(kOfNotification, notification);
  if (!row.step()) return std::nullopt;
  return read_item(row);
}

base::Result<model::ItemPage> items(ReadState& state, const model::ItemQuery& query) {
  auto& db = state.db;
  model::ItemPage page;
  int64_t first_active = 0;
  {
    auto row = db.use(kUser, query.user);
    if (!row.step()) {
      page.gap = query.after_seq > 0;
      return page;
    }
    page.last_seq = row.integer(0);
    first_active = row.integer(1);
    page.older_unread = row.integer(2);
  }
  if (auto row = db.use(kUnread, query.user, first_active); row.step())
    page.unread = row.integer(0);
  if (query.changes || query.after_seq > 0) {
    page.gap = query.after_seq > page.last_seq;
    if (auto row = db.use(kFirstKept, query.user); row.step())
      page.gap = page.gap || row.integer(0) > query.after_seq + 1;
  }
  if (query.changes) {
    add_events(state, query, page);
    return page;
  }
  if (!query.notification.empty()) {
    auto row = db.use(kNamed, query.notification, query.user);
    if (row.step()) page.items.push_back(read_item(row));
    return page;
  }
  const auto after_seq =
      query.history ? query.after_seq : std::max(query.after_seq, first_active - 1);
  const auto after = query.after ? base::unix_us(*query.after) : INT64_MIN;
  if (query.history && (query.newest || query.before_id != 0)) {
    const auto before = query.before_id == 0 ? INT64_MAX : query.before_id;
    auto row =
        db.use(kNewest, query.user, after_seq, after, before, std::min(query.limit, kMostItems));
    while (row.step()) page.items.push_back(read_item(row));
    std::reverse(page.items.begin(), page.items.end());
    return page;
  }
  auto row = db.use(query.history ? kHistory : kActive, query.user, after_seq, after,
                    std::min(query.limit, kMostItems));
  while (row.step()) page.items.push_back(read_item(row));
  return page;
}

}  // namespace herald::store::sqlite
