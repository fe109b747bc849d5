#include "store/sqlite/delivery.hpp"

namespace herald::store::sqlite {
namespace {

const Sql kTimeline{
    "INSERT INTO timeline(notification, seq, at, event, state, reason) VALUES (?, ?, ?, ?, ?, ?)"};
const Sql kAttempt{
    "INSERT INTO attempts(notification, run, step, number, round, channel, started, ended, "
    "outcome, reason, detail,"
    " provider_id, evidence, evidence_at, failed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, "
    "?11, ?12, ?13, ?14, ?15)"
    " ON CONFLICT(notification, run, step, number) DO UPDATE SET started = ?7, ended = ?8, outcome "
    "= "
    "?9, reason = ?10, detail = ?11,"
    " provider_id = ?12, evidence = ?13, evidence_at = ?14, failed = ?15"};
const Sql kRendering{
    "INSERT OR REPLACE INTO renderings(notification, run, step, version, body) VALUES (?, ?, ?, ?, "
    "?)"};

OrNull<int64_t> time_or_null(model::TimePoint at) {
  return {at == model::TimePoint{}, base::unix_us(at)};
}

void write_attempt(Connection& db, int64_t notification, const model::Attempt& a) {
  const OrNull<int64_t> outcome{a.in_flight, static_cast<int64_t>(a.outcome.kind)};
  const OrNull<int64_t> reason{a.in_flight, static_cast<int64_t>(a.outcome.reason)};
  db.run(kAttempt, notification, a.run, a.step, a.number, a.round, a.channel,
         base::unix_us(a.started), time_or_null(a.ended), outcome, reason, a.outcome.detail,
         a.provider_id, a.evidence, time_or_null(a.evidence_at), a.failed);
}

}  // namespace

void write_timeline(Connection& db, int64_t notification, int64_t seq, model::TimePoint at,
                    const model::Event& event, const model::Progress& after) {
  db.run(kTimeline, notification, seq, base::unix_us(at), model::to_json_text(event), after.state,
         after.reason);
}

void write_attempts(Connection& db, int64_t notification, const model::Progress& before,
                    const model::Progress& after) {
  for (std::size_t i = 0; i < after.attempts.size(); ++i)
    if (i >= before.attempts.size() || before.attempts[i] != after.attempts[i])
      write_attempt(db, notification, after.attempts[i]);
}

void write_rendering(Connection& db, int64_t notification, const Apply::Rendering& r) {
  db.run(kRendering, notification, r.run, r.step, r.version, r.json);
}

}  // namespace herald::store::sqlite
