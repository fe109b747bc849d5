#include "base/faults.hpp"
#include "store/sqlite/delivery.hpp"
#include "store/sqlite/gates.hpp"
#include "store/sqlite/inbox.hpp"

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

/// The progress after each event, and the effects of all; nothing is written yet.
struct Decided {
  std::vector<model::Progress> steps;
  std::vector<model::Effect> effects;
  model::ChainPtr chain;  ///< of the run that is reached
};

base::Result<Decided> decide_all(const WriteState& state, const Apply& request,
                                 const model::Notification& stored, model::TimePoint now) {
  Decided out;
  out.steps.reserve(request.events.size());
  out.chain = stored.head.chain;
  const auto* present = &stored.progress;
  try {
    for (const auto& event : request.events) {
      auto decision = state.decide(*present, event, *out.chain, now);
      if (request.new_chain && std::holds_alternative<model::event::Redrive>(event)) {
        // The new chain decides from the run on that it begins; a redrive that is refused keeps the
        // old one. So a replay knows the chain of every event by its run.
        auto begun = state.decide(*present, event, *request.new_chain, now);
        if (begun.next.run != present->run) {
          decision = std::move(begun);
          out.chain = request.new_chain;
        }
      }
      out.steps.push_back(std::move(decision.next));
      present = &out.steps.back();
      for (auto& effect : decision.effects) out.effects.push_back(std::move(effect));
    }
  } catch (const std::exception& error) {
    return fail(Code::internal, "the event cannot be applied to notification " + stored.head.id +
                                    ": " + std::string{error.what()});
  }
  return out;
}

}  // namespace

base::Result<Applied> apply(WriteState& state, const Apply& request) {
  auto& db = state.db;
  const auto found = state.find(request.id);
  if (!found) return found.error();
  auto& stored = **found;
  const auto& before = stored.notification.progress;
  if (request.append && request.append->notification != request.id)
    return fail(Code::internal, "an inbox item must belong to the notification it is stored with");

  const auto now = state.clock.now();
  auto decided = decide_all(state, request, stored.notification, now);
  if (!decided) return decided.error();

  HERALD_POINT("store.events_decided");

  Applied out;
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
  out.before = before.state;
  out.evidence_before = before.best_evidence();
  out.effects = std::move(decided->effects);
  auto seq = stored.last_seq;
  for (std::size_t i = 0; i < request.events.size(); ++i) {
    if (HERALD_MUTANT("event_not_recorded") && i + 1 == request.events.size()) continue;
    write_timeline(db, stored.rowid, ++seq, now, request.events[i], decided->steps[i]);
  }
  if (request.rendering) write_rendering(db, stored.rowid, *request.rendering);
  if (!decided->steps.empty()) {
    auto& after = decided->steps.back();
    if (!HERALD_MUTANT("attempt_not_updated") || after.attempts.size() > before.attempts.size())
      write_attempts(db, stored.rowid, before, after);
    auto due = due_column(after);
    if (HERALD_MUTANT("due_forgotten")) due.null = true;
    const auto paused = paused_channel(after, *decided->chain);
    db.run(kUpdate, after.state, due, after.in_flight() != nullptr, seq, model::to_json_text(after),
           OrNull<std::string_view>{paused.empty(), paused}, stored.rowid);
    if (after.run != before.run) {
      db.run(kKeepChain, before.run, stored.rowid);
      db.run(kUpdateChain, state.chains.store(db, decided->chain), stored.rowid);
      stored.notification.head.chain = decided->chain;
    }
    if (after.state != before.state && !HERALD_MUTANT("counters_drift"))
      state.counters.move(before.state, after.state);
    stored.last_seq = seq;
    stored.notification.progress = std::move(after);
  }
  HERALD_POINT("store.events_written");
  out.notification = stored.notification;
  return out;
}

}  // namespace herald::store::sqlite
