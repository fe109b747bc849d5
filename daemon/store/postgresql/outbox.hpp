#pragma once

#include <set>

#include "store/outbox.hpp"
#include "store/postgresql/reader.hpp"
#include "store/postgresql/write_state.hpp"

namespace herald::store::postgresql {

// What applications wrote with the function send(). Contract: OutboxStore. All throw SqlError.

base::Result<std::vector<OutboxRow>> outbox(ReadState& state, int64_t after, unsigned limit);
base::Result<Taken> take(WriteState& state, int64_t row, const model::NewNotification& n);
base::Result<Taken> take_refused(WriteState& state, int64_t row, const model::NewNotification& n,
                                 const model::event::Blocked& why);

}  // namespace herald::store::postgresql
