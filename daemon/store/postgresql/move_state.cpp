#include "store/postgresql/move_state.hpp"

namespace herald::store::postgresql {
namespace {

const Sql kThere{"/* move */ SELECT (to_regclass('store_move') IS NOT NULL)::int"};
const Sql kState{
    "/* move */ SELECT source, fingerprint, (finished IS NOT NULL)::int FROM store_move"};
const Sql kBegin{
    "/* move */ INSERT INTO store_move(one, source, fingerprint, started) VALUES (1, $1, $2, $3)"};
const Sql kFinish{"/* move */ UPDATE store_move SET finished = $1"};
const Sql kCopied{
    "/* move */ SELECT rows, complete::int, cardinality(after), after[1], after[2], after[3], "
    "after[4] FROM store_move_tables WHERE name = $1"};
const Sql kPut{
    "/* move */ INSERT INTO store_move_tables(name, rows, after, complete) VALUES ($1, $2, "
    "$3::text[], $4::int::boolean) ON CONFLICT (name) DO UPDATE SET rows = excluded.rows, after = "
    "excluded.after, complete = excluded.complete"};

constexpr int kFirstKeyColumn = 3;

}  // namespace

std::optional<MoveState> move_state(Connection& db) {
  if (db.use(kThere)[0].integer(0) == 0) return std::nullopt;
  const auto rows = db.use(kState);
  return MoveState{rows[0].string(0), rows[0].string(1), rows[0].integer(2) != 0};
}

base::Result<void> check_moved(Connection& db, const Address& address) {
  const auto state = move_state(db);
  if (!state || state->finished) return {};
  return base::fail(base::Code::invalid,
                    address.shown + ": schema " + address.schema + " is only a part of " +
                        state->source +
                        ": run heraldd migrate-store again, it goes on where it stopped",
                    "storage.url");
}

void begin_move(Connection& db, const MoveState& state, int64_t now_us) {
  db.begin();
  db.exec(
      "CREATE TABLE store_move (one smallint PRIMARY KEY CHECK (one = 1), source text NOT NULL, "
      "fingerprint text NOT NULL, started bigint NOT NULL, finished bigint);"
      "CREATE TABLE store_move_tables (name text PRIMARY KEY, rows bigint NOT NULL, after text[] "
      "NOT NULL, complete boolean NOT NULL)");
  db.run(kBegin, state.source, state.fingerprint, now_us);
  db.commit();
}

void finish_move(Connection& db, int64_t now_us) {
  db.begin();
  db.run(kFinish, now_us);
  db.commit();
}

Copied copied(Connection& db, const std::string& table) {
  Copied out;
  const auto rows = db.use(kCopied, table);
  if (rows.empty()) return out;
  out.rows = rows[0].integer(0);
  out.all = rows[0].integer(1) != 0;
  for (int i = 0; i < rows[0].integer(2); ++i)
    out.after.push_back(rows[0].string(kFirstKeyColumn + i));
  return out;
}

void put_copied(Connection& db, const std::string& table, const Copied& copied) {
  Array after;
  for (const auto& part : copied.after) after.add(part);
  db.run(kPut, table, copied.rows, after, copied.all);
}

}  // namespace herald::store::postgresql
