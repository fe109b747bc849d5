#pragma once

#include <optional>
#include <string>

#include "store/audit.hpp"
#include "store/nodes.hpp"
#include "store/store.hpp"

namespace herald::store {

/// What a store needs beside its URL where that names a server of others (PostgreSQL).
struct Server {
  std::string schema = "herald";  ///< where all tables are
  std::string password;           ///< empty: as libpq finds it
  bool allow_unsafe = false;      ///< also where a commit promises nothing
  /// Tables of an existing application, `schema.table`; empty: Herald keeps its own.
  std::string users, conversations;
  std::optional<NodeOptions> node;  ///< others use the schema too; nothing: this process alone
};

base::Result<std::unique_ptr<Store>> open(const Options& options, const Server& server,
                                          Decide decide, const base::Clock& clock);
base::Result<std::unique_ptr<AuditReader>> open_audit(const std::string& url, const Server& server,
                                                      Beside beside);

}  // namespace herald::store
