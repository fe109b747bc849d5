#pragma once

#include <vector>

#include "model/event.hpp"
#include "store/postgresql/connection.hpp"

namespace herald::store::postgresql {

/// Whether these events are what was recorded about a notification after `seq`, one after another,
/// whatever others recorded before or behind them. Throws SqlError.
bool recorded_since(Connection& db, int64_t notification, int64_t seq,
                    const std::vector<model::Event>& events);

}  // namespace herald::store::postgresql
