#include "store/postgresql/outbox.hpp"

#include "store/postgresql/delivery.hpp"

namespace herald::store::postgresql {
namespace {

const Sql kRows{
    "SELECT number, id, producer, request FROM outbox WHERE number > $1 ORDER BY number LIMIT $2"};

base::Error not_ours(int64_t row) {
  return base::fail(base::Code::conflict,
                    "row " + std::to_string(row) + " of the outbox was taken by another");
}

}  // namespace

base::Result<std::vector<OutboxRow>> outbox(ReadState& state, int64_t after, unsigned limit) {
  std::vector<OutboxRow> out;
  for (const auto row : state.db.use(kRows, after, limit))
    out.push_back({row.integer(0), row.string(1), row.string(2), row.string(3)});
  return out;
}

base::Result<Taken> take(WriteState& state, int64_t row, const model::NewNotification& n) {
  if (!state.outbox.has(row)) return not_ours(row);
  auto accepted = accept(state, n);
  if (!accepted) return accepted.error();
  state.outbox.remove(row);
  return Taken{std::move(*accepted), {}};
}

base::Result<Taken> take_refused(WriteState& state, int64_t row, const model::NewNotification& n,
                                 const model::event::Blocked& why) {
  if (!state.outbox.has(row)) return not_ours(row);
  const bool keyed = !n.idempotency_key.empty();
  const auto* known = keyed ? state.keys.idempotency(n.producer, n.idempotency_key) : nullptr;
  if (known != nullptr && known->digest == n.body_digest) {
    state.outbox.remove(row);
    return Taken{{known->id, true, {}}, {}};
  }
  // It ends at once, so the backlog does not grow.
  model::Notification notification;
  notification.head = head_of(n, state.people.resolve(state.db, n.to));
  notification.progress = first_progress(notification.head, n.expires);
  const auto held = state.notifications.add(state.db, notification);
  if (!held) return held.error();
  state.counters.enter(notification.progress.state);
  if (keyed && known == nullptr)
    state.keys.remember_idempotency(n.producer, n.idempotency_key, {n.id, n.body_digest});
  state.outbox.remove(row);
  Apply ending;
  ending.id = n.id;
  ending.events = {why};
  auto ended = postgresql::apply(state, ending);
  if (!ended)  // nothing of the transaction is kept
    throw SqlError{SqlError::Kind::request, {}, ended.error().message};
  return Taken{{n.id, false, ended->notification}, std::move(*ended)};
}

}  // namespace herald::store::postgresql
