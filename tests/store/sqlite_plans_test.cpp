#include "store/sqlite/connection.hpp"
#include "store/sqlite_support.hpp"

namespace herald::store::test {
namespace {

using SqlitePlans = SqliteStore;

// covers: S48
TEST_F(SqlitePlans, NoStatementReadsAWholeTable) {
  store.reset();
  int examined = 0;
  for (const std::string sql : sqlite::Sql::all()) {
    if (sql.starts_with("/*")) continue;  // reads whole tables: that is what it is for
    if (sql.starts_with("BEGIN") || sql.starts_with("COMMIT") || sql.starts_with("ROLLBACK"))
      continue;
    ++examined;
    // These have a handful of rows each.
    if (sql.find("FROM counters") != std::string::npos ||
        sql.find("FROM pauses") != std::string::npos ||
        sql.find("FROM webhooks") != std::string::npos ||
        sql.find("FROM service_tokens") != std::string::npos ||
        sql.find("FROM revoked_tokens") != std::string::npos)
      continue;
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(path().c_str(), &db), SQLITE_OK);
    sqlite3_stmt* plan = nullptr;
    ASSERT_EQ(sqlite3_prepare_v2(db, ("EXPLAIN QUERY PLAN " + sql).c_str(), -1, &plan, nullptr),
              SQLITE_OK)
        << sql << ": " << sqlite3_errmsg(db);
    while (sqlite3_step(plan) == SQLITE_ROW) {
      const std::string line = reinterpret_cast<const char*>(sqlite3_column_text(plan, 3));
      const bool scan = line.starts_with("SCAN") && line != "SCAN CONSTANT ROW";
      EXPECT_FALSE(scan || line.find("TEMP B-TREE") != std::string::npos) << sql << "\n  " << line;
    }
    sqlite3_finalize(plan);
    sqlite3_close(db);
  }
  EXPECT_GT(examined, 50);
}

}  // namespace
}  // namespace herald::store::test
