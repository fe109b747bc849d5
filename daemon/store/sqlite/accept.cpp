#include "base/faults.hpp"
#include "store/sqlite/delivery.hpp"
#include "store/sqlite/directory.hpp"
#include "store/sqlite/keys.hpp"

namespace herald::store::sqlite {
namespace {

using base::Code;
using base::fail;

const Sql kInsert{
    "INSERT INTO notifications(id, producer, kind, type, user_id, to_kind, to_value, params, "
    "content, priority, created,"
    " not_before, expires, chain_id, state, due_at, in_flight, last_seq, progress)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, NULL) ON CONFLICT(id) DO "
    "NOTHING"};

}  // namespace

base::Result<Accepted> accept(WriteState& state, const model::NewNotification& n) {
  auto& db = state.db;
  const auto now = state.clock.now();
  if (!n.chain || n.id.empty())
    return fail(Code::internal, "a notification without an id or a chain cannot be stored");

  if (!n.idempotency_key.empty() && !HERALD_MUTANT("idempotency_off")) {
    if (auto known = find_idempotency(db, n.producer, n.idempotency_key, now)) {
      if (known->digest != n.body_digest) return key_of_another_request();
      return Accepted{std::move(known->id), true, {}};
    }
  }

  if (state.counters.backlog() >= state.settings.backlog.load(std::memory_order_relaxed))
    return fail(Code::unavailable,
                "too many notifications have not ended yet (limits.backlog); try again later");

  auto user = recipient(state, n.to, n.create_recipient);
  if (!user) return user.error();

  const auto dedupe = n.dedupe_key.empty() ? std::string{} : dedupe_of(*user, n.dedupe_key);
  if (!dedupe.empty())
    if (auto known = find_dedupe(db, dedupe, now)) return Accepted{std::move(known->id), true, {}};

  StoredNotification stored;
  stored.notification.head = head_of(n, *user);
  stored.notification.progress = first_progress(stored.notification.head, n.expires);
  const auto& progress = stored.notification.progress;
  const auto chain = state.chains.store(db, n.chain);
  const auto inserted =
      db.run(kInsert, n.id, n.producer, n.kind, n.type, *user, n.to.kind, n.to.value, n.params_json,
             n.content_json, n.priority, base::unix_us(n.created), base::unix_us(n.not_before),
             base::unix_us(n.expires), chain, progress.state, due_column(progress));
  if (inserted == 0)
    return fail(Code::conflict, "a notification with the id " + n.id + " is stored already", "id");
  stored.rowid = db.last_insert_rowid();
  HERALD_POINT("store.notification_inserted");
  if (!n.idempotency_key.empty())
    remember_idempotency(db, n.producer, n.idempotency_key, n.id, n.body_digest, now);
  if (!dedupe.empty()) remember_dedupe(db, dedupe, n.id, now);
  state.counters.enter(progress.state);

  Accepted out{n.id, false, stored.notification};
  state.cache.changing(stored);
  state.cache.put(std::move(stored));
  return out;
}

}  // namespace herald::store::sqlite
