#pragma once

#include "store/audit.hpp"
#include "store/postgresql/reader.hpp"
#include "store/server.hpp"

namespace herald::store::postgresql {

/// herald::store::open_audit for "postgresql:" URLs.
base::Result<std::unique_ptr<AuditReader>> open_audit(const std::string& url, const Server& server,
                                                      Beside beside);

// All throw SqlError and run inside one read transaction of the caller.

/// AuditReader::read: the tables of the delivery and inbox rooms, merged by notification.
void read_dossiers(ReadState& state, int64_t from, int64_t to,
                   std::optional<model::TimePoint> since,
                   const std::function<void(const Dossier&)>& each);

// The parts of AuditReader::tables.
void audit_counters(Connection& db, std::vector<BrokenRow>& broken);
void audit_keys(Connection& db, std::size_t limit, std::vector<BrokenRow>& broken);
void audit_parked(Connection& db, model::TimePoint latest, model::TimePoint now, std::size_t limit,
                  std::vector<BrokenRow>& broken);
void audit_inboxes(Connection& db, std::size_t limit, std::vector<BrokenRow>& broken);

}  // namespace herald::store::postgresql
