#include "store/postgresql/audit.hpp"
#include "store/postgresql/schema.hpp"
#include "store/postgresql/session.hpp"
#include "store/postgresql/watchdog.hpp"

namespace herald::store::postgresql {
namespace {

using base::Code;
using base::fail;

const Sql kSpan{
    "/* audit */ SELECT (SELECT min(rowid) FROM notifications), (SELECT max(rowid) FROM "
    "notifications)"};

class Reader final : public AuditReader {
 public:
  explicit Reader(Address address)
      : address_(std::move(address)), state_(connect(address_, watchdog_, Use::audit), nullptr) {}

  base::Result<void> check(Beside beside) {
    if (auto known = check_schema(state_.db, address_); !known) return known;
    if (beside == Beside::nobody && store_is_taken(state_.db, address_))
      return fail(Code::unavailable,
                  "schema " + address_.schema + " in " + address_.shown +
                      " is in use by a running heraldd; ask that one: heraldctl audit",
                  "storage.url");
    return {};
  }

  base::Result<Span> span() override {
    Span span;
    const auto done = in_transaction([&] {
      const auto rows = state_.db.use(kSpan);
      if (rows[0].is_null(0)) return;
      span = {rows[0].integer(0), rows[0].integer(1)};
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
    // One after another, so that no snapshot keeps the server from cleaning up for long.
    const auto look = [&](auto&& part) {
      std::vector<BrokenRow> found;
      auto done = in_transaction([&] { part(found); });
      for (auto& row : found) out.push_back(std::move(row));
      return done;
    };
    auto done = look([&](auto& found) { audit_counters(state_.db, found); });
    if (done) done = look([&](auto& found) { audit_keys(state_.db, limit, found); });
    if (done) done = look([&](auto& found) { audit_parked(state_.db, latest, now, limit, found); });
    if (done) done = look([&](auto& found) { audit_inboxes(state_.db, limit, found); });
    if (!done) return done.error();
    return out;
  }

 private:
  template <class F>
  base::Result<void> in_transaction(F&& work) {
    try {
      state_.db.exec("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
      try {
        work();
      } catch (const SqlError& error) {
        if (error.kind() != SqlError::Kind::lost) state_.db.exec("ROLLBACK");
        throw;
      } catch (...) {
        state_.db.exec("ROLLBACK");
        throw;
      }
      state_.db.exec("COMMIT");
      return {};
    } catch (const SqlError& error) {
      return fail(Code::unavailable, std::string{"the database cannot be read: "} + error.what());
    }
  }

  const Address address_;
  Watchdog watchdog_;
  ReadState state_;
};

}  // namespace

base::Result<std::unique_ptr<AuditReader>> open_audit(const std::string& url, const Server& server,
                                                      Beside beside) {
  auto address = address_of(url, server);
  if (!address) return address.error();
  try {
    auto reader = std::make_unique<Reader>(*address);
    if (auto checked = reader->check(beside); !checked) return checked.error();
    return std::unique_ptr<AuditReader>{std::move(reader)};
  } catch (const SqlError& error) {
    return cannot_connect(*address, error);
  }
}

}  // namespace herald::store::postgresql
