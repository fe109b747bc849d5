#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "store/sqlite/audit.hpp"
#include "store/sqlite/file.hpp"
#include "store/sqlite/schema.hpp"

namespace herald::store::sqlite {
namespace {

using base::Code;
using base::fail;

const Sql kBegin{"BEGIN"};
const Sql kCommit{"COMMIT"};
const Sql kRollback{"ROLLBACK"};
const Sql kFirst{"SELECT min(rowid) FROM notifications"};
const Sql kLast{"SELECT max(rowid) FROM notifications"};

class Reader final : public AuditReader {
 public:
  explicit Reader(const std::string& path) : state_{path, Connection::Mode::audit} {}

  base::Result<void> check(const std::string& path) { return check_schema(state_.db, path); }

  base::Result<Span> span() override {
    Span span;
    const auto done = in_transaction([&] {
      const auto ask = [&](const Sql& sql, int64_t& out) {
        auto row = state_.db.use(sql);
        if (row.step() && !row.is_null(0)) out = row.integer(0);
      };
      ask(kFirst, span.first);
      ask(kLast, span.last);
    });
    if (!done) return done.error();
    return span;
  }

  base::Result<void> read(int64_t from, int64_t to, std::optional<model::TimePoint> since,
                          const std::function<void(const Dossier&)>& each) override {
    return in_transaction([&] { read_dossiers(state_, from, to, since, each); });
  }

  base::Result<std::vector<BrokenRow>> tables(model::TimePoint latest, model::TimePoint now,
                                              std::size_t limit) override {
    std::vector<BrokenRow> out;
    // One after another, so that no read transaction keeps the log from being used again for long.
    const auto look = [&](auto&& part) {
      std::vector<BrokenRow> found;
      auto done = in_transaction([&] { part(found); });
      for (auto& row : found) out.push_back(std::move(row));
      return done;
    };
    auto done = look([&](auto& found) { audit_counters(state_.db, found); });
    if (done) done = look([&](auto& found) { audit_keys(state_.db, limit, found); });
    if (done) done = look([&](auto& found) { audit_parked(state_.db, latest, now, limit, found); });
    if (done) done = look([&](auto& found) { audit_journal(state_.db, limit, found); });
    if (done) done = look([&](auto& found) { audit_webhooks(state_.db, limit, found); });
    if (done) done = look([&](auto& found) { audit_inboxes(state_.db, limit, found); });
    if (!done) return done.error();
    return out;
  }

 private:
  template <class F>
  base::Result<void> in_transaction(F&& work) {
    try {
      state_.db.run(kBegin);
      try {
        work();
      } catch (...) {
        state_.db.run(kRollback);
        throw;
      }
      state_.db.run(kCommit);
      return {};
    } catch (const SqlError& error) {
      return fail(Code::unavailable, std::string{"the database cannot be read: "} + error.what());
    }
  }

  ReadState state_;
};

/// Whether a daemon holds the database; never makes the lock file.
bool in_use(const std::string& path) {
  const int fd = ::open((path + ".lock").c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return false;
  const bool held = ::flock(fd, LOCK_SH | LOCK_NB) != 0;
  ::close(fd);
  return held;
}

}  // namespace

base::Result<std::unique_ptr<AuditReader>> open_audit(const std::string& url, Beside beside) {
  const auto path = path_of(url);
  if (!path) return path.error();
  if (::access(path->c_str(), R_OK) != 0)
    return fail(Code::invalid,
                *path +
                    " is not there or may not be read; run this as the daemon's user, with the "
                    "daemon's configuration",
                "storage.url");
  if (beside == Beside::nobody && in_use(*path))
    return fail(Code::unavailable,
                *path + " is in use by a running heraldd; ask that one: heraldctl audit",
                "storage.url");
  try {
    auto reader = std::make_unique<Reader>(*path);
    if (auto known = reader->check(*path); !known) return known.error();
    return std::unique_ptr<AuditReader>{std::move(reader)};
  } catch (const SqlError& error) {
    return fail(Code::invalid, *path + ": " + error.what(), "storage.url");
  }
}

}  // namespace herald::store::sqlite
