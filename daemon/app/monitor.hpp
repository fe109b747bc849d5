#pragma once

#include "control/operations.hpp"
#include "journal/feed.hpp"

namespace herald::app {

/// The journal as events for one client of the control socket. invalid: the cursor or the state is
/// no such thing.
base::Result<std::shared_ptr<control::EventSource>> follow(journal::Feed& feed,
                                                           const control::MonitorQuery& query,
                                                           std::function<void()> ready);

}  // namespace herald::app
