#pragma once

#include <span>
#include <string_view>

#include "base/result.hpp"
#include "store/sqlite/connection.hpp"

namespace herald::store::sqlite {

struct Migration {
  int version;
  std::string_view name;
  const char* sql;
};
/// In order of version; generated from migrations/sqlite/*.sql.
std::span<const Migration> migrations();

/// Brings the file to the newest schema, each migration in its own transaction, so that an
/// interrupted start just goes on. Refuses a file that another program made, and a schema newer
/// than this program. Throws SqlError.
base::Result<void> migrate(Connection& db, std::string_view path, int64_t now_us);

/// Whether the file has exactly the newest schema; for those who only read. Throws SqlError.
base::Result<void> check_schema(Connection& db, std::string_view path);

/// Reads back what the durability promise stands on (trap 6).
base::Result<void> check_pragmas(Connection& db, std::string_view path);

}  // namespace herald::store::sqlite
