#include "store/postgresql/inboxes.hpp"

#include <algorithm>

#include "base/faults.hpp"

namespace herald::store::postgresql {
namespace {

using base::Code;
using base::fail;

// By person in one order, so that two nodes cannot wait for each other.
const Sql kInboxes{
    "SELECT u.id, u.provider, i.last_seq, i.last_at, i.active, i.first_active, i.older_unread FROM "
    "(SELECT id, provider FROM users WHERE id = ANY($1::bigint[]) ORDER BY id) u LEFT JOIN LATERAL "
    "(SELECT * FROM inbox_users WHERE user_id = u.id FOR UPDATE) i ON true"};
const Sql kOfRows{kItemColumns +
                  "FROM inbox_items i JOIN notifications n ON n.rowid = i.notification WHERE "
                  "i.notification = ANY($1::bigint[])"};
const Sql kSeen{kItemColumns +
                "FROM inbox_items i JOIN notifications n ON n.rowid = i.notification WHERE i.id = "
                "ANY($1::bigint[]) UNION ALL " +
                kItemColumns +
                "FROM notifications n JOIN inbox_items i ON i.notification = n.rowid WHERE n.id = "
                "ANY($2::text[])"};
const Sql kOldest{kItemColumns +
                  "FROM inbox_items i JOIN notifications n ON n.rowid = i.notification WHERE "
                  "i.user_id = $1 AND i.seq >= $2 AND i.gone = 0 ORDER BY i.seq LIMIT $3"};
// One by one while the persons' rows are locked, so that they rise for each of them.
const Sql kNumbers{
    "/* session */ SELECT nextval('inbox_item_ids'), next_conversation() FROM generate_series(1, "
    "$1::int)"};
const Sql kNewInboxes{
    "INSERT INTO inbox_users(user_id, last_seq, last_at, active, first_active, older_unread) "
    "SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], "
    "$6::bigint[])"};
const Sql kPutInboxes{
    "UPDATE inbox_users i SET last_seq = u.last_seq, last_at = u.last_at, active = u.active, "
    "first_active = u.first_active, older_unread = u.older_unread FROM unnest($1::bigint[], "
    "$2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[]) AS u(user_id, last_seq, "
    "last_at, active, first_active, older_unread) WHERE i.user_id = u.user_id"};
const Sql kConversations{
    "INSERT INTO conversations(id, user_id, message_type, message_content, ai_response, "
    "confidence_score, action_code, conversation_state, action_success, created_at) SELECT id, "
    "user_id, 'outgoing', '[SYSTEM_NOTIFICATION] ' || body, body, 1.0, 'SYSTEM_NOTIFICATION', "
    "'NOTIFICATION_SENT', true, at FROM unnest($1::bigint[], $2::bigint[], $3::text[], "
    "$4::timestamp[]) AS u(id, user_id, body, at)"};
const Sql kNewItems{
    "INSERT INTO inbox_items(id, user_id, seq, at, notification, type, title, text, markdown, "
    "actions, read, returned, gone, answered, conversation, changed, changes) SELECT id, user_id, "
    "seq, at, notification, type, title, body, markdown, actions, read, returned, gone, answered, "
    "conversation, changed, drawn "
    "FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], "
    "$7::text[], $8::text[], $9::text[], $10::text[], $11::smallint[], $12::smallint[], "
    "$13::smallint[], $14::bigint[], $15::bigint[], $16::bigint[], $17::text[]) AS u(id, "
    "user_id, seq, at, notification, type, title, body, markdown, actions, read, returned, gone, "
    "conversation, changed, drawn, answered)"};
const Sql kPutItems{
    "UPDATE inbox_items i SET read = u.read, returned = u.returned, gone = u.gone, changed = "
    "u.changed, changes = i.changes + u.drawn, answered = u.answered FROM unnest($1::bigint[], "
    "$2::smallint[], $3::smallint[], $4::smallint[], $5::bigint[], $6::bigint[], $7::text[]) AS "
    "u(id, read, returned, gone, changed, drawn, answered) WHERE i.id = u.id"};

template <class T>
Array array_of(const std::vector<T>& values) {
  Array out;
  for (const auto& value : values) out.add(value);
  return out;
}

}  // namespace

Inboxes::Entry& Inboxes::keep(const Row& row) {
  const auto id = row.integer(0);
  const auto [found, fresh] = entries_.try_emplace(id);
  auto& entry = found->second;
  if (!fresh) return entry;  // what this transaction made of it counts
  entry.item = read_item(row);
  entry.notification = row.integer(14);
  entry.gone = static_cast<Gone>(std::clamp<int64_t>(row.integer(12), 0, 3));
  of_notification_[entry.notification] = id;
  of_name_[entry.item.notification] = id;
  return entry;
}

void Inboxes::keep_person(const Row& row) {
  auto& inbox = inboxes_[row.integer(0)];
  inbox.exists = true;
  inbox.provider = row.integer(1) != 0;
  if (row.is_null(2)) return;
  inbox.stored = true;
  inbox.last_seq = row.integer(2);
  inbox.last_at = base::from_unix_us(row.integer(3));
  inbox.active = row.integer(4);
  inbox.first_active = row.integer(5);
  inbox.older_unread = row.integer(6);
}

void Inboxes::load(Connection& db, const Wanted& wanted) {
  std::vector<model::UserId> users;
  for (const auto user : wanted.users)
    if (inboxes_.try_emplace(user).second) users.push_back(user);
  if (!users.empty()) {
    const auto keep_all = [this](const Rows& rows) {
      for (const auto row : rows) keep_person(row);
    };
    db.ahead(kInboxes, keep_all, array_of(users));
  }
  const auto keep_items = [this](const Rows& rows) {
    for (const auto row : rows) keep(row);
  };
  if (wanted.appends != 0) ask_numbers(db, wanted.appends);
  if (wanted.items.empty() && wanted.notifications.empty()) return;
  for (const auto& name : wanted.notifications) of_name_.try_emplace(name, 0);
  db.ahead(kSeen, keep_items, array_of(wanted.items), array_of(wanted.notifications));
}

Inboxes::Inbox& Inboxes::inbox(Connection& db, model::UserId user) {
  load(db, {.users = {user}});
  db.settle();
  return inboxes_[user];
}

/// Null when it has none.
Inboxes::Entry* Inboxes::entry_of(Connection& db, int64_t notification) {
  if (of_notification_.count(notification) == 0) {
    of_notification_[notification] = 0;
    Array rows;
    rows.add(notification);
    for (const auto row : db.use(kOfRows, rows)) keep(row);
  }
  const auto id = of_notification_[notification];
  return id == 0 ? nullptr : &entries_.at(id);
}

void Inboxes::ask_numbers(Connection& db, std::size_t count) {
  const auto keep_all = [this](const Rows& rows) {
    for (const auto row : rows) numbers_.emplace_back(row.integer(0), row.integer(1));
  };
  db.ahead(kNumbers, keep_all, count);
}

void Inboxes::read_oldest(Connection& db, model::UserId user, Inbox& inbox, int64_t most) {
  if (inbox.oldest_read || !inbox.stored) return;
  inbox.oldest_read = true;
  std::deque<Entry*> stored;
  for (const auto row : db.use(kOldest, user, inbox.first_active, most))
    if (auto& entry = keep(row); entry.gone == Gone::no) stored.push_back(&entry);
  inbox.oldest.insert(inbox.oldest.begin(), stored.begin(), stored.end());
}

/// Takes the oldest items out of the list until there is room for one more among `keep`.
std::vector<std::string> Inboxes::trim(Connection& db, model::UserId user, Inbox& inbox,
                                       int64_t keep) {
  std::vector<std::string> evicted;
  auto excess = inbox.active + 1 - keep;
  if (excess <= 0) return evicted;
  // All there are: further items of this transaction may push out more of them.
  read_oldest(db, user, inbox, inbox.active);
  for (; excess > 0 && !inbox.oldest.empty(); --excess) {
    auto& entry = *inbox.oldest.front();
    inbox.oldest.pop_front();
    if (entry.gone != Gone::no) {
      ++excess;  // withdrawn by this transaction
      continue;
    }
    entry.gone = Gone::trimmed;
    entry.changed = true;
    --inbox.active;
    inbox.first_active = entry.item.seq + 1;
    if (entry.item.read) continue;
    ++inbox.older_unread;
    evicted.push_back(entry.item.notification);
  }
  return evicted;
}

base::Result<Inboxes::Appended> Inboxes::append(Connection& db, const model::NewItem& fresh,
                                                int64_t notification, model::TimePoint now,
                                                unsigned keep_items) {
  if (const auto* first = entry_of(db, notification)) return Appended{first->item, {}};
  auto& person = inbox(db, fresh.user);
  if (!person.exists)
    return fail(Code::not_found, "there is no user " + std::to_string(fresh.user), "user");

  Appended out;
  auto& item = out.item;
  item.user = fresh.user;
  item.notification = fresh.notification;
  item.type = fresh.type;
  item.title = fresh.title;
  item.text = fresh.text;
  item.markdown = fresh.markdown;
  item.actions = fresh.actions;
  if (numbers_.empty()) {
    ask_numbers(db, 1);
    db.settle();
  }
  const auto [id, conversation] = numbers_.front();
  numbers_.pop_front();
  item.id = id;
  item.seq = ++person.last_seq;
  item.at = person.last_at = std::max(now, person.last_at + base::Duration{1});

  out.evicted = trim(db, item.user, person, std::max(1U, keep_items));
  ++person.active;
  person.changed = true;
  auto& entry = entries_[id];
  entry.item = item;
  entry.notification = notification;
  entry.fresh = true;
  // Service providers have no row in the application's `users`, so none in its history either.
  if (!person.provider) entry.conversation = conversation;
  of_notification_[notification] = id;
  of_name_[item.notification] = id;
  person.oldest.push_back(&entry);
  return out;
}

/// The person's row is locked, so nobody else draws from its sequence.
void Inboxes::draw(Inbox& inbox, Entry& entry) {
  entry.item.changed = ++inbox.last_seq;
  ++entry.drawn;
  inbox.changed = entry.changed = true;
}

base::Result<std::vector<std::string>> Inboxes::seen(Connection& db,
                                                     const InboxStore::Seen& request) {
  auto& person = inbox(db, request.user);
  Wanted missing;
  for (const auto id : request.ids)
    if (entries_.count(id) == 0) missing.items.push_back(id);
  for (const auto& name : request.notifications)
    if (of_name_.count(name) == 0) missing.notifications.push_back(name);
  load(db, missing);
  db.settle();

  std::vector<Entry*> items;
  const auto add = [&](int64_t id) {
    const auto found = entries_.find(id);
    if (found == entries_.end() || found->second.item.user != request.user) return false;
    if (std::find(items.begin(), items.end(), &found->second) == items.end())
      items.push_back(&found->second);
    return true;
  };
  bool all = true;
  for (const auto id : request.ids) all = all && add(id);
  for (const auto& name : request.notifications) all = all && add(of_name_[name]);
  // The same words for an item that is not there and one of somebody else.
  if (!all)
    return fail(Code::not_found, "there is no such notification in this inbox", "notification_id");

  std::vector<std::string> out;
  for (auto* entry : items) {
    auto& item = entry->item;
    if (request.level >= model::Evidence::read) {
      if (!item.read) {
        if (entry->gone == Gone::trimmed) --person.older_unread;
        draw(person, *entry);
      }
      item.read = item.returned = true;
    } else {
      entry->changed = entry->changed || !item.returned;
      item.returned = true;
    }
    out.push_back(item.notification);
  }
  HERALD_POINT("pg.seen");
  return out;
}

/// With the person's row locked. Null when there is none.
Inboxes::Entry* Inboxes::locked_entry_of(Connection& db, int64_t notification) {
  auto* found = entry_of(db, notification);
  if (found == nullptr) return nullptr;
  const auto id = found->item.id;
  const bool fresh = found->fresh;
  auto& person = inbox(db, found->item.user);
  if (fresh || entries_.at(id).changed) return &entries_.at(id);
  // Read again now that the person's row is locked: others may have changed it meanwhile.
  std::erase_if(person.oldest, [&](const Entry* e) { return e->item.id == id; });
  entries_.erase(id);
  of_notification_.erase(notification);
  return entry_of(db, notification);
}

model::UserId Inboxes::show_answer(Connection& db, int64_t notification,
                                   const std::string& action) {
  auto* entry = locked_entry_of(db, notification);
  if (entry == nullptr || !entry->item.answered.empty()) return 0;
  auto& person = inbox(db, entry->item.user);
  if (entry->gone == Gone::trimmed && !entry->item.read) --person.older_unread;
  entry->item.answered = action;
  entry->item.read = entry->item.returned = true;
  draw(person, *entry);
  return entry->item.user;
}

model::UserId Inboxes::withdraw(Connection& db, int64_t notification) {
  auto* found = locked_entry_of(db, notification);
  if (found == nullptr || found->gone == Gone::withdrawn) return 0;
  auto& entry = *found;
  auto& person = inbox(db, entry.item.user);
  HERALD_POINT("pg.withdrawing");
  if (entry.gone == Gone::no) --person.active;
  if (entry.gone == Gone::trimmed && !entry.item.read) --person.older_unread;
  draw(person, entry);
  entry.gone = Gone::withdrawn;
  return entry.item.user;
}

void Inboxes::flush(Connection& db) {
  Columns new_inboxes{kNewInboxes}, put_inboxes{kPutInboxes};
  for (const auto& [user, i] : inboxes_)
    if (i.changed) {
      drawn_ = {user, i.last_seq};
      (i.stored ? put_inboxes : new_inboxes)
          .add(user, i.last_seq, base::unix_us(i.last_at), i.active, i.first_active,
               i.older_unread);
    }
  Columns conversations{kConversations}, new_items{kNewItems}, put_items{kPutItems};
  for (const auto& [id, e] : entries_) {
    const auto& item = e.item;
    const OrNull<int64_t> changed{item.changed == 0, item.changed};
    if (!e.fresh) {
      if (e.changed)
        put_items.add(id, item.read, item.returned, e.gone, changed, e.drawn, item.answered);
      continue;
    }
    if (e.conversation)
      conversations.add(*e.conversation, item.user, item.text, conversation_time(item.at));
    const auto actions = item.actions.empty() ? std::string{} : actions_text(item.actions);
    new_items.add(id, item.user, item.seq, base::unix_us(item.at), e.notification, item.type,
                  item.title, item.text,
                  OrNull<std::string>{item.markdown == item.text, item.markdown},
                  OrNull<std::string>{actions.empty(), actions}, item.read, item.returned, e.gone,
                  OrNull<int64_t>{!e.conversation, e.conversation.value_or(0)}, changed, e.drawn,
                  item.answered);
  }
  new_inboxes.flush(db);
  put_inboxes.flush(db);
  conversations.flush(db);
  HERALD_POINT("pg.conversation_written");
  new_items.flush(db);
  put_items.flush(db);
  forget();
}

void Inboxes::forget() {
  inboxes_.clear();
  entries_.clear();
  of_notification_.clear();
  of_name_.clear();
  numbers_.clear();
}

}  // namespace herald::store::postgresql
