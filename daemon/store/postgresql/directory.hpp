#pragma once

#include "store/postgresql/reader.hpp"
#include "store/postgresql/write_state.hpp"

namespace herald::store::postgresql {

// The directory room's tables. Contracts: DirectoryStore. All throw SqlError.

base::Result<User> put_user(WriteState& state, const User& user);
base::Result<User> user(Connection& db, model::UserId id, model::TimePoint now);
base::Result<Nothing> learn(WriteState& state, const model::Identity& known,
                            const model::Identity& also);
base::Result<Nothing> mark(WriteState& state, const model::Identity& identity,
                           const std::string& what, model::TimePoint until);

}  // namespace herald::store::postgresql
