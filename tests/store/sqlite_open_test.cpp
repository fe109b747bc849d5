#include <sys/stat.h>

#include <fstream>

#include "store/sqlite/connection.hpp"
#include "store/sqlite/schema.hpp"
#include "store/sqlite_support.hpp"

namespace herald::store::test {
namespace {

using SqliteOpen = SqliteStore;
using testing::Test;

base::Error error_of(const Options& options, const base::Clock& clock) {
  auto opened = open(options, small_decide, clock);
  EXPECT_FALSE(opened);
  return opened ? base::Error{} : opened.error();
}

TEST_F(SqliteOpen, FilesAreForTheOwnerOnly) {
  accepted();
  for (const auto* suffix : {"", "-wal", "-shm", ".lock"}) {
    struct stat info {};
    ASSERT_EQ(::stat((path() + suffix).c_str(), &info), 0) << suffix;
    EXPECT_EQ(info.st_mode & 0777, 0600U) << suffix;
  }
}

TEST_F(SqliteOpen, ASecondOpenerIsRefused) {
  const auto error = error_of(options, clock);
  EXPECT_EQ(error.code, Code::unavailable);
  EXPECT_NE(error.message.find("in use by another heraldd"), std::string::npos) << error.message;
  accepted();
  store->close();
  store.reset();
  reopen();
}

TEST_F(SqliteOpen, ANewerSchemaIsRefusedInOneLine) {
  store.reset();
  ask("INSERT INTO schema_version VALUES (999, 'from the future', 0)");
  const auto error = error_of(options, clock);
  EXPECT_NE(error.message.find("schema 999"), std::string::npos) << error.message;
  EXPECT_EQ(error.message.find('\n'), std::string::npos);
  ask("DELETE FROM schema_version WHERE version = 999");
  reopen();
}

TEST_F(SqliteOpen, AMigrationThatWasInterruptedIsDoneAgain) {
  Options fresh = options;
  fresh.url = "sqlite:" + (folder.path() / "fresh.db").string();
  const auto file = fresh.url.substr(7);
  {
    // As a kill between the two transactions of the first start leaves it.
    std::ofstream{file};
    sqlite::Connection db{file, sqlite::Connection::Mode::write};
    db.exec(
        "CREATE TABLE schema_version (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied "
        "INTEGER NOT NULL) STRICT");
  }
  EXPECT_TRUE(open(fresh, small_decide, clock));
}

TEST_F(SqliteOpen, AnotherProgramsDatabaseIsRefusedUntouched) {
  Options foreign = options;
  foreign.url = "sqlite:" + (folder.path() / "foreign.db").string();
  const auto file = foreign.url.substr(7);
  {
    std::ofstream{file};
    sqlite::Connection db{file, sqlite::Connection::Mode::write};
    db.exec("CREATE TABLE contacts(name TEXT)");
  }
  EXPECT_NE(error_of(foreign, clock).message.find("another program"), std::string::npos);
  sqlite::Connection db{file, sqlite::Connection::Mode::read};
  EXPECT_EQ(db.ask("SELECT count(*) FROM sqlite_schema"), "1");
}

TEST_F(SqliteOpen, WhatIsNoDatabaseIsRefused) {
  Options bad = options;
  bad.url = "sqlite:" + (folder.path() / "text.db").string();
  std::ofstream{folder.path() / "text.db"} << std::string(4096, 'x');
  const auto error = error_of(bad, clock);
  EXPECT_EQ(error.code, Code::invalid);
  EXPECT_NE(error.message.find("text.db"), std::string::npos);
  for (const auto* url : {"sqlite:", "sqlite::memory:", "sqlite:/a?mode=ro", "mysql:x", "",
                          "sqlite:/nowhere/at/all.db"}) {
    bad.url = url;
    EXPECT_EQ(error_of(bad, clock).code, Code::invalid) << url;
  }
  bad.url = "sqlite:" + (folder.path() / "a-folder").string();
  std::filesystem::create_directory(folder.path() / "a-folder");
  EXPECT_EQ(error_of(bad, clock).code, Code::invalid);
}

TEST_F(SqliteOpen, AWeakerJournalOrSyncIsRefused) {
  store.reset();
  sqlite::Connection db{path(), sqlite::Connection::Mode::write};
  EXPECT_TRUE(sqlite::check_pragmas(db, "x.db"));
  db.exec("PRAGMA synchronous=NORMAL");
  const auto sync = sqlite::check_pragmas(db, "x.db");
  ASSERT_FALSE(sync);
  EXPECT_NE(sync.error().message.find("synchronous is 1"), std::string::npos);
  db.exec("PRAGMA synchronous=FULL; PRAGMA journal_mode=DELETE");
  const auto journal = sqlite::check_pragmas(db, "x.db");
  ASSERT_FALSE(journal);
  EXPECT_NE(journal.error().message.find("journal_mode is delete"), std::string::npos);
}

TEST_F(SqliteOpen, ReadersCannotWrite) {
  sqlite::Connection db{path(), sqlite::Connection::Mode::read};
  EXPECT_THROW(db.exec("DELETE FROM users"), sqlite::SqlError);
}

}  // namespace
}  // namespace herald::store::test
