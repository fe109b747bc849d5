#include "store/postgresql/parking.hpp"

#include "base/faults.hpp"
#include "store/keys.hpp"

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

}  // namespace

void Parking::load(Connection& db, const std::vector<std::string_view>& notifications,
                   const std::vector<std::string_view>& provider_ids, base::TimePoint now) {
  Array ids, names;
  for (const auto id : provider_ids)
    if (loaded_ids_.emplace(id).second) ids.add(id);
  for (const auto name : notifications)
    if (loaded_names_.emplace(name).second) names.add(name);
  if (ids.empty() && names.empty()) return;
  const auto keep = [this](const Rows& rows) {
    for (const auto row : rows)
      parked_[{row.string(1), row.string(2)}].push_back({row.integer(0), row.string(3)});
  };
  db.ahead(kParked, keep, ids, names, base::unix_us(now));
}

void Parking::load_missing(Connection& db, const ParkedLook& look, const std::string& notification,
                           base::TimePoint now) {
  // One key is a provider's id, a range of them are attempts of the notification.
  if (look.first == look.last) {
    if (loaded_ids_.count(look.first) == 0) load(db, {}, {look.first}, now);
  } else if (loaded_names_.count(notification) == 0) {
    load(db, {notification}, {}, now);
  }
  db.settle();
}

base::Result<Parking::Waiting> Parking::waiting_for(Connection& db, const model::Progress& before,
                                                    const model::Progress& after,
                                                    base::TimePoint now) {
  Waiting out;
  for (const auto& look : looks_for_parked(before, after)) {
    load_missing(db, look, after.id, now);
    for (auto found = parked_.lower_bound({look.channel, look.first});
         found != parked_.end() && found->first.first == look.channel &&
         found->first.second <= look.last;
         ++found)
      for (const auto& parked : found->second) {
        auto event = unparked(look, found->first.second, parked.event);
        if (!event) return event.error();
        if (!*event) continue;
        out.rows.push_back(parked.row);
        out.receipts.push_back(std::move(**event));
      }
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
  if (!gone_.empty()) db.ahead(kUnpark, {}, gone_);
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
  const auto notification = parked_owner(lookup);
  db.run(kPark, lookup.channel, key, OrNull<std::string>{notification.empty(), notification},
         model::to_json_text(receipt), base::unix_us(now + kKeyLife));
  return {};
}

}  // namespace herald::store::postgresql
