#pragma once

#include <optional>

#include "model/inbox.hpp"
#include "plugin/host/event.hpp"

namespace herald::plugin {

/// HERALD_EV_ITEMS with these items; the event owns them. `after`: they are what came after that
/// number.
Event items_event(herald_token token, model::ItemPage page, bool more, model::TimePoint now,
                  std::optional<int64_t> after = {});
/// A decimal user id; 0 when it is none.
model::UserId user_of(std::string_view text);

}  // namespace herald::plugin
