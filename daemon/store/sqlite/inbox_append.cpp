#include "store/sqlite/inbox.hpp"

#include "base/faults.hpp"

namespace herald::store::sqlite {
namespace {

const Sql kUser{
    "SELECT u.provider, i.last_seq, i.last_at, i.active, i.first_active, i.older_unread FROM users "
    "u"
    " LEFT JOIN inbox_users i ON i.user_id = u.id WHERE u.id = ?"};
const Sql kPutUser{
    "INSERT INTO inbox_users(user_id, last_seq, last_at, active, first_active, older_unread) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
    " ON CONFLICT(user_id) DO UPDATE SET last_seq = ?2, last_at = ?3, active = ?4, first_active = "
    "?5, older_unread = ?6"};
const Sql kItem{
    "INSERT INTO inbox_items(user_id, seq, at, notification, type, title, text, markdown, actions, "
    "read, returned, gone,"
    " answered, conversation) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, '', ?)"};
const Sql kConversation{
    "INSERT INTO conversations(user_id, message_type, message_content, ai_response, "
    "confidence_score, action_code,"
    " conversation_state, action_success, created_at)"
    " VALUES (?, 'outgoing', ?, ?, 1.0, 'SYSTEM_NOTIFICATION', 'NOTIFICATION_SENT', 1, ?)"};
const Sql kOldest{
    "SELECT i.id, i.seq, i.read, n.id FROM inbox_items i JOIN notifications n ON n.rowid = "
    "i.notification"
    " WHERE i.user_id = ? AND i.seq >= ? AND i.gone = 0 ORDER BY i.seq LIMIT ?"};
const Sql kTrim{"UPDATE inbox_items SET gone = 1 WHERE id = ?"};

struct InboxUser {
  bool provider = false;
  int64_t last_seq = 0;
  model::TimePoint last_at{};
  int64_t active = 0, first_active = 1, older_unread = 0;
};

base::Result<InboxUser> inbox_user(Connection& db, model::UserId user) {
  auto row = db.use(kUser, user);
  if (!row.step())
    return base::fail(base::Code::not_found, "there is no user " + std::to_string(user), "user");
  InboxUser out{row.integer(0) != 0};
  if (!row.is_null(1)) {
    out.last_seq = row.integer(1);
    out.last_at = base::from_unix_us(row.integer(2));
    out.active = row.integer(3);
    out.first_active = row.integer(4);
    out.older_unread = row.integer(5);
  }
  return out;
}

/// Takes the oldest items out of the list until there is room for one more among `keep`.
std::vector<std::string> trim(Connection& db, model::UserId user, InboxUser& inbox, int64_t keep) {
  std::vector<std::string> evicted;
  const auto excess = inbox.active + 1 - keep;
  if (excess <= 0) return evicted;
  std::vector<int64_t> ids;
  {
    auto row = db.use(kOldest, user, inbox.first_active, excess);
    while (row.step()) {
      ids.push_back(row.integer(0));
      inbox.first_active = row.integer(1) + 1;
      if (row.integer(2) == 0) evicted.push_back(row.string(3));
    }
  }
  for (const auto id : ids) db.run(kTrim, id);
  inbox.active -= static_cast<int64_t>(ids.size());
  inbox.older_unread += static_cast<int64_t>(evicted.size());
  return evicted;
}

int64_t put_conversation(Connection& db, const model::Item& item) {
  db.run(kConversation, item.user, "[SYSTEM_NOTIFICATION] " + item.text, item.text,
         conversation_time(item.at));
  return db.last_insert_rowid();
}

}  // namespace

base::Result<Appended> append(WriteState& state, const model::NewItem& fresh, int64_t notification,
                              model::TimePoint now) {
  auto& db = state.db;
  if (auto first = item_of(db, notification)) return Appended{std::move(*first), {}};
  auto inbox = inbox_user(db, fresh.user);
  if (!inbox) return inbox.error();

  Appended out;
  auto& item = out.item;
  item.user = fresh.user;
  item.notification = fresh.notification;
  item.type = fresh.type;
  item.title = fresh.title;
  item.text = fresh.text;
  item.markdown = fresh.markdown;
  item.actions = fresh.actions;
  item.seq = ++inbox->last_seq;
  item.at = inbox->last_at = std::max(now, inbox->last_at + base::Duration{1});

  const auto keep = std::max(1U, state.settings.keep.load(std::memory_order_relaxed));
  out.evicted = trim(db, item.user, *inbox, keep);
  ++inbox->active;
  db.run(kPutUser, item.user, inbox->last_seq, base::unix_us(item.at), inbox->active,
         inbox->first_active, inbox->older_unread);
  // Service providers have no row in the application's `users`, so none in its history either.
  const OrNull<int64_t> conversation{inbox->provider,
                                     inbox->provider ? 0 : put_conversation(db, item)};
  HERALD_POINT("store.conversation_written");
  const OrNull<std::string_view> markdown{item.markdown == item.text, item.markdown};
  const OrNull<std::string> actions{item.actions.empty(),
                                    item.actions.empty() ? "" : actions_text(item.actions)};
  db.run(kItem, item.user, item.seq, base::unix_us(item.at), notification, item.type, item.title,
         item.text, markdown, actions, conversation);
  item.id = db.last_insert_rowid();
  return out;
}

}  // namespace herald::store::sqlite
