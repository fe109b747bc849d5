#pragma once

#include "store/store.hpp"

namespace herald::delivery {

/// What a write would have answered that was recorded although the store said it was not, as far as
/// the notification before and after it can tell: `stale` is the answer to its repetition. What the
/// channel is to be told now is there (start, cancel, ask); what a receipt said about the channel
/// is lost, and so are the names of those whose items it pushed out, whose timers go on.
store::Applied what_landed(const model::Notification& before, store::Applied stale);

}  // namespace herald::delivery
