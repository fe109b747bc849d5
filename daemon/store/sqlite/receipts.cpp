#include "base/faults.hpp"
#include "store/sqlite/delivery.hpp"
#include "store/sqlite/keys.hpp"

namespace herald::store::sqlite {
namespace {

using base::Code;
using base::fail;

const Sql kParkedFor{"SELECT count(*) FROM parked_receipts WHERE channel = ? AND provider_id = ?"};
const Sql kPark{
    "INSERT INTO parked_receipts(channel, provider_id, event, expires) VALUES (?, ?, ?, ?)"};
const Sql kParked{
    "SELECT rowid, event, provider_id FROM parked_receipts WHERE channel = ? AND provider_id >= ? "
    "AND provider_id <= ? AND expires > ? ORDER BY provider_id, rowid"};
const Sql kUnpark{"DELETE FROM parked_receipts WHERE rowid = ?"};

/// Of one provider id: sent, delivered, read and failed, each a few times.
constexpr int64_t kMostParked = 16;

/// In the column of provider ids: an attempt id has a mark of its own.
constexpr std::string_view kByAttempt = "attempt ";
std::string key_of(const AttemptLookup& lookup) {
  return lookup.provider_id.empty() ? std::string{kByAttempt} + lookup.attempt_id
                                    : lookup.provider_id;
}

}  // namespace

AttemptLookup parked_lookup(std::string channel, std::string key) {
  if (!key.starts_with(kByAttempt)) return {std::move(channel), std::move(key), {}};
  return {std::move(channel), {}, key.substr(kByAttempt.size())};
}

base::Result<std::optional<FoundAttempt>> park_receipt(WriteState& state,
                                                       const AttemptLookup& lookup,
                                                       const model::event::Receipt& receipt,
                                                       model::TimePoint now) {
  auto& db = state.db;
  if (auto known = find_attempt(db, lookup)) return std::optional{std::move(*known)};
  const auto key = key_of(lookup);
  if (auto row = db.use(kParkedFor, lookup.channel, key);
      row.step() && row.integer(0) >= kMostParked)
    return fail(Code::limited, "too many receipts for one unknown attempt");
  HERALD_POINT("store.before_parking");
  db.run(kPark, lookup.channel, key, model::to_json_text(model::Event{receipt}),
         base::unix_us(now + kKeyLife));
  return std::optional<FoundAttempt>{};
}

base::Result<Parked> parked_for(WriteState& state, const model::Progress& before,
                                const model::Progress& after) {
  Parked out;
  const auto look = [&](const model::Attempt& attempt, const std::string& first,
                        const std::string& last, const std::string& exact) -> base::Result<void> {
    auto row =
        state.db.use(kParked, attempt.channel, first, last, base::unix_us(state.clock.now()));
    while (row.step()) {
      auto event = model::event_from_json(row.text(1));
      if (!event) return event.error();
      auto* receipt = std::get_if<model::event::Receipt>(&*event);
      if (receipt == nullptr) continue;
      if (receipt->kind == model::ReceiptKind::failed && row.text(2) != exact) continue;
      receipt->attempt = model::ref(attempt);
      out.rows.push_back(row.integer(0));
      out.receipts.push_back(std::move(*event));
    }
    return {};
  };
  for (std::size_t i = 0; i < after.attempts.size(); ++i) {
    const auto& attempt = after.attempts[i];
    const bool fresh = i >= before.attempts.size();
    if (fresh) {
      // A crash may have ended the short cut of an earlier one before anything was recorded, and
      // its number is not given again: what the person gave evidence of is this message all the
      // same. That the earlier one failed is no news of this one.
      const auto all = key_of({{}, {}, after.id});
      const auto exact = key_of({{}, {}, model::attempt_id(after.id, attempt)});
      if (auto ok = look(attempt, all + '.', all + '/', exact); !ok) return ok.error();
    }
    const bool named = !attempt.provider_id.empty() &&
                       (fresh || before.attempts[i].provider_id != attempt.provider_id);
    if (!named) continue;
    const auto& named_by = attempt.provider_id;
    if (auto ok = look(attempt, named_by, named_by, named_by); !ok) return ok.error();
  }
  return out;
}

void unpark(WriteState& state, const Parked& parked) {
  for (const auto row : parked.rows) state.db.run(kUnpark, row);
}

}  // namespace herald::store::sqlite
