#include "base/faults.hpp"
#include "store/decided.hpp"
#include "store/sqlite/answers.hpp"
#include "store/sqlite/delivery.hpp"
#include "store/sqlite/gates.hpp"
#include "store/sqlite/inbox.hpp"
#include "store/sqlite/journal.hpp"

namespace herald::store::sqlite {
namespace {

using base::Code;
using base::fail;

const Sql kUpdate{
    "UPDATE notifications SET state = ?, due_at = ?, in_flight = ?, last_seq = ?, progress = ?, "
    "paused_at = ? WHERE rowid = ?"};
const Sql kUpdateChain{"UPDATE notifications SET chain_id = ? WHERE rowid = ?"};
// Without it the events of the run before could not be replayed.
const Sql kKeepChain{
    "INSERT INTO earlier_chains(notification, run, chain_id)"
    " SELECT rowid, ?, chain_id FROM notifications WHERE rowid = ?"};

}  // namespace

base::Result<Applied> apply(WriteState& state, const Apply& request) {
  auto& db = state.db;
  const auto found = state.find(request.id);
  if (!found) return found.error();
  auto& stored = **found;
  const auto& before = stored.notification.progress;
  if (request.append && request.append->notification != request.id)
    return fail(Code::internal, "an inbox item must belong to the notification it is stored with");
  // Somebody's identity changed hands since the item was made.
  if (request.append && request.append->user != stored.notification.head.user)
    return fail(Code::unprocessable, "an inbox item must go to the recipient of its notification");
  Applied out;
  if (request.after_seq && *request.after_seq != stored.notification.seq) {
    out.stale = true;
    out.notification = stored.notification;
    return out;
  }

  const auto now = state.clock.now();
  const auto offset = base::offset_of(state.clock);
  if (request.clock_offset && std::chrono::abs(offset - *request.clock_offset) >= Apply::kClockSet)
    return fail(Code::conflict, "the clock was set while the request waited");
  Decided decided;
  decided.chain = stored.notification.head.chain;
  if (auto ok = decide_all(state.decide, request.events, before, request.new_chain, now, decided);
      !ok)
    return ok.error();
  if (request.append && tells_of_unmade(request.events, decided))
    return fail(Code::unprocessable,
                "the attempt of this inbox item was not begun, so the item is not stored either");
  Parked parked;
  // A receipt may bring the provider's id, under which more of them wait.
  for (std::size_t known = 0; !decided.steps.empty();) {
    auto waiting =
        parked_for(state, known == 0 ? before : decided.steps[known - 1], decided.steps.back());
    if (!waiting) return waiting.error();
    if (waiting->rows.empty()) break;
    known = decided.steps.size();
    if (auto ok = decide_all(state.decide, waiting->receipts, before, {}, now, decided); !ok)
      return ok.error();
    std::move(waiting->receipts.begin(), waiting->receipts.end(),
              std::back_inserter(parked.receipts));
    parked.rows.insert(parked.rows.end(), waiting->rows.begin(), waiting->rows.end());
  }

  HERALD_POINT("store.events_decided");
  // From here on it writes.
  if (request.append) {
    auto appended = append(state, *request.append, stored.rowid, now);
    if (!appended) return appended.error();
    out.item = std::move(appended->item);
    out.evicted = std::move(appended->evicted);
    if (HERALD_MUTANT("append_split")) {
      state.commit();
      state.begin();
    }
  }

  HERALD_POINT("store.item_appended");
  state.cache.changing(stored);
  unpark(state, parked);
  out.parked = std::move(parked.receipts);
  if (withdraws(decided.effects)) out.withdrawn = withdraw(state, request.id);

  out.before = before.state;
  out.attempts_before = before.attempts.size();
  out.evidence_before = before.best_evidence();
  out.effects = std::move(decided.effects);
  auto seq = stored.notification.seq;
  const auto asked = request.events.size();
  for (std::size_t i = 0; i < decided.steps.size(); ++i) {
    if (HERALD_MUTANT("event_not_recorded") && i + 1 == decided.steps.size()) continue;
    write_timeline(db, stored.rowid, ++seq, now,
                   i < asked ? request.events[i] : out.parked[i - asked], decided.steps[i]);
  }
  if (request.rendering) write_rendering(db, stored.rowid, *request.rendering);
  if (!request.asks.empty()) ask(db, stored, request.asks);
  const auto& reached = decided.steps.empty() ? before : decided.steps.back();
  if (reached.answer && !before.answer) write_answer(db, stored, *reached.answer);
  if (reached.answer && (request.append || !before.answer)) {
    out.answered = show_answer(db, request.id, reached.answer->action);
    if (out.item) out.item->answered = reached.answer->action;
  }
  if (!decided.steps.empty()) {
    auto& after = decided.steps.back();
    if (!HERALD_MUTANT("attempt_not_updated") || after.attempts.size() > before.attempts.size())
      write_attempts(db, stored.rowid, before, after);
    write_journal(db, {stored.rowid, stored.notification.seq + 1, seq, before, after});
    auto due = due_column(after);
    if (HERALD_MUTANT("due_forgotten")) due.null = true;
    const auto paused = paused_channel(after, *decided.chain);
    db.run(kUpdate, after.state, due, owed(after), seq, model::to_json_text(after),
           OrNull<std::string_view>{paused.empty(), paused}, stored.rowid);
    if (after.run != before.run) {
      db.run(kKeepChain, before.run, stored.rowid);
      db.run(kUpdateChain, state.chains.store(db, decided.chain), stored.rowid);
      stored.notification.head.chain = decided.chain;
    }
    if (after.state != before.state && !HERALD_MUTANT("counters_drift"))
      state.counters.move(before.state, after.state);
    stored.notification.seq = seq;
    stored.notification.progress = std::move(after);
  }
  HERALD_POINT("store.events_written");
  out.notification = stored.notification;
  return out;
}

}  // namespace herald::store::sqlite
