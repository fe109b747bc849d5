#include "store/sqlite/connection.hpp"

#include <sqlite3.h>

#include <mutex>

namespace herald::store::sqlite {
namespace {

std::vector<const char*>& registry() {
  static std::vector<const char*> texts;
  return texts;
}

[[noreturn]] void raise(sqlite3* db, int code) {
  const int extended = db != nullptr ? sqlite3_extended_errcode(db) : code;
  const char* text = db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code);
  throw SqlError{(extended & 0xff) == (code & 0xff) ? extended : code, text};
}

int on_wal(void* self, sqlite3*, const char*, int pages) {
  static_cast<Connection*>(self)->set_wal_pages(pages);
  return SQLITE_OK;
}

}  // namespace

bool SqlError::fatal() const {
  switch (code_ & 0xff) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_NOMEM:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
    case SQLITE_INTERRUPT:
      return true;
    default:
      return false;
  }
}

bool SqlError::sync() const {
  return code_ == SQLITE_IOERR_FSYNC || code_ == SQLITE_IOERR_DIR_FSYNC;
}

Sql::Sql(const char* text) : text_(text), index_(registry().size()) { registry().push_back(text); }
std::span<const char* const> Sql::all() { return registry(); }

Query::~Query() { sqlite3_reset(stmt_); }

bool Query::step() {
  const int rc = sqlite3_step(stmt_);
  if (rc == SQLITE_ROW) return true;
  if (rc == SQLITE_DONE) return false;
  raise(db_, rc);
}
int64_t Query::integer(int column) const { return sqlite3_column_int64(stmt_, column); }
std::string_view Query::text(int column) const {
  const void* data = sqlite3_column_blob(stmt_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(stmt_, column));
  return data != nullptr ? std::string_view{static_cast<const char*>(data), size}
                         : std::string_view{};
}
bool Query::is_null(int column) const { return sqlite3_column_type(stmt_, column) == SQLITE_NULL; }

Connection::Connection(const std::string& path, Mode mode) {
  // Its memory statistics take a global lock on every allocation; nobody reads them.
  static std::once_flag once;
  std::call_once(once, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });

  const int flags = (mode == Mode::audit ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) |
                    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (const int rc = sqlite3_open_v2(path.c_str(), &db_, flags, nullptr); rc != SQLITE_OK) {
    const SqlError error{rc, db_ != nullptr ? sqlite3_errmsg(db_) : sqlite3_errstr(rc)};
    sqlite3_close(db_);
    throw error;
  }
  try {
    sqlite3_busy_timeout(db_, 2000);
    sqlite3_db_config(db_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(db_, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
    sqlite3_db_config(db_, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
    // Only the writer checkpoints, and it does so by itself: a connection that failed must not on
    // its way out.
    sqlite3_db_config(db_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    exec(
        "PRAGMA trusted_schema=OFF; PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY; PRAGMA "
        "wal_autocheckpoint=0");
    if (mode == Mode::write) {
      exec(
          "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA "
          "cache_size=-32000");
      sqlite3_wal_hook(db_, on_wal, this);
    } else {
      exec("PRAGMA query_only=ON; PRAGMA cache_size=-8000");
    }
  } catch (...) {
    sqlite3_close(db_);
    throw;
  }
}

Connection::~Connection() {
  for (auto* stmt : statements_) sqlite3_finalize(stmt);
  sqlite3_close(db_);
}

void Connection::exec(const char* sql) {
  if (const int rc = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr); rc != SQLITE_OK)
    raise(db_, rc);
}

std::string Connection::ask(const char* sql) {
  sqlite3_stmt* stmt = nullptr;
  if (const int rc = sqlite3_prepare_v2(db_, sql, -1, &stmt, nullptr); rc != SQLITE_OK)
    raise(db_, rc);
  const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> owner{stmt, sqlite3_finalize};
  const int rc = sqlite3_step(stmt);
  if (rc == SQLITE_DONE) return {};
  if (rc != SQLITE_ROW) raise(db_, rc);
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(stmt, 0));
  return text != nullptr ? text : "";
}

void Connection::bind(sqlite3_stmt* stmt, int index, int64_t value) {
  if (const int rc = sqlite3_bind_int64(stmt, index, value); rc != SQLITE_OK) raise(db_, rc);
}
void Connection::bind(sqlite3_stmt* stmt, int index, double value) {
  if (const int rc = sqlite3_bind_double(stmt, index, value); rc != SQLITE_OK) raise(db_, rc);
}
void Connection::bind(sqlite3_stmt* stmt, int index, std::string_view value) {
  // An empty view may have no address, and SQLite would take that for NULL.
  const char* data = value.data() != nullptr ? value.data() : "";
  const int rc = sqlite3_bind_text64(stmt, index, data, value.size(), SQLITE_STATIC, SQLITE_UTF8);
  if (rc != SQLITE_OK) raise(db_, rc);
}
void Connection::bind(sqlite3_stmt* stmt, int index, Blob value) {
  const char* data = value.bytes.data() != nullptr ? value.bytes.data() : "";
  const int rc = sqlite3_bind_blob64(stmt, index, data, value.bytes.size(), SQLITE_STATIC);
  if (rc != SQLITE_OK) raise(db_, rc);
}
void Connection::bind(sqlite3_stmt* stmt, int index, Null) {
  if (const int rc = sqlite3_bind_null(stmt, index); rc != SQLITE_OK) raise(db_, rc);
}

int64_t Connection::changes() const { return sqlite3_changes64(db_); }
int64_t Connection::last_insert_rowid() const { return sqlite3_last_insert_rowid(db_); }

sqlite3_stmt* Connection::prepared(const Sql& sql) {
  if (statements_.size() <= sql.index()) statements_.resize(Sql::all().size(), nullptr);
  auto*& stmt = statements_[sql.index()];
  if (stmt == nullptr) {
    const int rc =
        sqlite3_prepare_v3(db_, sql.text(), -1, SQLITE_PREPARE_PERSISTENT, &stmt, nullptr);
    if (rc != SQLITE_OK) raise(db_, rc);
  }
  return stmt;
}

}  // namespace herald::store::sqlite
