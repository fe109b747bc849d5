#include "store/sqlite/retention.hpp"

#include <set>
#include <vector>

#include "base/faults.hpp"

namespace herald::store::sqlite {
namespace {

const Sql kRows{
    "SELECT rowid, id, user_id, state, created, due_at IS NULL AND in_flight = 0 FROM "
    "notifications WHERE rowid > ? ORDER BY rowid LIMIT ?"};
// Its number would be given again, and is still in the journal.
const Sql kNewest{"SELECT max(rowid) FROM notifications"};
const Sql kLatest{"SELECT at FROM timeline WHERE notification = ? ORDER BY seq DESC LIMIT 1"};
const Sql kItem{
    "SELECT gone, 1 + changes, max(seq, coalesce(changed, 0)), gone = 1 AND read = 0 FROM "
    "inbox_items WHERE notification = ?"};
const Sql kMessage{"SELECT 1 FROM webhook_messages WHERE notification = ? LIMIT 1"};
const Sql kOpen{"SELECT 1 FROM questions WHERE notification = ? AND answered IS NULL"};
const Sql kTold{"SELECT min(cursor) FROM webhooks"};
const Sql kJournalEnd{"SELECT max(pos) FROM journal"};
const Sql kUntold{"SELECT notification FROM journal WHERE pos > ?"};

const Sql kForgetItem{"DELETE FROM inbox_items WHERE notification = ?"};
const Sql kTally{
    "UPDATE inbox_users SET forgotten = forgotten + ?, forgotten_to = max(forgotten_to, ?), "
    "older_unread = older_unread - ? WHERE user_id = ?"};
const Sql kForgetAnswer{"DELETE FROM answers WHERE notification = ?"};
// Everything else about it goes with it (ON DELETE CASCADE).
const Sql kForget{"DELETE FROM notifications WHERE rowid = ?"};

struct Row : Ended {
  std::string id;
  model::UserId user = 0;
  model::State state{};
  int64_t numbers = 0, last_number = 0, older_unread = 0;  ///< of its item
  bool has_item = false;
};

int64_t number(Query row) { return row.step() ? row.integer(0) : 0; }

/// Notifications with entries of the journal that a webhook has yet to be told of; nothing when
/// those are too many.
std::optional<std::set<int64_t>> untold(Connection& db) {
  std::set<int64_t> out;
  int64_t told = 0;
  {
    auto row = db.use(kTold);
    if (!row.step() || row.is_null(0)) return out;
    told = row.integer(0);
  }
  if (number(db.use(kJournalEnd)) - told > kCloseBehind) return std::nullopt;
  auto row = db.use(kUntold, told);
  while (row.step()) out.insert(row.integer(0));
  return out;
}

std::vector<Row> rows_after(Connection& db, int64_t after) {
  std::vector<Row> out;
  auto row = db.use(kRows, after, kLookedAtOnce);
  while (row.step()) {
    auto& r = out.emplace_back();
    r.row = row.integer(0);
    r.id = row.string(1);
    r.user = row.integer(2);
    r.state = static_cast<model::State>(row.integer(3));
    r.created = base::from_unix_us(row.integer(4));
    r.over = row.integer(5) != 0 && model::is_ended(r.state);
  }
  return out;
}

bool goes(WriteState& state, Row& r, model::TimePoint cutoff) {
  auto& db = state.db;
  if (!r.over || r.created > cutoff) return false;
  r.latest = base::from_unix_us(number(db.use(kLatest, r.row)));
  if (auto item = db.use(kItem, r.row); item.step()) {
    r.has_item = true;
    r.listed = item.integer(0) == 0;
    r.numbers = item.integer(1);
    r.last_number = item.integer(2);
    r.older_unread = item.integer(3);
  }
  r.messages = db.use(kMessage, r.id).step();
  if (!may_go(r, cutoff)) return false;
  if (!db.use(kOpen, r.row).step()) return true;
  const auto stored = load(db, state.chains, r.row);
  return stored && question_is_over(stored->notification.progress, cutoff);
}

void forget(WriteState& state, const Row& r) {
  auto& db = state.db;
  if (r.has_item) {
    db.run(kForgetItem, r.row);
    db.run(kTally, r.numbers, r.last_number, r.older_unread, r.user);
  }
  db.run(kForgetAnswer, r.row);
  db.run(kForget, r.row);
  state.counters.leave(r.state);
  state.cache.erase(r.id);
}

}  // namespace

Retention::Found forget_ended(WriteState& state, const Retention::Turn& turn) {
  auto& db = state.db;
  Retention::Found found;
  const auto waiting = untold(db);
  found.held = !waiting;
  if (!waiting) return found;
  const auto newest = number(db.use(kNewest));
  for (auto& r : rows_after(db, turn.after)) {
    if (found.gone == kDeletedAtOnce) {
      // The rest of them in the next turn.
      found.looked = kLookedAtOnce;
      break;
    }
    found.last = r.row;
    ++found.looked;
    found.old = found.old || r.created <= turn.cutoff;
    if (r.row == newest || waiting->count(r.row) != 0 || !goes(state, r, turn.cutoff)) {
      if (!found.kept) found.kept = r.created;
      continue;
    }
    forget(state, r);
    HERALD_POINT("store.forgotten");
    ++found.gone;
  }
  return found;
}

}  // namespace herald::store::sqlite
