#include "store/postgresql/retention.hpp"

#include <map>
#include <optional>
#include <set>

#include "base/faults.hpp"

namespace herald::store::postgresql {
namespace {

const Sql kRows{
    "SELECT n.rowid, n.id, n.user_id, n.state, n.created, n.last_seq, (n.due_at IS NULL AND "
    "n.in_flight = 0)::int, (SELECT t.at FROM timeline t WHERE t.notification = n.rowid ORDER BY "
    "t.seq DESC LIMIT 1), (SELECT i.gone FROM inbox_items i WHERE i.notification = n.rowid), "
    "(SELECT 1 FROM webhook_messages m WHERE m.notification = n.id LIMIT 1), (SELECT 1 FROM "
    "questions q WHERE q.notification = n.rowid AND q.answered IS NULL) FROM notifications n WHERE "
    "n.rowid > $1 ORDER BY n.rowid LIMIT $2"};
const Sql kTold{"SELECT min(cursor) FROM webhooks"};
const Sql kJournalEnd{"SELECT max(pos) FROM journal"};
const Sql kUntold{"SELECT notification FROM journal WHERE pos > $1"};

// In the order of all writers: notifications, then people. Nobody is waited for.
const Sql kLock{
    "SELECT rowid, last_seq FROM notifications WHERE rowid = ANY($1::bigint[]) ORDER BY rowid FOR "
    "UPDATE SKIP LOCKED"};
const Sql kLockPeople{
    "SELECT user_id FROM inbox_users WHERE user_id = ANY($1::bigint[]) ORDER BY user_id FOR UPDATE "
    "SKIP LOCKED"};
const Sql kForget{
    "WITH items AS (DELETE FROM inbox_items WHERE notification = ANY($1::bigint[]) AND gone <> 0 "
    "RETURNING user_id, seq, changed, changes, gone, read), tallies AS (UPDATE inbox_users u SET "
    "forgotten = u.forgotten + i.numbers, forgotten_to = greatest(u.forgotten_to, i.newest), "
    "older_unread = u.older_unread - i.unread FROM (SELECT user_id, sum(1 + changes)::bigint AS "
    "numbers, max(greatest(seq, changed)) AS newest, count(*) FILTER (WHERE gone = 1 AND read = 0) "
    "AS unread FROM items GROUP BY user_id) i WHERE u.user_id = i.user_id), of_timeline AS (DELETE "
    "FROM timeline WHERE notification = ANY($1::bigint[])), of_attempts AS (DELETE FROM attempts "
    "WHERE notification = ANY($1::bigint[])), of_renderings AS (DELETE FROM renderings WHERE "
    "notification = ANY($1::bigint[])), of_chains AS (DELETE FROM earlier_chains WHERE "
    "notification = ANY($1::bigint[])), of_questions AS (DELETE FROM questions WHERE notification "
    "= ANY($1::bigint[])), of_answers AS (DELETE FROM answers WHERE notification = "
    "ANY($1::bigint[])) DELETE FROM notifications WHERE rowid = ANY($1::bigint[]) RETURNING state"};

struct Candidate {
  int64_t seq = 0;
  model::UserId inbox = 0;  ///< who has an item of it; 0: nobody
};
using Candidates = std::map<int64_t, Candidate>;  ///< by row

/// Notifications with entries of the journal that a webhook has yet to be told of; nothing when
/// those are too many.
std::optional<std::set<int64_t>> untold(Connection& db) {
  std::set<int64_t> out;
  const auto told = db.use(kTold);
  if (told[0].is_null(0)) return out;
  const auto cursor = told[0].integer(0);
  if (db.use(kJournalEnd)[0].integer(0) - cursor > kCloseBehind) return std::nullopt;
  for (const auto row : db.use(kUntold, cursor)) out.insert(row.integer(0));
  return out;
}

bool goes(WriteState& state, const Row& row, const Ended& ended, model::TimePoint cutoff) {
  if (!may_go(ended, cutoff)) return false;
  if (row.is_null(10)) return true;
  const auto stored = load(state.db, state.chains, row.text(1));
  return stored && question_is_over(stored->notification.progress, cutoff);
}

Candidates look(WriteState& state, const Retention::Turn& turn, const std::set<int64_t>& untold,
                Retention::Found& found) {
  Candidates out;
  for (const auto row : state.db.use(kRows, turn.after, kLookedAtOnce)) {
    if (out.size() == kDeletedAtOnce) {
      // The rest of them in the next turn.
      found.looked = kLookedAtOnce;
      break;
    }
    Ended ended;
    ended.row = row.integer(0);
    ended.over = row.integer(6) != 0 && model::is_ended(static_cast<model::State>(row.integer(3)));
    ended.created = base::from_unix_us(row.integer(4));
    ended.latest = base::from_unix_us(row.integer(7));
    ended.listed = !row.is_null(8) && row.integer(8) == 0;
    ended.messages = !row.is_null(9);
    found.last = ended.row;
    ++found.looked;
    found.old = found.old || ended.created <= turn.cutoff;
    if (untold.count(ended.row) == 0 && goes(state, row, ended, turn.cutoff))
      out[ended.row] = {row.integer(5), row.is_null(8) ? 0 : row.integer(2)};
    else if (!found.kept)
      found.kept = ended.created;
  }
  return out;
}

/// Those of them that are ours now, and as they were looked at.
Array locked(Connection& db, const Candidates& candidates) {
  Array rows, people, out;
  for (const auto& [row, candidate] : candidates) {
    rows.add(row);
    if (candidate.inbox != 0) people.add(candidate.inbox);
  }
  const auto held = db.use(kLock, rows);
  std::set<int64_t> inboxes{0};
  for (const auto person : db.use(kLockPeople, people)) inboxes.insert(person.integer(0));
  for (const auto row : held) {
    const auto& candidate = candidates.at(row.integer(0));
    if (candidate.seq == row.integer(1) && inboxes.count(candidate.inbox) != 0)
      out.add(row.integer(0));
  }
  return out;
}

}  // namespace

Retention::Found forget_ended(WriteState& state, const Retention::Turn& turn) {
  Retention::Found found;
  const auto waiting = untold(state.db);
  found.held = !waiting;
  if (!waiting) return found;
  const auto candidates = look(state, turn, *waiting, found);
  if (candidates.empty()) return found;
  const auto rows = locked(state.db, candidates);
  if (rows.empty()) return found;
  for (const auto row : state.db.use(kForget, rows)) {
    state.counters.leave(static_cast<model::State>(row.integer(0)));
    ++found.gone;
  }
  HERALD_POINT("pg.forgotten");
  return found;
}

}  // namespace herald::store::postgresql
