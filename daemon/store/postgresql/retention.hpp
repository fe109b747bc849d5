#pragma once

#include "store/postgresql/write_state.hpp"
#include "store/retention.hpp"

namespace herald::store::postgresql {

/// Looks at the rows of a turn and deletes those notifications, with everything about them, that
/// nobody needs any more. Conversation rows stay: they are the application's. Within the
/// transaction, after everything else was flushed; passes over what others have locked. Throws
/// SqlError.
Retention::Found forget_ended(WriteState& state, const Retention::Turn& turn);

}  // namespace herald::store::postgresql
