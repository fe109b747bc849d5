#include "telemetry/journal.hpp"

#include <sys/uio.h>
#include <syslog.h>
#include <systemd/sd-journal.h>

#include <cctype>
#include <string>
#include <vector>

#include "base/text.hpp"

namespace herald::telemetry {
namespace {

int priority(base::LogLevel level) {
  switch (level) {
    case base::LogLevel::trace:
    case base::LogLevel::debug:
      return LOG_DEBUG;
    case base::LogLevel::info:
      return LOG_INFO;
    case base::LogLevel::warning:
      return LOG_WARNING;
    case base::LogLevel::error:
      return LOG_ERR;
  }
  return LOG_ERR;
}

/// Field names of the journal are upper-case letters, digits and underscores.
std::string field_name(std::string_view key) {
  std::string name = "HERALD_";
  for (const char c : key)
    name += std::isalnum(static_cast<unsigned char>(c)) != 0
                ? static_cast<char>(std::toupper(static_cast<unsigned char>(c)))
                : '_';
  return name;
}

}  // namespace

void send_to_journal(base::LogLevel level, std::string_view event, std::string_view text,
                     std::span<const base::LogField> fields) {
  std::vector<std::string> records;
  records.reserve(fields.size() + 4);
  records.push_back("PRIORITY=" + std::to_string(priority(level)));
  records.push_back("SYSLOG_IDENTIFIER=heraldd");
  records.push_back("HERALD_EVENT=" + base::escape_control(event));
  std::string message = "MESSAGE=" + base::escape_control(text);
  for (const auto& field : fields) {
    const auto value = base::escape_control(field.value);
    message += ' ' + std::string{field.key} + '=' + value;
    records.push_back(field_name(field.key) + "=" + value);
  }
  records.push_back(std::move(message));
  std::vector<iovec> parts;
  parts.reserve(records.size());
  for (auto& record : records) parts.push_back({record.data(), record.size()});
  sd_journal_sendv(parts.data(), static_cast<int>(parts.size()));
}

}  // namespace herald::telemetry
