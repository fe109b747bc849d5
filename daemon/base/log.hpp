#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace herald::base {

enum class LogLevel { trace, debug, info, warning, error };

/// A structured field of a log line. No secret, no full phone number, no message text.
struct LogField {
  std::string_view key;
  std::string value;
};

/// Where log lines go. Thread-safe; never blocks for long, never throws. Implemented by telemetry/.
class Log {
 public:
  virtual ~Log() = default;
  virtual bool enabled(LogLevel level) const = 0;
  /// `event` is a stable dotted id that operators can search and alert on ("plugin.refused");
  /// `text` is for people.
  virtual void write(LogLevel level, std::string_view event, std::string_view text,
                     std::span<const LogField> fields) = 0;

  void info(std::string_view event, std::string_view text,
            std::initializer_list<LogField> fields = {}) {
    put(LogLevel::info, event, text, fields);
  }
  void warning(std::string_view event, std::string_view text,
               std::initializer_list<LogField> fields = {}) {
    put(LogLevel::warning, event, text, fields);
  }
  void error(std::string_view event, std::string_view text,
             std::initializer_list<LogField> fields = {}) {
    put(LogLevel::error, event, text, fields);
  }
  void debug(std::string_view event, std::string_view text,
             std::initializer_list<LogField> fields = {}) {
    put(LogLevel::debug, event, text, fields);
  }

  /// Writes nothing.
  static Log& none();

 private:
  void put(LogLevel level, std::string_view event, std::string_view text,
           std::initializer_list<LogField> fields) {
    if (enabled(level)) write(level, event, text, {fields.begin(), fields.size()});
  }
};

}  // namespace herald::base
