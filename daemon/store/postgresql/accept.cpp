#include "base/faults.hpp"
#include "store/postgresql/delivery.hpp"

namespace herald::store::postgresql {

using base::Code;
using base::fail;

base::Result<Accepted> accept(WriteState& state, const model::NewNotification& n) {
  auto& db = state.db;
  const auto now = state.clock.now();
  if (!n.chain || n.id.empty())
    return fail(Code::internal, "a notification without an id or a chain cannot be stored");

  const bool keyed = !n.idempotency_key.empty();
  if (keyed && !HERALD_MUTANT("idempotency_off")) {
    if (const auto* known = state.keys.idempotency(n.producer, n.idempotency_key)) {
      if (known->digest != n.body_digest) return key_of_another_request();
      return Accepted{known->id, true, {}};
    }
  }

  if (state.counters.backlog() >= state.settings.backlog.load(std::memory_order_relaxed))
    return fail(Code::unavailable,
                "too many notifications have not ended yet (limits.backlog); try again later");

  auto user = state.people.recipient(db, n.to, n.create_recipient, now);
  if (!user) return user.error();

  const auto dedupe = n.dedupe_key.empty() ? std::string{} : dedupe_of(*user, n.dedupe_key);
  if (!dedupe.empty()) {
    if (!state.keys.dedupe_loaded(dedupe)) {
      state.keys.load_dedupe(db, {dedupe}, now);
      db.settle();
    }
    if (const auto* known = state.keys.dedupe(dedupe)) return Accepted{known->id, true, {}};
  }

  model::Notification notification;
  notification.head = head_of(n, *user);
  notification.progress = first_progress(notification.head, n.expires);
  const auto held = state.notifications.add(db, notification);
  if (!held) return held.error();
  state.inboxes.looked_for((*held)->rowid);
  if (keyed) state.keys.remember_idempotency(n.producer, n.idempotency_key, {n.id, n.body_digest});
  if (!dedupe.empty()) state.keys.remember_dedupe(dedupe, n.id);
  state.counters.enter(notification.progress.state);
  return Accepted{n.id, false, std::move(notification)};
}

}  // namespace herald::store::postgresql
