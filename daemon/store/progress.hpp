// What of a notification's progress stands in columns of its own, the same in every store. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/notification.hpp"

namespace herald::store {

/// What does not change after acceptance, once the recipient is known.
model::Head head_of(const model::NewNotification& notification, model::UserId user);

/// What a notification's progress is until its first event: the same as delivery::first_progress.
/// Such rows keep none.
model::Progress first_progress(const model::Head& head, model::TimePoint expires);

/// A plugin owes an answer: about an attempt in flight, or about what became of one.
bool owed(const model::Progress& progress);

/// The paused channel that this progress waits for, for the column of that name; empty: none.
std::string paused_channel(const model::Progress& progress, const model::Chain& chain);

base::Error no_such_notification(std::string_view id);

}  // namespace herald::store
