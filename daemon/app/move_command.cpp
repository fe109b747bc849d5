#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <set>
#include <tuple>

#include "app/audit_report.hpp"
#include "app/move.hpp"
#include "app/specs.hpp"
#include "config/load.hpp"
#include "routing/routing.hpp"
#include "store/move.hpp"

namespace herald::app {
namespace {

constexpr int kMoved = 0, kBroken = 1, kNotDone = 2;
constexpr unsigned kThreads = 2;

int refuse(const std::string& message) {
  std::fprintf(stderr, "heraldd: %s\n", message.c_str());
  return kNotDone;
}

/// What says where in the database the store is, and how to get in.
base::Result<store::Server> server_of(const MoveArguments& arguments) {
  if (arguments.config_is_optional && ::access(arguments.config_path.c_str(), F_OK) != 0)
    return store::Server{};
  config::Diagnostics diagnostics;
  const auto config = config::load(arguments.config_path, diagnostics, routing::check_names);
  if (config) return store_server(**config);
  std::fputs(diagnostics.render(::isatty(STDERR_FILENO) == 1).c_str(), stderr);
  return config.error();
}

/// One line that is written over on a terminal; else a line for each table.
class Progress {
 public:
  void tell(const std::vector<store::MovedTable>& tables) {
    if (::isatty(STDERR_FILENO) == 1) return over(tables);
    for (; done_ < tables.size() && tables[done_].copied == tables[done_].rows; ++done_)
      std::fprintf(stderr, "%-16s %12lld rows\n", tables[done_].name.c_str(),
                   static_cast<long long>(tables[done_].rows));
  }
  void end() const {
    if (::isatty(STDERR_FILENO) == 1) std::fputs("\r\x1b[K", stderr);
  }

 private:
  void over(const std::vector<store::MovedTable>& tables) {
    int64_t rows = 0, copied = 0;
    for (const auto& table : tables) {
      rows += table.rows;
      copied += table.copied;
    }
    std::fprintf(stderr, "\r\x1b[K%lld of %lld rows", static_cast<long long>(copied),
                 static_cast<long long>(rows));
  }
  std::size_t done_ = 0;
};

std::string summary(const std::vector<store::MovedTable>& tables) {
  std::size_t width = 5;
  int64_t all = 0;
  for (const auto& table : tables) width = std::max(width, table.name.size());
  std::string out;
  const auto line = [&](const std::string& name, const std::string& rows) {
    out +=
        name + std::string(width - name.size() + 14 - std::min<std::size_t>(12, rows.size()), ' ');
    out += rows + "\n";
  };
  line("table", "rows");
  for (const auto& table : tables) {
    line(table.name, std::to_string(table.copied));
    all += table.copied;
  }
  line("all", std::to_string(all));
  return out;
}

using Rows = std::set<std::tuple<std::string, std::string, std::string, std::string>>;
Rows rows_of(const AuditReport& report) {
  Rows out;
  for (const auto& b : report.broken) out.emplace(b.rule, b.id, b.expected, b.found);
  return out;
}

base::Result<AuditReport> audit_of(const std::string& url, const store::Server& server) {
  AuditRequest request;
  request.url = url;
  request.server = server;
  request.threads = kThreads;  // beside us, who hold both stores
  return run_audit(request, base::Clock::system());
}

/// Whether the copy is as good as what it was made of. Says what it found.
base::Result<bool> judge(const store::MoveRequest& request) {
  const auto copy = audit_of(request.to, request.server);
  if (!copy) return copy.error();
  if (copy->clean()) {
    std::printf("audit of the copy: %llu notifications, %llu events, no row breaks a rule\n",
                static_cast<unsigned long long>(copy->totals.notifications),
                static_cast<unsigned long long>(copy->totals.events));
    return true;
  }
  const auto source = audit_of(request.from, {});
  if (!source) return source.error();
  const auto before = rows_of(*source), after = rows_of(*copy);
  if (copy->broken_rows <= AuditReport::kNamed &&
      std::includes(before.begin(), before.end(), after.begin(), after.end())) {
    std::printf(
        "audit of the copy: %llu broken rows, all of them broken in the file already: "
        "heraldctl audit names them\n",
        static_cast<unsigned long long>(copy->broken_rows));
    return true;
  }
  std::fputs(audit_text(*copy).c_str(), stdout);
  return false;
}

base::Result<bool> move(const store::MoveRequest& request) {
  const auto& clock = base::Clock::system();
  auto opened = store::open_move(request, clock);
  if (!opened) return opened.error();
  auto& move = **opened;
  if (move.resumed()) std::fputs("going on where an earlier run stopped\n", stderr);
  Progress progress;
  for (;;) {
    const auto copied = move.copy();
    progress.tell(move.tables());
    if (!copied) {
      progress.end();
      return copied.error();
    }
    if (!*copied) break;
  }
  progress.end();
  if (auto same = move.check(); !same) return same.error();
  std::fputs(summary(move.tables()).c_str(), stdout);
  std::puts("every table has as many rows as in the file");
  const auto good = judge(request);
  if (!good || !*good) return good;
  if (auto finished = move.finish(); !finished) return finished.error();
  return true;
}

}  // namespace

int move_command(const MoveArguments& arguments) {
  store::MoveRequest request;
  request.from = arguments.from;
  request.to = arguments.to;
  if (request.from.empty() || request.to.empty())
    return refuse("migrate-store needs --from sqlite:PATH and --to postgresql:CONNINFO");
  auto server = server_of(arguments);
  if (!server) return refuse(server.error().message);
  request.server = std::move(*server);
  const auto moved = move(request);
  if (!moved) return refuse(moved.error().message);
  if (!*moved) {
    std::puts("not moved: these rows were not broken in the file; report it with this output");
    return kBroken;
  }
  std::puts("moved: name the database in store.url, start heraldd, and keep the file away from it");
  return kMoved;
}

}  // namespace herald::app
