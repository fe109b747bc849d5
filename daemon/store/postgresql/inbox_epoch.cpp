#include "store/postgresql/inbox_epoch.hpp"

#include "store/epoch.hpp"
#include "store/postgresql/lease.hpp"
#include "store/postgresql/people.hpp"

namespace herald::store::postgresql {
namespace {

const Sql kLine{
    "/* session */ SELECT concat_ws(':', (SELECT system_identifier FROM pg_control_system()), "
    "substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8), (SELECT oid FROM pg_database WHERE "
    "datname = current_database()), to_regclass('inbox_epoch')::oid)"};
const Sql kStored{"SELECT epoch, line FROM inbox_epoch WHERE one = 1"};
const Sql kLastSeq{"SELECT last_seq FROM inbox_users WHERE user_id = $1"};
// Of nodes that connect at once the first one settles it.
const Sql kPut{
    "INSERT INTO inbox_epoch(one, epoch, line) VALUES (1, $1, $2) ON CONFLICT (one) DO UPDATE SET "
    "epoch = EXCLUDED.epoch, line = EXCLUDED.line WHERE inbox_epoch.line <> EXCLUDED.line"};

bool has(Connection& db, const Drawn& drawn) {
  const auto rows = db.use(kLastSeq, drawn.user);
  return !rows.empty() && rows[0].integer(0) >= drawn.seq;
}

}  // namespace

std::string inbox_line(Connection& db) { return db.use(kLine)[0].string(0); }

void InboxEpoch::settle(Connection& db, const Lease* lease) {
  const auto line = inbox_line(db);
  const auto stored = db.use(kStored);
  if (newest_ && !has(db, *newest_)) {
    ++losses_;
    newest_.reset();
  }
  if (!stored.empty() && stored[0].text(1) == line) {
    // What was in doubt when the connection went may be there, and be told to somebody.
    newest_.reset();
    return;
  }
  // What the other nodes committed last, this one does not know.
  const bool goes_on = lease == nullptr && !stored.empty() && newest_;
  db.begin();
  if (lease != nullptr) lease->hold(db);
  if (!stored.empty()) {
    lock_directory(db);
    leave_ids_out(db);
  }
  db.run(kPut, goes_on ? stored[0].integer(0) : fresh_epoch(), line);
  db.commit();
}

}  // namespace herald::store::postgresql
