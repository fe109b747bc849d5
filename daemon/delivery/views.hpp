#pragma once

#include <boost/json/fwd.hpp>

#include "store/store.hpp"

namespace herald::delivery {

/// A notification for people and programs, as the producer API, heraldctl and the monitor show it.
/// Without `private_parts` phone numbers are masked and parameters and content left out.
boost::json::object view(const model::Notification& notification, bool private_parts);

/// The same with attempts, steps left, chain and every recorded event.
boost::json::object timeline_view(const store::Timeline& timeline, bool private_parts);

/// Why it ended undelivered: {id, kind, user, created, run, ending, steps: [{channel, round,
/// reason, detail}]} of the latest run.
boost::json::object dead_letter_view(const model::Notification& notification);

/// One recorded transaction, for the monitor: {at, id, seq, kind, producer, user, events, state,
/// before, reason, evidence, channel}, and {params, content} when the entry holds them.
boost::json::object event_view(const store::JournalEntry& entry);

}  // namespace herald::delivery
