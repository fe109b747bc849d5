#include "store/sqlite/schema.hpp"

#include "base/faults.hpp"

#include <string>

namespace herald::store::sqlite {
namespace {

using base::Code;
using base::fail;

const Sql kRecord{"INSERT INTO schema_version(version, name, applied) VALUES (?, ?, ?)"};

bool has_schema(Connection& db) {
  return db.ask("SELECT count(*) FROM sqlite_schema WHERE name = 'schema_version'") != "0";
}

base::Error of_another_program(const std::string& file) {
  return fail(Code::invalid,
              file + " is the database of another program; give Herald a file of its own",
              "storage.url");
}

/// The version a file has; an error when it is newer than this program.
base::Result<int> present_version(Connection& db, const std::string& file) {
  const int known = migrations().back().version;
  const int present =
      std::stoi("0" + db.ask("SELECT coalesce(max(version), 0) FROM schema_version"));
  if (present <= known) return present;
  return fail(Code::invalid,
              file + " has schema " + std::to_string(present) + ", this program knows up to " +
                  std::to_string(known) +
                  "; start the newer heraldd, or restore a backup from before the upgrade",
              "storage.url");
}

}  // namespace

base::Result<void> migrate(Connection& db, std::string_view path, int64_t now_us) {
  const std::string file{path};
  if (!has_schema(db)) {
    if (db.ask("SELECT count(*) FROM sqlite_schema") != "0") return of_another_program(file);
    db.exec(
        "BEGIN IMMEDIATE; CREATE TABLE schema_version (version INTEGER PRIMARY KEY, name TEXT NOT "
        "NULL,"
        " applied INTEGER NOT NULL) STRICT; COMMIT");
    HERALD_POINT("store.version_table_made");
  }
  const auto present = present_version(db, file);
  if (!present) return present.error();
  for (const auto& migration : migrations()) {
    if (migration.version <= *present) continue;
    db.exec("BEGIN IMMEDIATE");
    try {
      HERALD_POINT("store.migration_begun");
      db.exec(migration.sql);
      HERALD_POINT("store.migration_run");
      db.run(kRecord, migration.version, migration.name, now_us);
      HERALD_POINT("store.migration_recorded");
      db.exec("COMMIT");
      HERALD_POINT("store.migration_committed");
    } catch (const SqlError&) {
      try {
        db.exec("ROLLBACK");
      } catch (const SqlError&) {  // SQLite already rolled back by itself
      }
      throw;
    }
  }
  return {};
}

base::Result<void> check_schema(Connection& db, std::string_view path) {
  const std::string file{path};
  if (!has_schema(db)) return of_another_program(file);
  const auto present = present_version(db, file);
  if (!present) return present.error();
  if (const int known = migrations().back().version; *present != known)
    return fail(Code::invalid,
                file + " has schema " + std::to_string(*present) + ", this program reads " +
                    std::to_string(known) + "; start heraldd once, it brings the file up to date",
                "storage.url");
  return {};
}

base::Result<void> check_pragmas(Connection& db, std::string_view path) {
  const auto journal = db.ask("PRAGMA journal_mode");
  const auto synchronous = db.ask("PRAGMA synchronous");
  if (journal != "wal")
    return fail(
        Code::invalid,
        std::string{path} + ": journal_mode is " + journal +
            ", not wal; Herald needs a local file system with shared memory (no NFS, no :memory:)",
        "storage.url");
  if (synchronous != "2")
    return fail(Code::invalid,
                std::string{path} + ": synchronous is " + synchronous +
                    ", not 2 (FULL); nothing would be durable",
                "storage.url");
  return {};
}

}  // namespace herald::store::sqlite
