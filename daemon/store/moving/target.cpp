#include "store/moving/target.hpp"

#include <deque>
#include <thread>

#include "base/faults.hpp"
#include "store/postgresql/schema.hpp"
#include "store/postgresql/session.hpp"

namespace herald::store::moving {
namespace {

using base::Code;
using base::fail;
using postgresql::Sql;
using postgresql::SqlError;

const Sql kCounters{
    "/* move */ UPDATE counters SET count = c.count FROM unnest($1::smallint[], $2::bigint[]) AS "
    "c(state, count) WHERE counters.state = c.state"};
const Sql kJournalEnd{"/* move */ UPDATE journal_end SET pos = $1"};
const Sql kOwnNumber{
    "/* move */ SELECT setval(pg_get_serial_sequence($1, $2), greatest($3::bigint, 1), $3::bigint "
    "> 0)"};
const Sql kItemNumber{
    "/* move */ SELECT setval('inbox_item_ids', greatest($1::bigint, 1), $1::bigint > 0)"};
// The block that holds the last row is spent.
const Sql kRowBlock{
    "/* move */ SELECT setval('notification_rows', greatest(($1::bigint - 1) / seqincrement * "
    "seqincrement, 0) + 1, $1::bigint > 0) FROM pg_sequence WHERE seqrelid = "
    "'notification_rows'::regclass"};

struct Statements {
  explicit Statements(const Table& table)
      : insert{insert_rows(table)},
        count{"/* move */ SELECT count(*) FROM " + std::string{table.name}} {}
  const Sql insert, count;
};

/// Made before main, as all statements are: connections of other threads count them.
const std::deque<Statements> kStatements = [] {
  std::deque<Statements> all;
  for (const auto& table : tables()) all.emplace_back(table);
  return all;
}();

/// A daemon, or a move, that was killed may hold the store until the server has noticed.
constexpr std::chrono::seconds kTakePatience{5};

}  // namespace

base::Result<std::unique_ptr<Target>> Target::open(const std::string& url, const Server& server,
                                                   const Source& source, const base::Clock& clock) {
  if (!server.users.empty() || !server.conversations.empty())
    return fail(Code::invalid,
                "people and conversations cannot be moved into tables of an application; leave "
                "store.tables out for the move",
                "store.tables");
  auto address = postgresql::address_of(url, server);
  if (!address) return address.error();
  std::unique_ptr<Target> target{new Target{std::move(*address)}};
  try {
    target->db_ =
        postgresql::connect(target->address_, target->watchdog_, postgresql::Use::migrate);
  } catch (const SqlError& error) {
    return postgresql::cannot_connect(target->address_, error);
  }
  try {
    if (auto checked = postgresql::check_server(*target->db_, target->address_); !checked)
      return checked.error();
    if (auto taken = target->take(); !taken) return taken.error();
    if (auto prepared = target->prepare(source, clock); !prepared) return prepared.error();
    return target;
  } catch (const SqlError& error) {
    return target->refused(Code::invalid, std::string{"cannot be used: "} + error.what() +
                                              "; this role must own the schema");
  }
}

Target::Target(postgresql::Address address) : address_{std::move(address)} {}

base::Result<void> Target::take() {
  const auto until = std::chrono::steady_clock::now() + kTakePatience;
  while (!postgresql::take_store(*db_, address_)) {
    if (std::chrono::steady_clock::now() > until)
      return refused(Code::unavailable, "is in use by another heraldd; stop it first");
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
  }
  return {};
}

base::Result<void> Target::prepare(const Source& source, const base::Clock& clock) {
  const auto found = postgresql::move_state(*db_);
  if (found) {
    if (auto may = resume(*found, source); !may) return may;
  } else if (const auto table = first_with_rows(); !table.empty()) {
    return refused(Code::conflict,
                   "holds data already (" + table +
                       "); name another store.schema, or drop this one: DROP SCHEMA " +
                       address_.schema + " CASCADE");
  }
  const auto now_us = base::unix_us(clock.now());
  if (auto migrated = postgresql::migrate(*db_, address_, now_us); !migrated) return migrated;
  HERALD_POINT("move.schema_made");
  if (!found) postgresql::begin_move(*db_, {source.path(), source.fingerprint(), false}, now_us);
  resumed_ = found.has_value();
  return {};
}

base::Result<void> Target::resume(const postgresql::MoveState& found, const Source& source) {
  if (found.finished)
    return refused(Code::conflict, "was moved from " + found.source +
                                       " already; start heraldd with it, or name another "
                                       "store.schema");
  if (found.fingerprint != source.fingerprint())
    return refused(Code::conflict,
                   "holds a part of " + found.source +
                       ", which is another file or was written to since; begin anew: DROP SCHEMA " +
                       address_.schema + " CASCADE");
  return {};
}

std::string Target::first_with_rows() {
  const auto has_rows = [&](const std::string& table) {
    return db_->ask("SELECT to_regclass('" + table + "') IS NOT NULL") == "t" &&
           db_->ask("SELECT EXISTS (SELECT 1 FROM " + table + ")") == "t";
  };
  for (const auto& table : tables())
    if (has_rows(table.name)) return table.name;
  return has_rows("outbox") ? "outbox" : "";
}

base::Error Target::refused(Code code, const std::string& why) const {
  return fail(code, address_.shown + ": schema " + address_.schema + " " + why, "to");
}

postgresql::Copied Target::copied(const Table& table) {
  return postgresql::copied(*db_, table.name);
}

void Target::write(std::size_t table, const Page& page, const postgresql::Copied& copied) {
  const auto& columns = tables()[table].columns;
  std::vector<postgresql::Array> arrays(columns.size());
  for (const auto& row : page.rows)
    for (std::size_t i = 0; i < columns.size(); ++i)
      arrays[i].add(postgresql::OrNull<std::string_view>{
          !row[i], row[i] ? std::string_view{*row[i]} : std::string_view{}});
  postgresql::Parameters parameters;
  for (const auto& array : arrays) parameters.add(array);
  db_->begin();
  if (!page.rows.empty())
    db_->send(kStatements[table].insert, parameters, postgresql::Pipeline::When::now, {});
  HERALD_POINT("move.page_written");
  postgresql::put_copied(*db_, tables()[table].name, copied);
  HERALD_POINT("move.page_recorded");
  db_->commit();
  HERALD_POINT("move.page_committed");
}

int64_t Target::count(const Table& table) {
  const auto index = static_cast<std::size_t>(&table - tables().data());
  return db_->use(kStatements[index].count)[0].integer(0);
}

void Target::set_ends(const Ends& ends, const std::vector<int64_t>& highest) {
  postgresql::Array states, counts;
  for (const auto& [state, count] : ends.counters) {
    states.add(state);
    counts.add(count);
  }
  db_->begin();
  db_->run(kCounters, states, counts);
  db_->run(kJournalEnd, ends.journal);
  for (std::size_t i = 0; i < highest.size(); ++i)
    if (const auto& table = tables()[i]; table.numbered)
      db_->run(kOwnNumber, std::string_view{table.name}, std::string_view{table.columns[0].name},
               highest[i]);
  db_->run(kItemNumber, ends.item);
  db_->run(kRowBlock, ends.notification);
  HERALD_POINT("move.ends_set");
  db_->commit();
  db_->exec("ANALYZE");
}

void Target::finish(int64_t now_us) {
  HERALD_POINT("move.finishing");
  postgresql::finish_move(*db_, now_us);
}

}  // namespace herald::store::moving
