#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "delivery/audit_totals.hpp"
#include "store/server.hpp"

namespace herald::app {

struct AuditRequest {
  std::string url;  ///< of the store
  store::Server server;
  store::Beside beside = store::Beside::our_own_store;
  std::optional<base::TimePoint> since;  ///< only notifications accepted then or later
  unsigned threads = 1;                  ///< each with a connection of its own
  /// Called now and then, on any of the audit's threads but never on two at once: rows looked at,
  /// and about how many there are. False stops the audit. May be empty.
  std::function<bool(uint64_t checked, uint64_t total)> progress;
};

struct AuditReport {
  bool complete = true;  ///< false: it was stopped
  std::optional<base::TimePoint> since;
  base::Duration took{};
  delivery::AuditTotals totals;
  uint64_t unreadable = 0;  ///< notifications whose events cannot be replayed; not in the totals
  uint64_t broken_rows = 0;
  std::vector<store::BrokenRow> broken;  ///< the first of them, at most kNamed
  static constexpr std::size_t kNamed = 1000;
  bool clean() const { return complete && broken_rows == 0; }
};

/// Recomputes promise 2 (architecture, section 1) from the tables. Blocks until it is done. Memory
/// does not depend on how much is stored.
base::Result<AuditReport> run_audit(const AuditRequest& request, const base::Clock& clock);

/// `heraldd audit`: for a daemon that is stopped. 0 clean, 1 broken rows, 2 it could not be done.
int audit_command(const std::string& config_path, const std::string& since, bool as_json);

}  // namespace herald::app
