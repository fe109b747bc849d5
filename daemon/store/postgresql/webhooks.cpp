#include "store/keys.hpp"
#include "store/postgresql/journal.hpp"

namespace herald::store::postgresql {
namespace {

using base::Code;
using base::fail;

const std::string kColumns =
    "SELECT w.name, w.url, w.cursor, w.disabled, (SELECT count(*) FROM webhook_messages m WHERE "
    "m.webhook = w.name AND m.next_try IS NOT NULL), (SELECT count(*) FROM webhook_messages m "
    "WHERE m.webhook = w.name) FROM webhooks w ";
const Sql kOpen{
    "INSERT INTO webhooks AS w (name, url, cursor, disabled) VALUES ($1, $2, (SELECT "
    "coalesce(max(pos), 0) FROM journal), '') ON CONFLICT(name) DO UPDATE SET disabled = CASE WHEN "
    "w.url = excluded.url THEN w.disabled ELSE '' END, url = excluded.url"};
const Sql kOne{kColumns + "WHERE w.name = $1"};
const Sql kAll{kColumns + "ORDER BY w.name"};
const Sql kLock{"SELECT 1 FROM webhooks WHERE name = $1 FOR UPDATE"};
const Sql kRemove{"DELETE FROM webhooks WHERE name = $1"};
const Sql kMove{"UPDATE webhooks SET cursor = greatest(cursor, $2) WHERE name = $1"};
const Sql kDisable{"UPDATE webhooks SET disabled = $2 WHERE name = $1"};
const Sql kKeep{
    "INSERT INTO webhook_messages(webhook, pos, notification, id, body, tries, first_try, "
    "next_try, error) SELECT $9, * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], "
    "$5::bigint[], $6::bigint[], $7::bigint[], $8::text[]) ON CONFLICT (webhook, pos) DO UPDATE "
    "SET notification = excluded.notification, id = excluded.id, body = excluded.body, tries = "
    "excluded.tries, first_try = excluded.first_try, next_try = excluded.next_try, error = "
    "excluded.error"};
const Sql kDone{"DELETE FROM webhook_messages WHERE webhook = $1 AND pos = ANY($2::bigint[])"};
const Sql kHurry{
    "UPDATE webhook_messages SET next_try = $2 WHERE webhook = $1 AND next_try IS NOT NULL AND "
    "next_try > $2"};
const Sql kDue{
    "SELECT pos, notification, id, body, tries, first_try, next_try, error FROM webhook_messages "
    "m WHERE webhook = $1 AND next_try IS NOT NULL AND next_try <= $2 AND NOT EXISTS (SELECT 1 "
    "FROM webhook_messages e WHERE e.webhook = $1 AND e.notification = m.notification AND e.pos < "
    "m.pos AND e.next_try IS NOT NULL) ORDER BY next_try LIMIT $3"};
const Sql kNext{
    "SELECT min(next_try) FROM webhook_messages WHERE webhook = $1 AND next_try IS NOT NULL AND "
    "next_try > $2"};
const Sql kMessages{
    "SELECT pos, notification, id, '', tries, first_try, next_try, error FROM webhook_messages "
    "WHERE webhook = $1 AND pos > $2 AND (next_try IS NULL)::int = $3 ORDER BY pos LIMIT $4"};
const Sql kRedeliver{
    "UPDATE webhook_messages SET next_try = $3, tries = 0 WHERE webhook = $1 AND next_try IS NULL "
    "AND ($2::text = '' OR id = $2)"};

Webhook read(const Row& row) {
  Webhook out;
  out.name = row.string(0);
  out.url = row.string(1);
  out.cursor = static_cast<uint64_t>(row.integer(2));
  out.disabled = row.string(3);
  out.waiting = static_cast<uint64_t>(row.integer(4));
  out.dead = static_cast<uint64_t>(row.integer(5)) - out.waiting;
  return out;
}

WebhookMessage read_message(const Row& row) {
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
  return read(state.db.use(kOne, name)[0]);
}

base::Result<uint64_t> remove_webhook(WriteState& state, const std::string& name) {
  const auto rows = state.db.use(kOne, name);
  if (rows.empty()) return no_such_webhook(name);
  const auto waiting = read(rows[0]).waiting;
  state.db.run(kRemove, name);
  return waiting;
}

base::Result<std::vector<Webhook>> webhooks(ReadState& state) {
  std::vector<Webhook> out;
  for (const auto row : state.db.use(kAll)) out.push_back(read(row));
  return out;
}

base::Result<Nothing> settle(WriteState& state, const Settlement& s) {
  auto& db = state.db;
  if (db.use(kLock, s.webhook).empty()) return no_such_webhook(s.webhook);
  if (s.cursor) db.run(kMove, s.webhook, *s.cursor);
  Columns keep{kKeep};
  for (const auto& m : s.keep)
    keep.add(m.position, m.notification, m.id, m.body, m.tries, base::unix_us(m.first_try),
             OrNull<int64_t>{m.next_try == model::TimePoint::max(), base::unix_us(m.next_try)},
             m.error);
  keep.flush(db, s.webhook);
  if (!s.done.empty()) {
    Array done;
    for (const auto position : s.done) done.add(position);
    db.run(kDone, s.webhook, done);
  }
  if (s.disable) db.run(kDisable, s.webhook, *s.disable);
  if (s.hurry) db.run(kHurry, s.webhook, base::unix_us(*s.hurry));
  return Nothing{};
}

base::Result<JournalStore::Due> webhook_due(ReadState& state, const std::string& name,
                                            model::TimePoint now, unsigned limit) {
  JournalStore::Due out;
  for (const auto row : state.db.use(kDue, name, base::unix_us(now), limit))
    out.messages.push_back(read_message(row));
  if (const auto next = state.db.use(kNext, name, base::unix_us(now)); !next[0].is_null(0))
    out.next = base::from_unix_us(next[0].integer(0));
  return out;
}

base::Result<std::vector<WebhookMessage>> webhook_messages(ReadState& state,
                                                           const std::string& name, bool dead,
                                                           uint64_t after, unsigned limit) {
  std::vector<WebhookMessage> out;
  for (const auto row : state.db.use(kMessages, name, after, dead, limit))
    out.push_back(read_message(row));
  return out;
}

base::Result<uint64_t> redeliver(WriteState& state, const std::string& name,
                                 const std::string& message, model::TimePoint now) {
  if (state.db.use(kLock, name).empty()) return no_such_webhook(name);
  const auto count = state.db.run(kRedeliver, name, message, base::unix_us(now));
  if (count == 0 && !message.empty())
    return fail(Code::not_found,
                "webhook `" + name + "` has no dead message with the id " + message.substr(0, 64) +
                    "; heraldctl webhooks NAME --dead lists them",
                "id");
  state.db.run(kDisable, name, "");
  return static_cast<uint64_t>(count);
}

}  // namespace herald::store::postgresql
