#pragma once

#include <sqlite3.h>

#include "store/support.hpp"

namespace herald::store::test {

/// A SQLite store in a folder of its own, and a second look at its file. The file is looked at only
/// while the store is closed, except by WAL readers, as a test is allowed to and heraldctl is not.
class SqliteStore : public testing::Test {
 protected:
  void SetUp() override {
    options.url = "sqlite:" + path();
    reopen();
    User user;
    user.id = 1;
    value(wait<User>([&](auto done) { store->put_user(user, done); }));
  }
  std::string path() const { return (folder.path() / "herald.db").string(); }
  void reopen() {
    store.reset();
    store = value(open(options, decide, clock));
  }
  std::string accepted() {
    const auto n = some_notification(clock);
    return value(wait<Accepted>([&](auto done) { store->accept(n, done); })).id;
  }
  Applied applied(Apply request) {
    return value(wait<Applied>([&](auto done) { store->apply(request, done); }));
  }
  /// First column of every row, NULL as "NULL".
  std::vector<std::string> ask(const std::string& sql) {
    std::vector<std::string> out;
    sqlite3* db = nullptr;
    EXPECT_EQ(sqlite3_open_v2(path().c_str(), &db, SQLITE_OPEN_READWRITE, nullptr), SQLITE_OK);
    const auto row = [](void* rows, int columns, char** values, char**) {
      std::string line;
      for (int i = 0; i < columns; ++i)
        line += (i == 0 ? "" : "|") + std::string{values[i] != nullptr ? values[i] : "NULL"};
      static_cast<std::vector<std::string>*>(rows)->push_back(line);
      return 0;
    };
    char* error = nullptr;
    EXPECT_EQ(sqlite3_exec(db, sql.c_str(), row, &out, &error), SQLITE_OK)
        << (error != nullptr ? error : "");
    sqlite3_free(error);
    sqlite3_close(db);
    return out;
  }

  Folder folder;
  ManualClock clock;
  Decide decide = small_decide;
  Options options;
  std::unique_ptr<Store> store;
};

}  // namespace herald::store::test
