#include <algorithm>

#include "store/sqlite/inbox.hpp"

#include "base/faults.hpp"

namespace herald::store::sqlite {
namespace {

using base::Code;
using base::fail;

const Sql kById{
    "SELECT i.id, i.user_id, i.read, i.returned, i.gone, n.id, i.answered FROM inbox_items i"
    " JOIN notifications n ON n.rowid = i.notification WHERE i.id = ?"};
const Sql kByNotification{
    "SELECT i.id, i.user_id, i.read, i.returned, i.gone, n.id, i.answered FROM notifications n"
    " JOIN inbox_items i ON i.notification = n.rowid WHERE n.id = ?"};
const Sql kReturned{"UPDATE inbox_items SET returned = 1 WHERE id = ?"};
const Sql kRead{
    "UPDATE inbox_items SET returned = 1, read = 1, changed = ?, changes = changes + 1 WHERE id = "
    "?"};
const Sql kGone{
    "UPDATE inbox_items SET gone = ?, read = ?, changed = ?, changes = changes + 1 WHERE id = ?"};
const Sql kAnswered{
    "UPDATE inbox_items SET answered = ?, returned = 1, read = 1, changed = ?, changes = changes + "
    "1 WHERE id = ?"};
const Sql kLastSeq{"SELECT last_seq FROM inbox_users WHERE user_id = ?"};
const Sql kPutLastSeq{"UPDATE inbox_users SET last_seq = ? WHERE user_id = ?"};
const Sql kOlderUnread{"UPDATE inbox_users SET older_unread = older_unread - 1 WHERE user_id = ?"};
const Sql kLeft{"UPDATE inbox_users SET active = active - ? WHERE user_id = ?"};
const Sql kFirstActive{
    "UPDATE inbox_users SET first_active = max(first_active, ?) WHERE user_id = ?"};
const Sql kActive{
    "SELECT i.id, i.read, i.returned, i.seq, n.id FROM inbox_users u"
    " JOIN inbox_items i ON i.user_id = u.user_id AND i.seq >= u.first_active"
    " JOIN notifications n ON n.rowid = i.notification WHERE u.user_id = ?1 AND i.gone = 0 AND "
    "i.seq <= ?2 ORDER BY i.seq"};

struct Found {
  int64_t id = 0;
  model::UserId user = 0;
  bool read = false, returned = false;
  Gone gone = Gone::no;
  std::string notification, answered;
};

std::optional<Found> read_found(Query row) {
  if (!row.step()) return std::nullopt;
  return Found{row.integer(0),
               row.integer(1),
               row.integer(2) != 0,
               row.integer(3) != 0,
               static_cast<Gone>(std::clamp<int64_t>(row.integer(4), 0, 3)),
               row.string(5),
               row.string(6)};
}

/// Draws numbers of a person's sequence for changes, in the transaction that writes them.
class Numbers {
 public:
  Numbers(Connection& db, model::UserId user) : db_{db}, user_{user} {}
  int64_t draw() {
    if (last_ == 0)
      if (auto row = db_.use(kLastSeq, user_); row.step()) last_ = row.integer(0);
    drawn_ = true;
    return ++last_;
  }
  void write() {
    if (drawn_) db_.run(kPutLastSeq, last_, user_);
  }

 private:
  Connection& db_;
  model::UserId user_;
  int64_t last_ = 0;
  bool drawn_ = false;
};

}  // namespace

base::Result<std::vector<std::string>> seen(WriteState& state, const InboxStore::Seen& request) {
  auto& db = state.db;
  std::vector<Found> items;
  const auto add = [&](std::optional<Found> found) {
    if (!found || found->user != request.user) return false;
    const auto same = [&](const Found& f) { return f.id == found->id; };
    if (std::none_of(items.begin(), items.end(), same)) items.push_back(std::move(*found));
    return true;
  };
  bool all = true;
  for (const auto id : request.ids) all = all && add(read_found(db.use(kById, id)));
  for (const auto& id : request.notifications)
    all = all && add(read_found(db.use(kByNotification, id)));
  // The same words for an item that is not there and one of somebody else.
  if (!all)
    return fail(Code::not_found, "there is no such notification in this inbox", "notification_id");

  std::vector<std::string> out;
  Numbers numbers{db, request.user};
  for (auto& item : items) {
    if (request.level >= model::Evidence::read) {
      if (!item.read) {
        db.run(kRead, numbers.draw(), item.id);
        if (item.gone == Gone::trimmed) db.run(kOlderUnread, item.user);
      }
    } else if (!item.returned) {
      db.run(kReturned, item.id);
    }
    out.push_back(std::move(item.notification));
  }
  numbers.write();
  HERALD_POINT("store.seen");
  return out;
}

base::Result<std::vector<std::string>> clear(WriteState& state, model::UserId user,
                                             int64_t up_to_seq) {
  auto& db = state.db;
  const int64_t last = up_to_seq > 0 ? up_to_seq : INT64_MAX;
  struct Active {
    int64_t id;
    bool read, returned;
    std::string notification;
  };
  std::vector<Active> items;
  int64_t highest = 0;
  {
    auto row = db.use(kActive, user, last);
    while (row.step()) {
      items.push_back({row.integer(0), row.integer(1) != 0, row.integer(2) != 0, row.string(4)});
      highest = row.integer(3);
    }
  }
  std::vector<std::string> out;
  Numbers numbers{db, user};
  for (auto& item : items) {
    db.run(kGone, Gone::cleared, item.read || item.returned, numbers.draw(), item.id);
    if (!item.returned || item.read) continue;
    HERALD_POINT("store.clearing");
    out.push_back(std::move(item.notification));
  }
  numbers.write();
  if (!items.empty()) {
    db.run(kLeft, items.size(), user);
    db.run(kFirstActive, highest + 1, user);
  }
  return out;
}

model::UserId withdraw(WriteState& state, const std::string& notification) {
  auto& db = state.db;
  const auto item = read_found(db.use(kByNotification, notification));
  if (!item || item->gone == Gone::withdrawn) return 0;
  HERALD_POINT("store.withdrawing");
  Numbers numbers{db, item->user};
  db.run(kGone, Gone::withdrawn, item->read, numbers.draw(), item->id);
  numbers.write();
  if (item->gone == Gone::no) db.run(kLeft, 1, item->user);
  if (item->gone == Gone::trimmed && !item->read) db.run(kOlderUnread, item->user);
  return item->user;
}

model::UserId show_answer(Connection& db, const std::string& notification,
                          const std::string& action) {
  const auto item = read_found(db.use(kByNotification, notification));
  if (!item || !item->answered.empty()) return 0;
  Numbers numbers{db, item->user};
  db.run(kAnswered, action, numbers.draw(), item->id);
  numbers.write();
  if (item->gone == Gone::trimmed && !item->read) db.run(kOlderUnread, item->user);
  return item->user;
}

}  // namespace herald::store::sqlite
