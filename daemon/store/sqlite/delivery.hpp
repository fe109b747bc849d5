#pragma once

#include <utility>
#include <vector>

#include "store/sqlite/reader.hpp"
#include "store/sqlite/write_state.hpp"

namespace herald::store::sqlite {

// The delivery room's tables. Contracts: DeliveryStore. All throw SqlError.

base::Result<Accepted> accept(WriteState& state, const model::NewNotification& notification);
base::Result<Applied> apply(WriteState& state, const Apply& request);
base::Result<std::optional<FoundAttempt>> park_receipt(WriteState& state,
                                                       const AttemptLookup& lookup,
                                                       const model::event::Receipt& receipt,
                                                       model::TimePoint now);
/// Receipts parked for attempts which `after` knows and `before` did not, or not by that provider
/// id. They stay until unpark().
struct Parked {
  std::vector<model::Event> receipts;
  std::vector<int64_t> rows;
};
base::Result<Parked> parked_for(WriteState& state, const model::Progress& before,
                                const model::Progress& after);
void unpark(WriteState& state, const Parked& parked);

base::Result<std::vector<model::Notification>> due(ReadState& state, const DueQuery& query);
base::Result<model::TimePoint> next_due(ReadState& state, model::TimePoint now);
base::Result<std::vector<model::Notification>> in_flight(ReadState& state,
                                                         const std::string& after_id,
                                                         unsigned limit);
base::Result<FoundAttempt> find_attempt(Connection& db, const AttemptLookup& lookup);
base::Result<Apply::Rendering> rendering(ReadState& state, const std::string& id, unsigned run,
                                         unsigned step);
base::Result<Timeline> timeline(ReadState& state, const std::string& id);
base::Result<std::vector<model::Notification>> list(ReadState& state, const ListQuery& query);
base::Result<Counts> counts(ReadState& state);

/// Rows of one event's decision, for apply().
void write_timeline(Connection& db, int64_t notification, int64_t seq, model::TimePoint at,
                    const model::Event& event, const model::Progress& after);
/// Every attempt that differs between two progresses.
void write_attempts(Connection& db, int64_t notification, const model::Progress& before,
                    const model::Progress& after);
void write_rendering(Connection& db, int64_t notification, const Apply::Rendering& rendering);

}  // namespace herald::store::sqlite
