#include <algorithm>

#include "store/sqlite/audit.hpp"
#include "store/sqlite/delivery.hpp"

namespace herald::store::sqlite {
namespace {

// In the order of notifications, so that both are read once, side by side. The sort of the journal
// is SQLite's own and leaves memory for a temporary file when it is large.
const Sql kRows{
    "/* audit */ SELECT notification, pos, first_seq, last_seq, before, state, reason,"
    " evidence_before, evidence FROM journal ORDER BY notification, pos"};
const Sql kNotifications{
    "/* audit */ SELECT rowid, id, created, last_seq FROM notifications ORDER BY rowid"};
const Sql kEntry{"SELECT state, reason FROM timeline WHERE notification = ? AND seq = ?"};
const Sql kEnds{"/* audit */ SELECT count(*), min(pos), max(pos) FROM journal"};
const Sql kGaps{
    "/* audit */ SELECT j.pos FROM journal j WHERE j.pos > ?1 AND NOT EXISTS (SELECT 1 FROM journal"
    " b WHERE b.pos = j.pos - 1) ORDER BY j.pos LIMIT ?2"};
const Sql kSince{"/* audit */ SELECT applied FROM schema_version WHERE version = ?"};
const Sql kCursors{
    "/* audit */ SELECT name, cursor FROM webhooks WHERE cursor < ?1 OR cursor > ?2"};
const Sql kMessages{
    "/* audit */ SELECT webhook, pos, notification FROM webhook_messages WHERE pos < 1 OR pos > ?"
    " LIMIT ?"};
const Sql kStrangers{
    "/* audit */ SELECT m.webhook, m.pos, m.notification FROM webhook_messages m LEFT JOIN"
    " notifications n ON n.id = m.notification WHERE n.rowid IS NULL LIMIT ?"};

/// The migration that made the journal: what was recorded before has no rows.
constexpr int kJournalMigration = 3;

struct Ends {
  int64_t count = 0, first = 0, last = 0;
};
Ends ends(Connection& db) {
  auto row = db.use(kEnds);
  row.step();
  return {row.integer(0), row.integer(1), row.integer(2)};
}

/// What the journal says of one notification after the other.
class JournalAudit {
 public:
  JournalAudit(Connection& db, const Ends& ends, std::vector<BrokenRow>& broken)
      : db_{db}, whole_{ends.first <= 1}, broken_{broken} {
    if (auto row = db.use(kSince, kJournalMigration); row.step()) since_ = row.integer(0);
  }

  void run(std::size_t limit) {
    auto entry = db_.use(kRows);
    bool left = entry.step();
    auto notification = db_.use(kNotifications);
    while (notification.step() && broken_.size() < limit) {
      const auto rowid = notification.integer(0);
      // An entry whose notification is gone tells nothing and is passed over.
      while (left && entry.integer(0) < rowid) left = entry.step();
      begin(notification);
      for (; left && entry.integer(0) == rowid; left = entry.step()) look(entry);
      end();
    }
  }

 private:
  struct After {
    int64_t seq = 0, state = 0, evidence = 0;
  };

  void begin(const Query& notification) {
    rowid_ = notification.integer(0);
    id_ = notification.string(1);
    from_the_start_ = whole_ && notification.integer(2) >= since_;
    last_seq_ = notification.integer(3);
    known_ = from_the_start_;
    after_ = {};
    pos_ = 0;
  }
  void look(const Query& entry) {
    pos_ = entry.integer(1);
    const auto first = entry.integer(2), last = entry.integer(3);
    check("journal.first_seq",
          known_ ? after_.seq + 1 : std::max<int64_t>(1, std::min(first, last)), first);
    const auto before =
        known_ && after_.seq + 1 == first ? after_.state : state_at(first - 1).first;
    check("journal.before", before, entry.integer(4));
    const auto [state, reason] = state_at(last);
    check("journal.state", state, entry.integer(5));
    check("journal.reason", reason, entry.integer(6));
    if (known_) check("journal.evidence_before", after_.evidence, entry.integer(7));
    check("journal.evidence", std::max(entry.integer(7), entry.integer(8)), entry.integer(8));
    after_ = {last, entry.integer(5), entry.integer(8)};
    known_ = true;
  }
  void end() {
    if (known_ && pos_ != 0) return check("journal.last_seq", last_seq_, after_.seq);
    if (from_the_start_ && last_seq_ > 0)
      broken_.push_back({"journal", "none", id_, "journal.missing",
                         "events 1 to " + std::to_string(last_seq_), "no row"});
  }
  void check(const char* rule, int64_t expected, int64_t found) {
    if (expected == found) return;
    broken_.push_back({"journal", std::to_string(pos_), id_, rule, std::to_string(expected),
                       std::to_string(found)});
  }
  /// State and reason after an event; those of a new notification before the first.
  std::pair<int64_t, int64_t> state_at(int64_t seq) {
    if (seq <= 0) return {static_cast<int64_t>(model::State::queued), 0};
    auto row = db_.use(kEntry, rowid_, seq);
    if (!row.step()) return {-1, -1};
    return {row.integer(0), row.integer(1)};
  }

  Connection& db_;
  const bool whole_;  ///< nothing of the journal was deleted yet
  std::vector<BrokenRow>& broken_;
  int64_t since_ = INT64_MAX;

  int64_t rowid_ = 0, last_seq_ = 0, pos_ = 0;
  std::string id_;
  bool from_the_start_ = false, known_ = false;
  After after_;
};

}  // namespace

void audit_journal(Connection& db, std::size_t limit, std::vector<BrokenRow>& broken) {
  const auto at = ends(db);
  if (at.count > 0 && at.last - at.first + 1 != at.count) {
    auto row = db.use(kGaps, at.first, limit);
    while (row.step())
      broken.push_back({"journal",
                        std::to_string(row.integer(0)),
                        {},
                        "journal.pos",
                        "a row at position " + std::to_string(row.integer(0) - 1),
                        "none"});
  }
  JournalAudit{db, at, broken}.run(limit);
}

void audit_webhooks(Connection& db, std::size_t limit, std::vector<BrokenRow>& broken) {
  const auto at = ends(db);
  const auto lowest = std::max<int64_t>(0, at.first - 1);
  {
    auto row = db.use(kCursors, lowest, at.last);
    while (row.step())
      broken.push_back({"webhooks",
                        row.string(0),
                        {},
                        "webhooks.cursor",
                        std::to_string(lowest) + " to " + std::to_string(at.last),
                        std::to_string(row.integer(1))});
  }
  const auto name = [](const Query& row) {
    return row.string(0) + "/" + std::to_string(row.integer(1));
  };
  {
    auto row = db.use(kMessages, at.last, limit);
    while (row.step())
      broken.push_back({"webhook_messages", name(row), row.string(2), "webhook_messages.pos",
                        "1 to " + std::to_string(at.last), std::to_string(row.integer(1))});
  }
  auto row = db.use(kStrangers, limit);
  while (row.step())
    broken.push_back({"webhook_messages", name(row), row.string(2), "webhook_messages.notification",
                      "the id of a notification", "no notification has it"});
}

}  // namespace herald::store::sqlite
