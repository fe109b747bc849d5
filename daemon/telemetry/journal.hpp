#pragma once

#include <span>
#include <string_view>

#include "base/log.hpp"

namespace herald::telemetry {

/// One record in the systemd journal, with HERALD_EVENT and one HERALD_<KEY> per field
/// (sd_journal_sendv).
void send_to_journal(base::LogLevel level, std::string_view event, std::string_view text,
                     std::span<const base::LogField> fields);

}  // namespace herald::telemetry
