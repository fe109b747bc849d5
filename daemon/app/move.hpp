#pragma once

#include <string>

namespace herald::app {

struct MoveArguments {
  std::string from, to;     ///< URLs of the two stores
  std::string config_path;  ///< names the schema and the password
  bool config_is_optional;  ///< nobody named the file: it may be missing
};

/// `heraldd migrate-store`: copies a SQLite store into PostgreSQL, compares and audits it, says on
/// stderr how far it is and on stdout what came of it. 0 moved, 1 the copy has broken rows, 2 it
/// could not be done.
int move_command(const MoveArguments& arguments);

}  // namespace herald::app
