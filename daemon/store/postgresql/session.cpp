#include "store/postgresql/session.hpp"

#include "base/faults.hpp"

namespace herald::store::postgresql {
namespace {

using base::Code;
using base::fail;

const Sql kServer{
    "/* session */ SELECT current_setting('fsync'), current_setting('full_page_writes'), "
    "current_setting('synchronous_commit'), pg_is_in_recovery()::int, "
    "current_setting('transaction_read_only'), current_setting('server_version_num'), "
    "current_setting('server_encoding')"};
const Sql kTake{"/* session */ SELECT pg_try_advisory_lock(hashtextextended($1::text, 0))::int"};
const Sql kTakeShared{
    "/* session */ SELECT pg_try_advisory_lock_shared(hashtextextended($1::text, 0))::int"};
const Sql kGive{"/* session */ SELECT pg_advisory_unlock(hashtextextended($1::text, 0))::int"};

constexpr int64_t kOldest = 130'000;

std::string lock_name(const Address& address) { return "herald store " + address.schema; }
std::string node_lock_name(const Address& address) {
  return "herald node " + address.schema + " " + address.lease->options().name;
}

bool taken(Connection& db, const Sql& how, const std::string& lock) {
  return db.use(how, lock)[0].integer(0) == 1;
}

/// Everything that must not depend on how the role or the database is configured. The planner's
/// choice is narrowed because our plans are made once, while tables may still be empty: each of our
/// statements has its index. The server drops a client that is silent, so that locks of a dead
/// daemon go.
std::string settings(const Address& address, Use use) {
  std::string out = "SET search_path TO \"" + address.schema +
                    "\", pg_temp; SET client_min_messages TO warning; SET bytea_output TO hex; SET "
                    "TimeZone TO 'UTC'; SET DateStyle TO 'ISO'; SET jit TO off; SET "
                    "default_transaction_isolation TO 'read committed'; SET "
                    "idle_in_transaction_session_timeout TO '30s'; SET tcp_keepalives_idle TO 2; "
                    "SET tcp_keepalives_interval TO 2; SET tcp_keepalives_count TO 3; SET "
                    "tcp_user_timeout TO 8000; ";
  switch (use) {
    case Use::write:
      out += "SET lock_timeout TO '3s'; SET statement_timeout TO '6s'; ";
      [[fallthrough]];
    case Use::read:
      out += "SET enable_seqscan TO off; SET plan_cache_mode TO force_generic_plan";
      break;
    case Use::audit:
      out += "SET default_transaction_read_only TO on";
      break;
    case Use::migrate:
      out += "SET lock_timeout TO '60s'";
      break;
  }
  return out;
}

Limits limits(Use use) {
  using std::chrono::milliseconds;
  if (use == Use::audit || use == Use::migrate)
    return {milliseconds{0}, milliseconds{0}, milliseconds{0}};
  return {};
}

}  // namespace

std::unique_ptr<Connection> connect(const Address& address, Watchdog& watchdog, Use use) {
  const auto open = [&](const std::string& conninfo) {
    auto db = std::make_unique<Connection>(conninfo, watchdog, limits(use));
    db->exec(settings(address, use));
    if (!address.line->goes_on(*db)) db.reset();
    return db;
  };
  if (auto db = open(address.conninfo)) return db;
  // libpq takes the first server that lets us write; ours may stand behind one that came back.
  for (const auto& alone : address.each) try {
      if (auto db = open(alone)) return db;
    } catch (const SqlError&) {
      continue;
    }
  throw SqlError{SqlError::Kind::unavailable,
                 {},
                 "the server is another one than this daemon has written to, or on an earlier "
                 "timeline: a former primary that came back; stop it. To go on with it in spite of "
                 "what it lacks, restart heraldd"};
}

base::Result<void> check_server(Connection& db, const Address& address) {
  const auto rows = db.use(kServer);
  const auto row = rows[0];
  const auto refuse = [&](const std::string& why) {
    return fail(Code::invalid, address.shown + ": " + why, "storage.url");
  };
  if (row.integer(5) < kOldest)
    return refuse("PostgreSQL " + std::to_string(row.integer(5) / 10'000) +
                  " is too old; Herald needs 13 or newer");
  if (row.text(6) != "UTF8")
    return refuse("the encoding is " + row.string(6) +
                  ", not UTF8; create the database with ENCODING 'UTF8' TEMPLATE template0");
  if (row.integer(3) != 0)
    return refuse(
        "the server is a standby and takes no writes; name the primary, or all servers, "
        "in store.url");
  if (row.text(4) != "off")
    return refuse(
        "the server is read-only (default_transaction_read_only is on); set it off for "
        "this role, or name another server in store.url");
  if (address.allow_unsafe) return {};
  for (const int column : {0, 1, 2}) {
    constexpr const char* kNames[] = {"fsync", "full_page_writes", "synchronous_commit"};
    if (row.text(column) == "off")
      return refuse(std::string{kNames[column]} +
                    " is off, so a commit would promise nothing; set it on, or say store."
                    "allow_unsafe: true to accept that acknowledged notifications can be lost");
  }
  return {};
}

bool take_store(Connection& db, const Address& address) {
  if (HERALD_MUTANT("no_fencing")) return true;
  if (!address.lease) return taken(db, kTake, lock_name(address));
  return taken(db, kTake, node_lock_name(address)) && taken(db, kTakeShared, lock_name(address));
}

Admission take_to_start(Connection& db, const Address& address) {
  if (HERALD_MUTANT("no_fencing")) return Admission::alone;
  if (address.lease && !taken(db, kTake, node_lock_name(address))) return Admission::name_used;
  if (taken(db, kTake, lock_name(address))) return Admission::alone;
  if (address.lease && taken(db, kTakeShared, lock_name(address))) return Admission::shared;
  // Else a second try would hold it twice.
  if (address.lease) taken(db, kGive, node_lock_name(address));
  return Admission::no;
}

void share_store(Connection& db, const Address& address) {
  taken(db, kTakeShared, lock_name(address));
  taken(db, kGive, lock_name(address));
}

bool store_is_taken(Connection& db, const Address& address) {
  if (!taken(db, kTake, lock_name(address))) return true;
  taken(db, kGive, lock_name(address));
  return false;
}

base::Error cannot_connect(const Address& address, const SqlError& error) {
  const std::string text = error.what();
  // The server's words; in another language the cause still stands there, without the next step.
  struct Hint {
    std::string_view words, next;
  };
  constexpr Hint kHints[] = {
      {"password authentication failed",
       "correct the user in store.url, or the password in store.password or the passfile"},
      {"no password supplied", "name a secret in store.password, or a passfile in store.url"},
      {"session is read-only",
       "the server is a standby or read-only; name the primary, or all servers, in store.url"},
      {"pg_hba.conf", "let this user and address in: pg_hba.conf on the server"},
      {"too many", "raise max_connections on the server, or stop what else uses it"},
      {"connection slots", "raise max_connections on the server, or stop what else uses it"},
      {"starting up", "the server is starting; try again in a moment"},
      {"shutting down", "the server is stopping; start it again"},
  };
  std::string next = "start the server, or correct store.url";
  for (const auto& hint : kHints)
    if (text.find(hint.words) != std::string::npos) next = hint.next;
  const bool missing = text.find("does not exist") != std::string::npos;
  if (missing && text.find("database") != std::string::npos)
    next = "create the database (createdb), or correct store.url";
  if (missing && text.find("role") != std::string::npos)
    next = "create the role (createuser), or correct the user in store.url";
  return fail(Code::unavailable, "cannot use " + address.shown + ": " + text + "; " + next,
              "storage.url");
}

}  // namespace herald::store::postgresql
