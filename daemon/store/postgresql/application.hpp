#pragma once

#include "base/result.hpp"
#include "store/postgresql/address.hpp"
#include "store/postgresql/connection.hpp"

namespace herald::store::postgresql {

// The tables of an existing application that Herald uses (store.tables). In our schema views stand
// for them, so that no other statement knows where they are. Its people are only read.

/// Whether they are there, with every column of the right type and the rights that are needed; what
/// is missing is named. Changes nothing. Throws SqlError.
base::Result<void> check_application(Connection& db, const Address& address);

/// Makes our views what the configuration says; nothing when they are. Refuses to leave a history
/// behind. Throws SqlError.
base::Result<void> adopt_application(Connection& db, const Address& address);

}  // namespace herald::store::postgresql
