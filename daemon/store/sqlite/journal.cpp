#include "store/sqlite/journal.hpp"

#include <algorithm>

#include "store/decided.hpp"

namespace herald::store::sqlite {
namespace {

const Sql kInsert{
    "INSERT INTO journal(notification, first_seq, last_seq, before, state, reason, "
    "evidence_before, evidence) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"};
const Sql kEnds{"SELECT (SELECT min(pos) FROM journal), (SELECT max(pos) FROM journal)"};
const Sql kTold{"SELECT min(cursor) FROM webhooks"};
const Sql kPrune{"DELETE FROM journal WHERE pos <= ?"};
const Sql kScan{
    "SELECT j.pos, j.notification, j.first_seq, j.last_seq, j.before, j.state, j.reason, "
    "j.evidence_before, j.evidence, n.id, n.kind, n.producer, n.user_id FROM journal j LEFT JOIN "
    "notifications n ON n.rowid = j.notification WHERE j.pos > ? ORDER BY j.pos LIMIT ?"};
const Sql kEvents{
    "SELECT at, event FROM timeline WHERE notification = ? AND seq BETWEEN ? AND ? ORDER BY seq"};
const Sql kEarlier{
    "SELECT event FROM timeline WHERE notification = ? AND seq < ? ORDER BY seq DESC"};
const Sql kChannel{
    "SELECT channel FROM attempts WHERE notification = ? AND run = ? AND step = ? AND number = ?"};
const Sql kContent{"SELECT params, content FROM notifications WHERE rowid = ?"};

/// Rows deleted with one commit.
constexpr uint64_t kPruneAtOnce = 1024;

template <class E>
E enum_at(const Query& row, int column) {
  return static_cast<E>(row.integer(column) & 0xff);
}

/// The attempt that the latest of the events names, or the latest before them.
base::Result<std::optional<model::AttemptRef>> latest_attempt(
    Connection& db, int64_t notification, int64_t first_seq,
    const std::vector<model::Event>& events) {
  for (auto it = events.rbegin(); it != events.rend(); ++it)
    if (auto found = attempt_of(*it)) return found;
  auto row = db.use(kEarlier, notification, first_seq);
  while (row.step()) {
    auto event = model::event_from_json(row.text(0));
    if (!event) return event.error();
    if (auto found = attempt_of(*event)) return found;
  }
  return std::optional<model::AttemptRef>{};
}

base::Result<void> expand(Connection& db, int64_t notification, int64_t first_seq, bool content,
                          JournalEntry& entry) {
  {
    auto row = db.use(kEvents, notification, first_seq, static_cast<int64_t>(entry.seq));
    while (row.step()) {
      entry.at = base::from_unix_us(row.integer(0));
      auto event = model::event_from_json(row.text(1));
      if (!event) return event.error();
      entry.events.push_back(std::move(*event));
    }
  }
  auto attempt = latest_attempt(db, notification, first_seq, entry.events);
  if (!attempt) return attempt.error();
  if (const auto& a = *attempt) {
    auto row = db.use(kChannel, notification, a->run, a->step, a->number);
    if (row.step()) entry.channel = row.string(0);
  }
  if (!content) return {};
  if (auto row = db.use(kContent, notification); row.step()) {
    entry.params_json = row.string(0);
    entry.content_json = row.string(1);
  }
  return {};
}

}  // namespace

void write_journal(Connection& db, const Recorded& r) {
  db.run(kInsert, r.notification, r.first_seq, r.last_seq, r.before.state, r.after.state,
         r.after.reason, r.before.best_evidence(), r.after.best_evidence());
}

int64_t prune_journal(Connection& db, uint64_t keep) {
  uint64_t first = 0, last = 0;
  {
    auto row = db.use(kEnds);
    row.step();
    first = static_cast<uint64_t>(row.integer(0));
    last = static_cast<uint64_t>(row.integer(1));
  }
  if (last == 0 || last - first < keep) return 0;
  // The newest always stays: positions go on from it.
  auto up_to = std::min(last - std::max<uint64_t>(keep, 1), first + kPruneAtOnce - 1);
  if (auto row = db.use(kTold); row.step() && !row.is_null(0))
    up_to = std::min(up_to, static_cast<uint64_t>(row.integer(0)));
  return up_to < first ? 0 : db.run(kPrune, up_to);
}

base::Result<JournalPage> journal(Connection& db, const JournalQuery& query) {
  JournalPage page;
  {
    auto row = db.use(kEnds);
    row.step();
    page.first = static_cast<uint64_t>(row.integer(0));
    page.last = static_cast<uint64_t>(row.integer(1));
  }
  page.gap = query.after + 1 < page.first;
  page.read_to = query.after;
  auto row = db.use(kScan, query.after, query.scan);
  while (row.step()) {
    page.read_to = static_cast<uint64_t>(row.integer(0));
    if (row.is_null(9)) continue;
    JournalEntry entry;
    entry.position = page.read_to;
    entry.seq = static_cast<uint64_t>(row.integer(3));
    entry.before = enum_at<model::State>(row, 4);
    entry.state = enum_at<model::State>(row, 5);
    entry.reason = enum_at<model::Reason>(row, 6);
    entry.evidence_before = enum_at<model::Evidence>(row, 7);
    entry.evidence = enum_at<model::Evidence>(row, 8);
    entry.id = row.string(9);
    entry.kind = row.string(10);
    entry.producer = row.string(11);
    entry.user = row.integer(12);
    if (query.wanted && !query.wanted(entry)) continue;
    if (auto whole = expand(db, row.integer(1), row.integer(2), query.content, entry); !whole)
      return whole.error();
    page.entries.push_back(std::move(entry));
  }
  return page;
}

}  // namespace herald::store::sqlite
