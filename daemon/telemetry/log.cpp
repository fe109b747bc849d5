#include "telemetry/log.hpp"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <mutex>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "telemetry/journal.hpp"

namespace herald::telemetry {
namespace {

using base::LogField;
using base::LogLevel;

std::string_view name(LogLevel level) {
  switch (level) {
    case LogLevel::trace:
      return "trace";
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  return "error";
}

std::string quoted_when_needed(std::string_view value) {
  auto clean = base::escape_control(value);
  if (!clean.empty() && clean.find_first_of(" \"=") == std::string::npos) return clean;
  std::string out = "\"";
  for (const char c : clean) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string text_line(LogLevel level, std::string_view event, std::string_view text,
                      std::span<const LogField> fields) {
  std::string line = base::to_iso8601(base::Clock::system().now());
  line.erase(23, 3);  // milliseconds are enough to read
  line += ' ';
  line += name(level);
  line.append(8 - name(level).size(), ' ');
  line += '[';
  line += event;
  line += "] ";
  line += base::escape_control(text);
  for (const auto& field : fields)
    (((line += ' ') += field.key) += '=') += quoted_when_needed(field.value);
  return line;
}

/// Invalid bytes must not break the reader of a JSON log.
boost::json::string json_text(std::string_view text) {
  return boost::json::string{base::is_utf8(text) ? std::string{text} : base::escape_control(text)};
}

std::string json_line(LogLevel level, std::string_view event, std::string_view text,
                      std::span<const LogField> fields) {
  boost::json::object line{{"at", base::to_iso8601(base::Clock::system().now())},
                           {"level", name(level)},
                           {"event", json_text(event)},
                           {"text", json_text(text)}};
  for (const auto& field : fields) line[field.key] = json_text(field.value);
  return boost::json::serialize(line);
}

std::shared_ptr<spdlog::logger> make_logger(const LogOptions& options) {
  spdlog::sink_ptr sink;
  if (options.to == "stderr")
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  else
    sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.to, false);
  auto logger = std::make_shared<spdlog::logger>("herald", std::move(sink));
  logger->set_pattern("%v");
  logger->set_level(spdlog::level::trace);
  logger->flush_on(spdlog::level::trace);
  // A full disk must not take the daemon with it; the line is lost.
  logger->set_error_handler([](const std::string&) {});
  return logger;
}

class SpdLogging final : public Logging {
 public:
  bool enabled(LogLevel level) const override {
    return level >= level_.load(std::memory_order_relaxed);
  }

  void write(LogLevel level, std::string_view event, std::string_view text,
             std::span<const LogField> fields) override {
    if (!enabled(level)) return;
    std::shared_ptr<spdlog::logger> logger;
    bool json = false;
    {
      const std::lock_guard lock{mutex_};
      logger = logger_;
      json = json_;
    }
    if (!logger) return send_to_journal(level, event, text, fields);
    logger->log(spdlog::level::info, json ? json_line(level, event, text, fields)
                                          : text_line(level, event, text, fields));
  }

  base::Result<void> reconfigure(const LogOptions& options) override {
    std::shared_ptr<spdlog::logger> logger;
    if (options.to == "journal") {
      if (::access("/run/systemd/journal/socket", F_OK) != 0)
        return base::fail(base::Code::invalid,
                          "there is no journal on this machine; set log.to to stderr or a file",
                          "log.to");
    } else {
      const auto mask = ::umask(0027);
      try {
        logger = make_logger(options);
      } catch (const std::exception& e) {
        ::umask(mask);
        return base::fail(base::Code::invalid,
                          std::string{"cannot write the log file: "} + e.what(), "log.to");
      }
      ::umask(mask);
    }
    const std::lock_guard lock{mutex_};
    logger_ = std::move(logger);
    json_ = options.json;
    level_ = options.level;
    return {};
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<spdlog::logger>
      logger_;  // shared: a line may still be written through the old one
  bool json_ = false;
  std::atomic<LogLevel> level_{LogLevel::info};
};

}  // namespace

base::Result<std::unique_ptr<Logging>> Logging::open(const LogOptions& options) {
  std::unique_ptr<Logging> log = std::make_unique<SpdLogging>();
  if (auto done = log->reconfigure(options); !done) return done.error();
  return log;
}

}  // namespace herald::telemetry
