#include "store/postgresql/parking.hpp"

#include "base/faults.hpp"

namespace herald::store::postgresql {
namespace {

using base::Code;
using base::fail;

const Sql kParked{
    "SELECT rowid, channel, provider_id, event FROM parked_receipts WHERE (provider_id = "
    "ANY($1::text[]) OR notification = ANY($2::text[])) AND expires > $3 ORDER BY rowid"};
const Sql kUnpark{"DELETE FROM parked_receipts WHERE rowid = ANY($1::bigint[])"};
const Sql kParkedFor{
    "SELECT count(*) FROM parked_receipts WHERE channel = $1 AND provider_id = $2"};
const Sql kPark{
    "INSERT INTO parked_receipts(channel, provider_id, notification, event, expires) VALUES ($1, "
    "$2, $3, $4, $5)"};

/// Which notification an attempt id names; empty: the lookup is by a provider's id.
std::string notification_of(const AttemptLookup& lookup) {
  if (!lookup.provider_id.empty()) return {};
  const auto name = model::parse_attempt_id(lookup.attempt_id);
  return name ? name->notification : std::string{};
}

}  // namespace

void Parking::load(Connection& db, const std::vector<std::string_view>& notifications,
                   const std::vector<std::string_view>& provider_ids, base::TimePoint now) {
  Array ids, names;
  for (const auto id : provider_ids)
    if (loaded_ids_.emplace(id).second) ids.add(id);
  for (const auto name : notifications)
    if (loaded_names_.emplace(name).second) names.add(name);
  if (ids.empty() && names.empty()) return;
  for (const auto row : db.use(kParked, ids, names, base::unix_us(now)))
    parked_[{row.string(1), row.string(2)}].push_back({row.integer(0), row.string(3)});
}

base::Result<void> Parking::collect(Connection& db, const model::Attempt& attempt,
                                    const std::string& key, base::TimePoint now, Waiting& out) {
  const bool by_provider = key == attempt.provider_id;
  if (by_provider && loaded_ids_.count(key) == 0) load(db, {}, {key}, now);
  const auto found = parked_.find({attempt.channel, key});
  if (found == parked_.end()) return {};
  for (const auto& parked : found->second) {
    auto event = model::event_from_json(parked.event);
    if (!event) return event.error();
    auto* receipt = std::get_if<model::event::Receipt>(&*event);
    if (receipt == nullptr) continue;
    receipt->attempt = model::ref(attempt);
    out.rows.push_back(parked.row);
    out.receipts.push_back(std::move(*event));
  }
  return {};
}

base::Result<Parking::Waiting> Parking::waiting_for(Connection& db, const model::Progress& before,
                                                    const model::Progress& after,
                                                    base::TimePoint now) {
  Waiting out;
  if (loaded_names_.count(after.id) == 0) load(db, {after.id}, {}, now);
  for (std::size_t i = 0; i < after.attempts.size(); ++i) {
    const auto& attempt = after.attempts[i];
    const bool fresh = i >= before.attempts.size();
    if (fresh)
      if (auto ok = collect(db, attempt, parked_key({{}, {}, model::attempt_id(after.id, attempt)}),
                            now, out);
          !ok)
        return ok.error();
    const bool named = !attempt.provider_id.empty() &&
                       (fresh || before.attempts[i].provider_id != attempt.provider_id);
    if (!named) continue;
    if (auto ok = collect(db, attempt, attempt.provider_id, now, out); !ok) return ok.error();
  }
  return out;
}

void Parking::remove(const Waiting& waiting) {
  for (const auto row : waiting.rows) {
    gone_.add(row);
    for (auto& [key, parked] : parked_)
      std::erase_if(parked, [row](const Parked& p) { return p.row == row; });
  }
}

void Parking::flush(Connection& db) {
  if (!gone_.empty()) db.run(kUnpark, gone_);
  forget();
}

void Parking::forget() {
  parked_.clear();
  loaded_ids_.clear();
  loaded_names_.clear();
  gone_ = {};
}

base::Result<void> park(Connection& db, const AttemptLookup& lookup, const model::Event& receipt,
                        base::TimePoint now) {
  const auto key = parked_key(lookup);
  if (db.use(kParkedFor, lookup.channel, key)[0].integer(0) >= kMostParked)
    return fail(Code::limited, "too many receipts for one unknown attempt");
  HERALD_POINT("pg.before_parking");
  const auto notification = notification_of(lookup);
  db.run(kPark, lookup.channel, key, OrNull<std::string>{notification.empty(), notification},
         model::to_json_text(receipt), base::unix_us(now + kKeyLife));
  return {};
}

}  // namespace herald::store::postgresql
