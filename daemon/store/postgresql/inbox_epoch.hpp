#pragma once

#include <atomic>
#include <optional>
#include <string>

#include "store/postgresql/inboxes.hpp"

namespace herald::store::postgresql {

class Lease;

/// Which server and tables a connection leads to, for the epoch of the inboxes: system, timeline,
/// database and table. Copies that went apart differ in one of them; a server that was restarted is
/// the same. Throws SqlError.
std::string inbox_line(Connection& db);

/// Keeps the stored epoch true to the server that is written to. Used by start(), then by the
/// writer thread.
class InboxEpoch {
 public:
  /// After connecting, by who holds the store. The epoch goes on with the same server, and with a
  /// promoted standby that has the newest number this process committed, for the log comes in
  /// order: then it has all others too. Else another one begins. A node (`lease`) does not know
  /// what the other ones committed, so for nodes another server always begins another epoch. On
  /// another server ids of people are left out, whether it has that number or not: people may be
  /// missing who drew none. Throws SqlError, also when the node's lease is over.
  void settle(Connection& db, const Lease* lease);
  /// A transaction that drew this number was committed.
  void committed(const std::optional<Drawn>& drawn) {
    if (drawn) newest_ = drawn;
  }
  /// Times that another server lacked that number: what was acknowledged is lost. Any thread.
  uint64_t losses() const { return losses_; }

 private:
  std::atomic<uint64_t> losses_{0};
  std::optional<Drawn> newest_;
};

}  // namespace herald::store::postgresql
