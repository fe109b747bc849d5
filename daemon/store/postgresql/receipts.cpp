#include "store/postgresql/delivery.hpp"

namespace herald::store::postgresql {

base::Result<std::optional<FoundAttempt>> park_receipt(WriteState& state,
                                                       const AttemptLookup& lookup,
                                                       const model::event::Receipt& receipt,
                                                       model::TimePoint now) {
  if (auto known = find_attempt(state.db, lookup)) return std::optional{std::move(*known)};
  if (auto kept = park(state.db, lookup, model::Event{receipt}, now); !kept) return kept.error();
  return std::optional<FoundAttempt>{};
}

base::Result<Preview> preview(ReadState& state, const model::NewNotification& n,
                              model::TimePoint now) {
  Preview out;
  if (!n.idempotency_key.empty()) {
    if (auto known = find_idempotency(state.db, n.producer, n.idempotency_key, now)) {
      if (known->digest != n.body_digest) return key_of_another_request();
      out.repeats = std::move(known->id);
    }
  }
  out.user = resolve(state.db, n.to);
  if (out.user == 0 && !n.create_recipient) return nobody_has(n.to);
  if (out.repeats.empty() && out.user != 0 && !n.dedupe_key.empty())
    if (auto known = find_dedupe(state.db, dedupe_of(out.user, n.dedupe_key), now))
      out.repeats = std::move(known->id);
  return out;
}

}  // namespace herald::store::postgresql
