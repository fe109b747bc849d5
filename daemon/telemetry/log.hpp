// telemetry: what operators see: log, metrics.
// Any thread may call; a log line is written by the thread that logs it, under spdlog's lock.
// Never blocks on a reader, never lets a control byte or an unbounded label through.
#pragma once

#include <memory>
#include <string>

#include "base/log.hpp"
#include "base/result.hpp"

namespace herald::telemetry {

struct LogOptions {
  base::LogLevel level = base::LogLevel::info;
  bool json = false;  ///< one JSON object a line instead of aligned text
  std::string to =
      "stderr";  ///< stderr, journal, or a file path (appended to, mode 0640, reopened by reopen())
};

/// The daemon's log over spdlog; to the journal with real fields (trap 12).
class Logging : public base::Log {
 public:
  /// invalid when the file cannot be opened or there is no journal.
  static base::Result<std::unique_ptr<Logging>> open(const LogOptions& options);
  /// Applies new options while running; keeps the old ones when they cannot be applied.
  virtual base::Result<void> reconfigure(const LogOptions& options) = 0;
};

}  // namespace herald::telemetry
