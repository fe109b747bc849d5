#pragma once

#include "store/identities.hpp"
#include "store/sqlite/reader.hpp"
#include "store/sqlite/write_state.hpp"

namespace herald::store::sqlite {

// The directory room's tables. Contracts: DirectoryStore. All throw SqlError.

/// 0 when nobody has it.
model::UserId resolve(Connection& db, const model::Identity& identity);
/// Resolves; creates a user with that identity when asked. not_found or invalid otherwise, nothing
/// written.
base::Result<model::UserId> recipient(WriteState& state, const model::Identity& to, bool create);

base::Result<User> put_user(WriteState& state, const User& user);
base::Result<User> user(Connection& db, model::UserId id, model::TimePoint now);
base::Result<Nothing> learn(WriteState& state, const model::Identity& known,
                            const model::Identity& also);
base::Result<Nothing> mark(WriteState& state, const model::Identity& identity,
                           const std::string& what, model::TimePoint until);

}  // namespace herald::store::sqlite
