#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "store/postgresql/address.hpp"
#include "store/postgresql/connection.hpp"

namespace herald::store::postgresql {

struct Migration {
  int version;
  std::string_view name;
  const char* sql;
};
/// In order of version; generated from migrations/postgresql/*.sql.
std::span<const Migration> migrations();

/// Makes the schema when it is missing and brings it to the newest version, each migration in its
/// own transaction and under an advisory lock, so that several starts at once, or an interrupted
/// one, just go on. Refuses a schema that another program made, one newer than this program, and
/// missing rights. Throws SqlError.
base::Result<void> migrate(Connection& db, const Address& address, int64_t now_us);

/// Whether the schema is there and exactly the newest; for those who only read. Throws SqlError.
base::Result<void> check_schema(Connection& db, const Address& address);

}  // namespace herald::store::postgresql
