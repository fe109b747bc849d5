#include <unistd.h>

#include <boost/json/serialize.hpp>
#include <cstdio>

#include "app/audit_report.hpp"
#include "app/specs.hpp"
#include "config/load.hpp"
#include "routing/routing.hpp"

namespace herald::app {
namespace {

constexpr int kClean = 0, kBroken = 1, kNotDone = 2;
constexpr unsigned kThreads = 2;

int refuse(const std::string& message) {
  std::fprintf(stderr, "heraldd: %s\n", message.c_str());
  return kNotDone;
}

}  // namespace

int audit_command(const std::string& config_path, const std::string& since, bool as_json) {
  AuditRequest request;
  if (!since.empty() && !(request.since = base::parse_iso8601(since)))
    return refuse("--since wants a time such as 2026-01-31T10:00:00Z");
  config::Diagnostics diagnostics;
  const auto config = config::load(config_path, diagnostics, routing::check_names);
  if (!config) {
    std::fputs(diagnostics.render(::isatty(STDERR_FILENO) == 1).c_str(), stderr);
    return refuse(config.error().message);
  }
  auto server = store_server(**config);
  if (!server) return refuse(server.error().message);
  request.url = (*config)->store.url;
  request.server = std::move(*server);
  request.beside = store::Beside::nobody;
  request.threads = kThreads;
  const bool shown = ::isatty(STDERR_FILENO) == 1;
  if (shown)
    request.progress = [](uint64_t checked, uint64_t total) {
      std::fprintf(stderr, "\r%llu of %llu", static_cast<unsigned long long>(checked),
                   static_cast<unsigned long long>(total));
      return true;
    };
  const auto report = run_audit(request, base::Clock::system());
  if (shown) std::fputs("\r\x1b[K", stderr);
  if (!report) return refuse(report.error().message);
  std::fputs(as_json ? (boost::json::serialize(audit_json(*report)) + "\n").c_str()
                     : audit_text(*report).c_str(),
             stdout);
  return report->clean() ? kClean : kBroken;
}

}  // namespace herald::app
