#include "base/faults.hpp"
#include "store/parked.hpp"
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

}  // namespace

base::Result<std::optional<FoundAttempt>> park_receipt(WriteState& state,
                                                       const AttemptLookup& lookup,
                                                       const model::event::Receipt& receipt,
                                                       model::TimePoint now) {
  auto& db = state.db;
  if (auto known = find_attempt(db, lookup)) return std::optional{std::move(*known)};
  if (HERALD_MUTANT("parked_receipts_dropped")) return std::optional<FoundAttempt>{};
  const auto key = parked_key(lookup);
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
  const auto now = base::unix_us(state.clock.now());
  for (const auto& look : looks_for_parked(before, after)) {
    auto row = state.db.use(kParked, look.channel, look.first, look.last, now);
    while (row.step()) {
      auto event = unparked(look, row.text(2), row.text(1));
      if (!event) return event.error();
      if (!*event) continue;
      out.rows.push_back(row.integer(0));
      out.receipts.push_back(std::move(**event));
    }
  }
  return out;
}

void unpark(WriteState& state, const Parked& parked) {
  for (const auto row : parked.rows) state.db.run(kUnpark, row);
}

}  // namespace herald::store::sqlite
