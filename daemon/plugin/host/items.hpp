#pragma once

#include "model/inbox.hpp"
#include "plugin/host/event.hpp"

namespace herald::plugin {

/// Of the sequences in the inbox; they never start anew while the store keeps them.
inline constexpr uint64_t kEpoch = 1;

/// HERALD_EV_ITEMS with these items; the event owns them.
Event items_event(herald_token token, model::ItemPage page, bool more, model::TimePoint now);
/// A decimal user id; 0 when it is none.
model::UserId user_of(std::string_view text);

}  // namespace herald::plugin
