#include "store/sqlite/preview.hpp"

#include "store/sqlite/directory.hpp"
#include "store/sqlite/keys.hpp"

namespace herald::store::sqlite {

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

}  // namespace herald::store::sqlite
