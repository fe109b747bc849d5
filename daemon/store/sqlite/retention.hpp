#pragma once

#include "store/retention.hpp"
#include "store/sqlite/write_state.hpp"

namespace herald::store::sqlite {

/// Looks at the rows of a turn and deletes those notifications, with everything about them, that
/// nobody needs any more. Conversation rows stay: they are the application's. Within the
/// transaction, after everything else of it. Throws SqlError.
Retention::Found forget_ended(WriteState& state, const Retention::Turn& turn);

}  // namespace herald::store::sqlite
