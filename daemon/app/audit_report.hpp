#pragma once

#include <boost/json/object.hpp>

#include "app/audit.hpp"

namespace herald::app {

/// The report for programs: {complete, clean, since, seconds, notifications, events, attempts,
/// states, evidence, kinds, channels, broken_rows, broken}.
boost::json::object audit_json(const AuditReport& report);
/// The same for a terminal.
std::string audit_text(const AuditReport& report);

}  // namespace herald::app
