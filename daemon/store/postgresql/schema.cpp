#include "store/postgresql/schema.hpp"

#include "base/faults.hpp"

namespace herald::store::postgresql {
namespace {

using base::Code;
using base::fail;

const Sql kSchema{"/* session */ SELECT count(*) FROM pg_namespace WHERE nspname = $1"};
const Sql kTables{
    "/* session */ SELECT count(*), count(*) FILTER (WHERE c.relname = 'schema_version') FROM "
    "pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind "
    "IN ('r', 'p', 'v', 'm', 'S')"};
const Sql kLock{
    "/* session */ SELECT pg_advisory_xact_lock(hashtextextended('herald migration ' || $1::text, "
    "0))"};
const Sql kVersion{"/* session */ SELECT coalesce(max(version), 0) FROM schema_version"};
const Sql kRecord{
    "/* session */ INSERT INTO schema_version(version, name, applied) VALUES ($1, $2, $3)"};

base::Error refused(const Address& address, const std::string& why) {
  return fail(Code::invalid, address.shown + ": schema " + address.schema + " " + why,
              "storage.url");
}

base::Result<int> known_version(const Address& address, int64_t present) {
  const int known = migrations().back().version;
  if (present <= known) return static_cast<int>(present);
  return refused(address, "has version " + std::to_string(present) + ", this program knows up to " +
                              std::to_string(known) +
                              "; start the newer heraldd, or restore a backup from before the "
                              "upgrade");
}

enum class Found { nothing, empty, ours, of_another };

Found look(Connection& db, const Address& address) {
  if (db.use(kSchema, address.schema)[0].integer(0) == 0) return Found::nothing;
  const auto rows = db.use(kTables, address.schema);
  if (rows[0].integer(1) != 0) return Found::ours;
  return rows[0].integer(0) == 0 ? Found::empty : Found::of_another;
}

base::Error of_another(const Address& address) {
  return refused(address,
                 "holds tables of another program; give Herald one of its own (store.schema)");
}

/// One transaction under the lock. The work tells whether anything is to be kept.
template <class F>
base::Result<void> locked(Connection& db, const Address& address, F&& work) {
  db.exec("BEGIN");
  try {
    db.use(kLock, address.schema);
    auto done = work();
    if (!done) {
      db.exec("ROLLBACK");
      return done;
    }
    db.commit();
    return {};
  } catch (const SqlError& error) {
    if (error.kind() != SqlError::Kind::lost) db.exec("ROLLBACK");
    throw;
  }
}

base::Result<void> migrate_all(Connection& db, const Address& address, int64_t now_us) {
  auto made = locked(db, address, [&]() -> base::Result<void> {
    const auto found = look(db, address);
    if (found == Found::of_another) return of_another(address);
    if (found == Found::ours) return {};
    // Only then: it would ask for rights on the database that the owner of the schema needs not
    // have.
    if (found == Found::nothing) db.exec("CREATE SCHEMA \"" + address.schema + "\"");
    db.exec(
        "CREATE TABLE schema_version (version bigint PRIMARY KEY, name text NOT NULL, applied "
        "bigint NOT NULL)");
    return {};
  });
  if (!made) return made;
  HERALD_POINT("pg.version_table_made");
  for (const auto& migration : migrations()) {
    auto done = locked(db, address, [&]() -> base::Result<void> {
      const auto present = known_version(address, db.use(kVersion)[0].integer(0));
      if (!present) return present.error();
      if (migration.version <= *present) return {};
      HERALD_POINT("pg.migration_begun");
      db.exec(migration.sql);
      HERALD_POINT("pg.migration_run");
      db.run(kRecord, migration.version, migration.name, now_us);
      HERALD_POINT("pg.migration_recorded");
      return {};
    });
    if (!done) return done;
    HERALD_POINT("pg.migration_committed");
  }
  return {};
}

}  // namespace

base::Result<void> migrate(Connection& db, const Address& address, int64_t now_us) {
  try {
    return migrate_all(db, address, now_us);
  } catch (const SqlError& error) {
    if (error.state() == "42501")
      return refused(address, std::string{"may not be made or changed by this role ("} +
                                  error.what() + "); run as its owner: CREATE SCHEMA " +
                                  address.schema + " AUTHORIZATION the role of store.url");
    if (error.state() == "55P03")
      return refused(address,
                     "is being changed by another heraldd for more than a minute; wait for it, or "
                     "end its session");
    throw;
  }
}

base::Result<void> check_schema(Connection& db, const Address& address) {
  switch (look(db, address)) {
    case Found::of_another:
      return of_another(address);
    case Found::nothing:
    case Found::empty:
      return refused(address, "is not there; start heraldd once, it makes it");
    case Found::ours:
      break;
  }
  const auto present = known_version(address, db.use(kVersion)[0].integer(0));
  if (!present) return present.error();
  if (const int known = migrations().back().version; *present != known)
    return refused(address, "has version " + std::to_string(*present) + ", this program reads " +
                                std::to_string(known) +
                                "; start heraldd once, it brings the schema up to date");
  return {};
}

}  // namespace herald::store::postgresql
