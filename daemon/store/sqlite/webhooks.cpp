#include "store/keys.hpp"
#include "store/sqlite/journal.hpp"

namespace herald::store::sqlite {
namespace {

using base::Code;
using base::fail;

const Sql kOpen{
    "INSERT INTO webhooks(name, url, cursor, disabled) VALUES (?1, ?2, (SELECT coalesce(max(pos), "
    "0) FROM journal), '') ON CONFLICT(name) DO UPDATE SET disabled = CASE WHEN url = ?2 THEN "
    "disabled ELSE '' END, url = ?2"};
const Sql kOne{"SELECT name, url, cursor, disabled FROM webhooks WHERE name = ?"};
const Sql kAll{"SELECT name, url, cursor, disabled FROM webhooks ORDER BY name"};
const Sql kCountWaiting{
    "SELECT count(*) FROM webhook_messages WHERE webhook = ? AND next_try IS NOT NULL"};
const Sql kCountAll{"SELECT count(*) FROM webhook_messages WHERE webhook = ?"};
const Sql kRemove{"DELETE FROM webhooks WHERE name = ?"};
const Sql kMove{"UPDATE webhooks SET cursor = max(cursor, ?2) WHERE name = ?1"};
const Sql kDisable{"UPDATE webhooks SET disabled = ?2 WHERE name = ?1"};
const Sql kKeep{
    "INSERT OR REPLACE INTO webhook_messages(webhook, pos, notification, id, body, tries, "
    "first_try, next_try, error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"};
const Sql kDone{"DELETE FROM webhook_messages WHERE webhook = ? AND pos = ?"};
const Sql kHurry{
    "UPDATE webhook_messages SET next_try = ?2 WHERE webhook = ?1 AND next_try IS NOT NULL AND "
    "next_try > ?2"};
const Sql kDue{
    "SELECT pos, notification, id, body, tries, first_try, next_try, error FROM webhook_messages "
    "m WHERE webhook = ?1 AND next_try IS NOT NULL AND next_try <= ?2 AND NOT EXISTS (SELECT 1 "
    "FROM webhook_messages e WHERE e.webhook = ?1 AND e.notification = m.notification AND e.pos < "
    "m.pos AND e.next_try IS NOT NULL) ORDER BY next_try LIMIT ?3"};
const Sql kNext{
    "SELECT min(next_try) FROM webhook_messages WHERE webhook = ? AND next_try IS NOT NULL AND "
    "next_try > ?"};
const Sql kMessages{
    "SELECT pos, notification, id, '', tries, first_try, next_try, error FROM webhook_messages "
    "WHERE webhook = ? AND pos > ? AND (next_try IS NULL) = ? ORDER BY pos LIMIT ?"};
const Sql kRedeliver{
    "UPDATE webhook_messages SET next_try = ?3, tries = 0 WHERE webhook = ?1 AND next_try IS NULL "
    "AND (?2 = '' OR id = ?2)"};

Webhook read(Connection& db, const Query& row) {
  Webhook out;
  out.name = row.string(0);
  out.url = row.string(1);
  out.cursor = static_cast<uint64_t>(row.integer(2));
  out.disabled = row.string(3);
  auto waiting = db.use(kCountWaiting, out.name);
  waiting.step();
  out.waiting = static_cast<uint64_t>(waiting.integer(0));
  auto all = db.use(kCountAll, out.name);
  all.step();
  out.dead = static_cast<uint64_t>(all.integer(0)) - out.waiting;
  return out;
}

WebhookMessage read_message(const Query& row) {
  WebhookMessage out;
  out.position = static_cast<uint64_t>(row.integer(0));
  out.notification = row.string(1);
  out.id = row.string(2);
  out.body = row.string(3);
  out.tries = static_cast<unsigned>(row.integer(4));
  out.first_try = base::from_unix_us(row.integer(5));
  out.next_try = row.is_null(6) ? model::TimePoint::max() : base::from_unix_us(row.integer(6));
  out.error = row.string(7);
  return out;
}

}  // namespace

base::Result<Webhook> open_webhook(WriteState& state, const std::string& name,
                                   const std::string& url) {
  state.db.run(kOpen, name, url);
  auto row = state.db.use(kOne, name);
  row.step();
  return read(state.db, row);
}

base::Result<uint64_t> remove_webhook(WriteState& state, const std::string& name) {
  uint64_t waiting = 0;
  {
    auto row = state.db.use(kOne, name);
    if (!row.step()) return no_such_webhook(name);
    waiting = read(state.db, row).waiting;
  }
  state.db.run(kRemove, name);
  return waiting;
}

base::Result<std::vector<Webhook>> webhooks(ReadState& state) {
  std::vector<Webhook> out;
  auto row = state.db.use(kAll);
  while (row.step()) out.push_back(read(state.db, row));
  return out;
}

base::Result<Nothing> settle(WriteState& state, const Settlement& s) {
  auto& db = state.db;
  if (auto row = db.use(kOne, s.webhook); !row.step()) return no_such_webhook(s.webhook);
  if (s.cursor) db.run(kMove, s.webhook, *s.cursor);
  for (const auto& m : s.keep)
    db.run(kKeep, s.webhook, m.position, m.notification, m.id, m.body, m.tries,
           base::unix_us(m.first_try),
           OrNull<int64_t>{m.next_try == model::TimePoint::max(), base::unix_us(m.next_try)},
           m.error);
  for (const auto position : s.done) db.run(kDone, s.webhook, position);
  if (s.disable) db.run(kDisable, s.webhook, *s.disable);
  if (s.hurry) db.run(kHurry, s.webhook, base::unix_us(*s.hurry));
  return Nothing{};
}

base::Result<JournalStore::Due> webhook_due(ReadState& state, const std::string& name,
                                            model::TimePoint now, unsigned limit) {
  JournalStore::Due out;
  {
    auto row = state.db.use(kDue, name, base::unix_us(now), limit);
    while (row.step()) out.messages.push_back(read_message(row));
  }
  if (auto row = state.db.use(kNext, name, base::unix_us(now)); row.step() && !row.is_null(0))
    out.next = base::from_unix_us(row.integer(0));
  return out;
}

base::Result<std::vector<WebhookMessage>> webhook_messages(ReadState& state,
                                                           const std::string& name, bool dead,
                                                           uint64_t after, unsigned limit) {
  std::vector<WebhookMessage> out;
  auto row = state.db.use(kMessages, name, after, dead, limit);
  while (row.step()) out.push_back(read_message(row));
  return out;
}

base::Result<uint64_t> redeliver(WriteState& state, const std::string& name,
                                 const std::string& message, model::TimePoint now) {
  if (auto row = state.db.use(kOne, name); !row.step()) return no_such_webhook(name);
  const auto count = state.db.run(kRedeliver, name, message, base::unix_us(now));
  if (count == 0 && !message.empty())
    return fail(Code::not_found,
                "webhook `" + name + "` has no dead message with the id " + message.substr(0, 64) +
                    "; heraldctl webhooks NAME --dead lists them",
                "id");
  state.db.run(kDisable, name, "");
  return static_cast<uint64_t>(count);
}

}  // namespace herald::store::sqlite
