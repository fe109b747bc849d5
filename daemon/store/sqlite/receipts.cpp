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
    "SELECT event FROM parked_receipts WHERE channel = ? AND provider_id = ? AND expires > ? ORDER "
    "BY rowid"};
const Sql kTake{"DELETE FROM parked_receipts WHERE channel = ? AND provider_id = ?"};

/// Of one provider id: sent, delivered, read and failed, each a few times.
constexpr int64_t kMostParked = 16;

}  // namespace

base::Result<Nothing> park_receipt(WriteState& state, const std::string& channel,
                                   const std::string& provider_id,
                                   const model::event::Receipt& receipt, model::TimePoint now) {
  auto& db = state.db;
  if (HERALD_MUTANT("parked_receipts_dropped")) return Nothing{};
  if (auto row = db.use(kParkedFor, channel, provider_id);
      row.step() && row.integer(0) >= kMostParked)
    return fail(Code::limited, "too many receipts for one unknown provider id");
  HERALD_POINT("store.before_parking");
  db.run(kPark, channel, provider_id, model::to_json_text(model::Event{receipt}),
         base::unix_us(now + kKeyLife));
  return Nothing{};
}

base::Result<std::vector<model::event::Receipt>> take_parked(WriteState& state,
                                                             const std::string& channel,
                                                             const std::string& provider_id) {
  std::vector<model::event::Receipt> out;
  {
    auto row = state.db.use(kParked, channel, provider_id, base::unix_us(state.clock.now()));
    while (row.step()) {
      auto event = model::event_from_json(row.text(0));
      if (!event) return event.error();
      if (auto* receipt = std::get_if<model::event::Receipt>(&*event))
        out.push_back(std::move(*receipt));
    }
  }
  if (!out.empty()) state.db.run(kTake, channel, provider_id);
  return out;
}

}  // namespace herald::store::sqlite
