#include <algorithm>

#include "store/items.hpp"
#include "store/postgresql/audit.hpp"

namespace herald::store::postgresql {
namespace {

// All by ranges of the notification's row, so that they can be merged and every page costs the
// same.
const Sql kNotifications{
    "/* audit */ SELECT n.rowid, n.id, n.kind, n.user_id, coalesce(u.provider, 1), n.created, "
    "n.not_before, "
    "n.expires, n.chain_id, n.state, n.due_at, n.in_flight, n.last_seq, n.progress, n.paused_at"
    " FROM notifications n LEFT JOIN users u ON u.id = n.user_id"
    " WHERE n.rowid >= $1 AND n.rowid < $2 ORDER BY n.rowid"};
const Sql kTimeline{
    "/* audit */ SELECT notification, seq, at, state, reason, event FROM timeline"
    " WHERE notification >= $1 AND notification < $2 ORDER BY notification, seq"};
const Sql kAttempts{
    "/* audit */ SELECT notification, run, step, number, round, channel, started, ended, outcome, "
    "reason, "
    "detail, provider_id, evidence, evidence_at, failed FROM attempts"
    " WHERE notification >= $1 AND notification < $2 ORDER BY notification, run, step, number"};
const Sql kItems{
    "/* audit */ SELECT i.notification, i.id, i.user_id, i.conversation, c.user_id, i.answered "
    "FROM "
    "inbox_items i"
    " LEFT JOIN conversations c ON c.id = i.conversation"
    " WHERE i.notification >= $1 AND i.notification < $2 ORDER BY i.notification"};
const Sql kEarlierChains{
    "/* audit */ SELECT notification, run, chain_id FROM earlier_chains"
    " WHERE notification >= $1 AND notification < $2 ORDER BY notification, run"};
const Sql kQuestions{
    "/* audit */ SELECT notification, user_id, actions, answered FROM questions"
    " WHERE notification >= $1 AND notification < $2 ORDER BY notification"};
const Sql kAnswers{
    "/* audit */ SELECT notification, user_id, id, action, channel FROM answers"
    " WHERE notification >= $1 AND notification < $2 ORDER BY notification"};
const Sql kRenderings{
    "/* audit */ SELECT notification FROM renderings WHERE notification >= $1 AND notification < $2"
    " ORDER BY notification"};

/// Rows of one table, whose first column is the notification they belong to, in its order.
class Cursor {
 public:
  Cursor(Connection& db, const Sql& sql, int64_t from, int64_t to) : rows_{db.use(sql, from, to)} {
    look();
  }
  /// INT64_MAX behind the last row.
  int64_t notification() const { return notification_; }
  template <class F>
  void each_of(int64_t notification, F&& f) {
    while (notification_ == notification) {
      f(rows_[next_++]);
      look();
    }
  }

 private:
  void look() { notification_ = next_ < rows_.size() ? rows_[next_].integer(0) : INT64_MAX; }
  Rows rows_;
  std::size_t next_ = 0;
  int64_t notification_ = 0;
};

std::optional<int64_t> maybe(const Row& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return row.integer(column);
}

/// Null when the chain is missing or cannot be understood.
model::ChainPtr chain_of(ReadState& state, int64_t id) {
  auto chain = state.chains.load(state.db, id);
  return chain ? std::move(*chain) : nullptr;
}

void fill(ReadState& state, const Row& row, Dossier& out) {
  out.stored = true;
  out.id = row.text(1);
  out.kind = row.text(2);
  out.user = row.integer(3);
  out.provider = row.integer(4) != 0;
  out.created = row.integer(5);
  out.not_before = row.integer(6);
  out.expires = row.integer(7);
  out.chain = chain_of(state, row.integer(8));
  out.state = row.integer(9);
  out.due_at = maybe(row, 10);
  out.in_flight = row.integer(11);
  out.last_seq = row.integer(12);
  if (!row.is_null(13)) out.progress = row.text(13);
  if (!row.is_null(14)) out.paused_at = row.text(14);
}

Dossier::AttemptRow attempt(const Row& row) {
  Dossier::AttemptRow out;
  out.run = row.integer(1);
  out.step = row.integer(2);
  out.number = row.integer(3);
  out.round = row.integer(4);
  out.channel = row.text(5);
  out.started = row.integer(6);
  out.ended = maybe(row, 7);
  out.outcome = maybe(row, 8);
  out.reason = maybe(row, 9);
  out.detail = row.text(10);
  out.provider_id = row.text(11);
  out.evidence = row.integer(12);
  out.evidence_at = maybe(row, 13);
  out.failed = row.integer(14);
  return out;
}

}  // namespace

void read_dossiers(ReadState& state, int64_t from, int64_t to,
                   std::optional<model::TimePoint> since,
                   const std::function<void(const Dossier&)>& each) {
  auto& db = state.db;
  Cursor notifications{db, kNotifications, from, to};
  Cursor timeline{db, kTimeline, from, to}, attempts{db, kAttempts, from, to};
  Cursor items{db, kItems, from, to}, chains{db, kEarlierChains, from, to};
  Cursor renderings{db, kRenderings, from, to};
  Cursor questions{db, kQuestions, from, to}, answers{db, kAnswers, from, to};
  for (;;) {
    int64_t next = INT64_MAX;
    for (const auto* cursor :
         {&notifications, &timeline, &attempts, &items, &chains, &renderings, &questions, &answers})
      next = std::min(next, cursor->notification());
    if (next == INT64_MAX) return;

    Dossier out;
    out.rowid = next;
    notifications.each_of(next, [&](const Row& row) { fill(state, row, out); });
    const bool wanted = !since || (out.stored && out.created >= base::unix_us(*since));
    timeline.each_of(next, [&](const Row& row) {
      if (wanted)
        out.timeline.push_back(
            {row.integer(1), row.integer(2), row.integer(3), row.integer(4), row.string(5)});
    });
    attempts.each_of(next, [&](const Row& row) {
      if (wanted) out.attempts.push_back(attempt(row));
    });
    items.each_of(next, [&](const Row& row) {
      out.items.push_back(
          {row.integer(1), row.integer(2), maybe(row, 3), maybe(row, 4), row.string(5)});
    });
    chains.each_of(next, [&](const Row& row) {
      out.earlier_chains.push_back({row.integer(1), chain_of(state, row.integer(2))});
    });
    questions.each_of(next, [&](const Row& row) {
      out.questions.push_back({row.integer(1), read_actions(row.text(2)), maybe(row, 3)});
    });
    answers.each_of(next, [&](const Row& row) {
      out.answers.push_back({row.integer(1), row.string(2), row.string(3), row.string(4)});
    });
    renderings.each_of(next, [&](const Row&) { ++out.renderings; });
    if (wanted) each(out);
  }
}

}  // namespace herald::store::postgresql
