#include "app/audit.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "delivery/audit.hpp"

namespace herald::app {
namespace {

/// Rows in one read transaction: short enough that the daemon's log can be used again in between.
constexpr int64_t kPage = 2048;

/// One audit under way: its threads take pages one after another.
class Audit {
 public:
  Audit(const AuditRequest& request, store::AuditReader::Span span)
      : request_{request},
        span_{span},
        pages_{span.last < span.first ? 1 : (span.last - span.first) / kPage + 1} {}

  void work(store::AuditReader& reader) {
    delivery::AuditTotals totals;
    std::vector<store::BrokenRow> broken;
    int64_t latest = 0;
    uint64_t unreadable = 0;
    for (int64_t page = 0; !stopped_ && (page = next_++) < pages_;) {
      uint64_t rows = 0;
      // The outermost pages reach to the ends of the world, so that no row lies outside of all.
      const auto from = page == 0 ? INT64_MIN : span_.first + page * kPage;
      const auto to = page + 1 == pages_ ? INT64_MAX : span_.first + (page + 1) * kPage;
      const auto read = reader.read(from, to, request_.since, [&](const store::Dossier& dossier) {
        ++rows;
        for (const auto& entry : dossier.timeline) latest = std::max(latest, entry.at);
        if (const auto progress = delivery::audit(dossier, broken))
          totals.count(dossier.kind, *progress, dossier.timeline.size());
        else if (dossier.stored)
          ++unreadable;
        if (broken.size() >= AuditReport::kNamed) hand_over(broken);
      });
      if (!read) return fail(read.error());
      tell(rows);
    }
    hand_over(broken);
    const std::lock_guard lock{mutex_};
    report_.totals.add(totals);
    report_.unreadable += unreadable;
    latest_ = std::max(latest_, latest);
  }

  /// After all threads are back.
  base::Result<AuditReport> finish(store::AuditReader& reader, base::TimePoint now) {
    if (error_) return *error_;
    report_.complete = !stopped_;
    if (report_.complete) {
      auto tables = reader.tables(base::from_unix_us(latest_), now, AuditReport::kNamed);
      if (!tables) return tables.error();
      hand_over(*tables);
    }
    report_.since = request_.since;
    return std::move(report_);
  }

 private:
  void hand_over(std::vector<store::BrokenRow>& broken) {
    const std::lock_guard lock{mutex_};
    report_.broken_rows += broken.size();
    for (auto& row : broken)
      if (report_.broken.size() < AuditReport::kNamed) report_.broken.push_back(std::move(row));
    broken.clear();
  }
  void fail(const base::Error& error) {
    stopped_ = true;
    const std::lock_guard lock{mutex_};
    error_ = error;
  }
  void tell(uint64_t rows) {
    const std::lock_guard lock{mutex_};
    checked_ += rows;
    const auto total = static_cast<uint64_t>(std::max<int64_t>(0, span_.last - span_.first + 1));
    if (request_.progress && !request_.progress(checked_, std::max(total, checked_)))
      stopped_ = true;
  }

  const AuditRequest& request_;
  const store::AuditReader::Span span_;
  const int64_t pages_;
  std::atomic<int64_t> next_{0};
  std::atomic<bool> stopped_{false};

  std::mutex mutex_;  // guards what follows
  uint64_t checked_ = 0;
  int64_t latest_ = 0;
  std::optional<base::Error> error_;
  AuditReport report_;
};

}  // namespace

base::Result<AuditReport> run_audit(const AuditRequest& request, const base::Clock& clock) {
  const auto begin = clock.mono();
  std::vector<std::unique_ptr<store::AuditReader>> readers;
  for (unsigned i = 0; i < std::max(1U, request.threads); ++i) {
    auto reader = store::open_audit(request.url, request.server, request.beside);
    if (!reader) return reader.error();
    readers.push_back(std::move(*reader));
  }
  const auto span = readers.front()->span();
  if (!span) return span.error();

  Audit audit{request, *span};
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < readers.size(); ++i)
    threads.emplace_back([&audit, &reader = *readers[i]] { audit.work(reader); });
  audit.work(*readers.front());
  for (auto& thread : threads) thread.join();
  auto report = audit.finish(*readers.front(), clock.now());
  if (report) report->took = std::chrono::duration_cast<base::Duration>(clock.mono() - begin);
  return report;
}

}  // namespace herald::app
