#include "base/faults.hpp"
#include "store/decided.hpp"
#include "store/postgresql/answers.hpp"
#include "store/postgresql/delivery.hpp"
#include "store/postgresql/journal.hpp"
#include "store/postgresql/since.hpp"

namespace herald::store::postgresql {
namespace {

using base::Code;
using base::fail;

/// Puts what was decided into what the transaction holds.
void hold(WriteState& state, const Apply& request, Held& stored, Decided& decided, Applied& out,
          model::TimePoint now) {
  auto& notification = stored.notification;
  const auto& before = notification.progress;
  auto seq = notification.seq;
  const auto asked = request.events.size();
  for (std::size_t i = 0; i < decided.steps.size(); ++i) {
    if (HERALD_MUTANT("event_not_recorded") && i + 1 == decided.steps.size()) continue;
    const auto& event = i < asked ? request.events[i] : out.parked[i - asked];
    state.timeline.add(stored.rowid, ++seq, base::unix_us(now), model::to_json_text(event),
                       decided.steps[i].state, decided.steps[i].reason);
  }
  if (request.rendering)
    state.notifications.render(stored.rowid, request.rendering->run, request.rendering->step,
                               request.rendering->version, request.rendering->json);
  if (!request.asks.empty()) ask(state, stored, request.asks);
  const auto& reached = decided.steps.empty() ? before : decided.steps.back();
  if (reached.answer && !before.answer) write_answer(state, stored, *reached.answer);
  if (reached.answer && (request.append || !before.answer)) {
    out.answered = state.inboxes.show_answer(state.db, stored.rowid, reached.answer->action);
    if (out.item) out.item->answered = reached.answer->action;
  }
  if (decided.steps.empty()) return;
  auto& after = decided.steps.back();
  add_journal(state.journal, {stored.rowid, notification.seq + 1, seq, before, after});
  if (after.run != before.run) {
    state.notifications.keep_chain(state.db, stored.rowid, before.run,
                                   state.chains.store(state.db, notification.head.chain));
    notification.head.chain = decided.chain;
  }
  if (after.state != before.state && !HERALD_MUTANT("counters_drift"))
    state.counters.move(before.state, after.state);
  Notifications::changing(stored);
  notification.seq = seq;
  notification.progress = std::move(after);
}

}  // namespace

base::Result<Applied> apply(WriteState& state, const Apply& request) {
  auto& db = state.db;
  const auto found = state.notifications.find(db, state.chains, request.id);
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
    out.by_others = state.lease != nullptr &&
                    !recorded_since(db, stored.rowid, *request.after_seq, request.events);
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
  Parking::Waiting parked;
  // A receipt may bring the provider's id, under which more of them wait.
  for (std::size_t known = 0; !decided.steps.empty();) {
    auto waiting = state.parking.waiting_for(db, known == 0 ? before : decided.steps[known - 1],
                                             decided.steps.back(), now);
    if (!waiting) return waiting.error();
    if (waiting->rows.empty()) break;
    known = decided.steps.size();
    if (auto ok = decide_all(state.decide, waiting->receipts, before, {}, now, decided); !ok)
      return ok.error();
    std::move(waiting->receipts.begin(), waiting->receipts.end(),
              std::back_inserter(parked.receipts));
    parked.rows.insert(parked.rows.end(), waiting->rows.begin(), waiting->rows.end());
  }

  HERALD_POINT("pg.events_decided");
  // From here on it changes what the transaction holds.
  if (request.append) {
    auto appended = state.inboxes.append(db, *request.append, stored.rowid, now,
                                         state.settings.keep.load(std::memory_order_relaxed));
    if (!appended) return appended.error();
    out.item = std::move(appended->item);
    out.evicted = std::move(appended->evicted);
    if (HERALD_MUTANT("append_split")) {
      state.inboxes.flush(db);
      db.commit();
      db.begin();
    }
  }
  HERALD_POINT("pg.item_appended");

  state.parking.remove(parked);
  out.parked = std::move(parked.receipts);
  if (withdraws(decided.effects)) out.withdrawn = state.inboxes.withdraw(db, stored.rowid);

  out.before = before.state;
  out.attempts_before = before.attempts.size();
  out.evidence_before = before.best_evidence();
  out.effects = std::move(decided.effects);
  hold(state, request, stored, decided, out, now);
  out.notification = stored.notification;
  return out;
}

}  // namespace herald::store::postgresql
