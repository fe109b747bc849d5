#pragma once

#include <utility>
#include <vector>

#include "store/postgresql/reader.hpp"
#include "store/postgresql/write_state.hpp"
#include "store/preview.hpp"

namespace herald::store::postgresql {

// The delivery room's tables. Contracts: DeliveryStore, GateStore. All throw SqlError.

base::Result<Accepted> accept(WriteState& state, const model::NewNotification& notification);
base::Result<Applied> apply(WriteState& state, const Apply& request);
base::Result<std::optional<FoundAttempt>> park_receipt(WriteState& state,
                                                       const AttemptLookup& lookup,
                                                       const model::event::Receipt& receipt,
                                                       model::TimePoint now);
base::Result<Preview> preview(ReadState& state, const model::NewNotification& notification,
                              model::TimePoint now);

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

base::Result<Nothing> put_pause(WriteState& state, const Pause& pause);
base::Result<Nothing> remove_pause(WriteState& state, const std::string& channel);
base::Result<std::vector<Pause>> pauses(ReadState& state);
base::Result<std::vector<model::Notification>> paused_at(ReadState& state,
                                                         const std::string& channel,
                                                         const std::string& after_id,
                                                         unsigned limit);
base::Result<std::vector<int64_t>> waiting(ReadState& state);
base::Result<std::vector<model::Notification>> rows(ReadState& state,
                                                    const std::vector<int64_t>& handles);
base::Result<Nothing> put_note(WriteState& state, const std::string& name, const std::string& text);
base::Result<std::string> note(ReadState& state, const std::string& name);

}  // namespace herald::store::postgresql
