#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "store/postgresql/lease.hpp"
#include "store/postgresql/lineage.hpp"
#include "store/server.hpp"

namespace herald::store::postgresql {

/// Where the database is and how it is used.
struct Address {
  std::string conninfo;  ///< for libpq; may hold a password
  /// The same for each server alone; empty when the URL names only one.
  std::vector<std::string> each;
  std::string shown;   ///< for people: host, port, database, user; no secret
  std::string schema;  ///< ours alone
  bool allow_unsafe = false;
  /// Shared, because every connection of the process is to go on one line.
  std::shared_ptr<Lineage> line = std::make_shared<Lineage>();
  /// Shared, because every connection acts for the same node; null: this process is alone.
  std::shared_ptr<Lease> lease;
  std::string users, conversations;  ///< the application's, `schema.table`; empty: our own
};

/// Takes `postgresql://...` (an URI of libpq) or `postgresql:host=... dbname=...` (its keywords)
/// apart and adds what makes a dead server noticed, where the URL says nothing of it. invalid:
/// it cannot be understood, or holds a password.
base::Result<Address> address_of(const std::string& url, const Server& server);

}  // namespace herald::store::postgresql
