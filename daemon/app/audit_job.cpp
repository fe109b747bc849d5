#include "app/audit_job.hpp"

#include <boost/json/value.hpp>

#include "app/audit_report.hpp"

namespace herald::app {
namespace {

/// Between two messages to whoever waits for the audit.
constexpr base::Duration kTold = std::chrono::milliseconds{250};

}  // namespace

void AuditJob::start(std::string url, store::Server server, std::optional<base::TimePoint> since,
                     std::function<bool(boost::json::object)> progress, Reply reply) {
  using base::Code;
  const std::lock_guard lock{mutex_};
  if (stopped_) return reply(base::fail(Code::unavailable, "the daemon is stopping"));
  if (running_)
    return reply(base::fail(Code::conflict, "another audit is under way; wait for its end"));
  if (thread_.joinable()) thread_.join();
  running_ = true;
  thread_ = std::thread([this, url = std::move(url), server = std::move(server), since,
                         progress = std::move(progress), reply = std::move(reply)] {
    const auto& clock = base::Clock::system();
    AuditRequest request{url, server, store::Beside::our_own_store, since, 1, {}};
    auto told = clock.mono();
    request.progress = [&](uint64_t checked, uint64_t total) {
      {
        const std::lock_guard held{mutex_};
        if (stopped_) return false;
      }
      if (clock.mono() - told < kTold) return true;
      told = clock.mono();
      return progress({{"checked", checked}, {"total", total}});
    };
    const auto report = run_audit(request, clock);
    {
      const std::lock_guard held{mutex_};
      running_ = false;
    }
    if (!report) return reply(report.error());
    if (!report->complete)
      return reply(base::fail(Code::unavailable, "the audit was stopped before its end"));
    reply(boost::json::object{{"report", audit_json(*report)}, {"text", audit_text(*report)}});
  });
}

void AuditJob::stop() {
  std::thread thread;
  {
    const std::lock_guard lock{mutex_};
    stopped_ = true;
    thread = std::move(thread_);
  }
  if (thread.joinable()) thread.join();
}

}  // namespace herald::app
