#pragma once

#include <memory>

#include "base/result.hpp"
#include "store/postgresql/address.hpp"
#include "store/postgresql/connection.hpp"

namespace herald::store::postgresql {

/// What a connection is for.
enum class Use {
  write,   ///< checked, and holding the lock that keeps other daemons out
  read,    ///< one transaction after another, in short
  audit,   ///< long reads; nothing but what the planner thinks best
  migrate  ///< may wait for long
};

/// Connects and sets the session up. Throws SqlError.
std::unique_ptr<Connection> connect(const Address& address, Watchdog& watchdog, Use use);

/// Whether what a commit promises can be believed, and the server lets us write. Throws SqlError.
base::Result<void> check_server(Connection& db, const Address& address);

/// Takes the lock that keeps other daemons away from this schema, for as long as the connection
/// lives; nodes share it among themselves, but not with one that is alone, nor a node's name. False
/// when another has it. Throws SqlError.
bool take_store(Connection& db, const Address& address);

/// The same before the schema is made or changed, where a node needs more.
enum class Admission {
  no,
  name_used,  ///< a node of that name is there
  shared,     ///< other nodes are: the schema must not be changed
  alone,      ///< to be followed by share_store() when this is a node
};
Admission take_to_start(Connection& db, const Address& address);
void share_store(Connection& db, const Address& address);
/// Whether a daemon, or several, have it. Throws SqlError.
bool store_is_taken(Connection& db, const Address& address);

/// What went wrong while connecting, for people: the cause and the next step.
base::Error cannot_connect(const Address& address, const SqlError& error);

}  // namespace herald::store::postgresql
