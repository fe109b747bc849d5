#include "store/postgresql/journal.hpp"

#include <algorithm>

#include "store/decided.hpp"

namespace herald::store::postgresql {
namespace {

const Sql kInsert{
    "WITH entries AS (SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], "
    "$4::smallint[], $5::smallint[], $6::smallint[], $7::smallint[], $8::smallint[]) WITH "
    "ORDINALITY AS e(notification, first_seq, last_seq, before, state, reason, evidence_before, "
    "evidence, nr)), place AS (UPDATE journal_end SET pos = pos + cardinality($1::bigint[]) "
    "RETURNING pos - cardinality($1::bigint[]) AS base) INSERT INTO journal(pos, notification, "
    "first_seq, last_seq, before, state, reason, evidence_before, evidence) SELECT place.base + "
    "nr, notification, first_seq, last_seq, before, state, reason, evidence_before, evidence FROM "
    "place, entries"};
const Sql kEnds{"SELECT (SELECT min(pos) FROM journal), (SELECT max(pos) FROM journal)"};
const Sql kTold{"SELECT min(cursor) FROM webhooks"};
const Sql kPrune{"DELETE FROM journal WHERE pos <= $1"};
const Sql kScan{
    "SELECT j.pos, j.notification, j.first_seq, j.last_seq, j.before, j.state, j.reason, "
    "j.evidence_before, j.evidence, n.id, n.kind, n.producer, n.user_id FROM journal j LEFT JOIN "
    "notifications n ON n.rowid = j.notification WHERE j.pos > $1 ORDER BY j.pos LIMIT $2"};
const Sql kEvents{
    "SELECT at, event FROM timeline WHERE notification = $1 AND seq BETWEEN $2 AND $3 ORDER BY "
    "seq"};
const Sql kEarlier{
    "SELECT event FROM timeline WHERE notification = $1 AND seq < $2 ORDER BY seq DESC"};
const Sql kChannel{
    "SELECT channel FROM attempts WHERE notification = $1 AND run = $2 AND step = $3 AND number = "
    "$4"};
const Sql kContent{"SELECT params, content FROM notifications WHERE rowid = $1"};

/// Rows deleted with one commit.
constexpr uint64_t kPruneAtOnce = 1024;

template <class E>
E enum_at(const Row& row, int column) {
  return static_cast<E>(row.integer(column) & 0xff);
}

/// The attempt that the latest of the events names, or the latest before them.
base::Result<std::optional<model::AttemptRef>> latest_attempt(
    Connection& db, int64_t notification, int64_t first_seq,
    const std::vector<model::Event>& events) {
  for (auto it = events.rbegin(); it != events.rend(); ++it)
    if (auto found = attempt_of(*it)) return found;
  for (const auto row : db.use(kEarlier, notification, first_seq)) {
    auto event = model::event_from_json(row.text(0));
    if (!event) return event.error();
    if (auto found = attempt_of(*event)) return found;
  }
  return std::optional<model::AttemptRef>{};
}

base::Result<void> expand(Connection& db, int64_t notification, int64_t first_seq, bool content,
                          JournalEntry& entry) {
  for (const auto row : db.use(kEvents, notification, first_seq, entry.seq)) {
    entry.at = base::from_unix_us(row.integer(0));
    auto event = model::event_from_json(row.text(1));
    if (!event) return event.error();
    entry.events.push_back(std::move(*event));
  }
  auto attempt = latest_attempt(db, notification, first_seq, entry.events);
  if (!attempt) return attempt.error();
  if (const auto& a = *attempt)
    if (const auto row = db.use(kChannel, notification, a->run, a->step, a->number); !row.empty())
      entry.channel = row[0].string(0);
  if (!content) return {};
  if (const auto row = db.use(kContent, notification); !row.empty()) {
    entry.params_json = row[0].string(0);
    entry.content_json = row[0].string(1);
  }
  return {};
}

}  // namespace

const Sql& journal_insert() { return kInsert; }

void add_journal(Columns& rows, const Recorded& r) {
  rows.add(r.notification, r.first_seq, r.last_seq, r.before.state, r.after.state, r.after.reason,
           r.before.best_evidence(), r.after.best_evidence());
}

bool prune_journal(Connection& db, uint64_t keep) {
  const auto ends = db.use(kEnds);
  const auto first = static_cast<uint64_t>(ends[0].integer(0));
  const auto last = static_cast<uint64_t>(ends[0].integer(1));
  if (last == 0 || last - first < keep) return false;
  // The newest always stays: it tells where the journal ends.
  auto up_to = std::min(last - std::max<uint64_t>(keep, 1), first + kPruneAtOnce - 1);
  if (const auto told = db.use(kTold); !told[0].is_null(0))
    up_to = std::min(up_to, static_cast<uint64_t>(told[0].integer(0)));
  return up_to >= first && static_cast<uint64_t>(db.run(kPrune, up_to)) == kPruneAtOnce;
}

base::Result<JournalPage> journal(Connection& db, const JournalQuery& query) {
  JournalPage page;
  const auto ends = db.use(kEnds);
  page.first = static_cast<uint64_t>(ends[0].integer(0));
  page.last = static_cast<uint64_t>(ends[0].integer(1));
  page.gap = query.after + 1 < page.first;
  page.read_to = query.after;
  for (const auto row : db.use(kScan, query.after, query.scan)) {
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

}  // namespace herald::store::postgresql
