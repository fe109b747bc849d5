#include "base/faults.hpp"
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

/// The progress after each event, and the effects of all; nothing is written yet.
struct Decided {
  std::vector<model::Progress> steps;
  std::vector<model::Effect> effects;
};

base::Result<Decided> decide_all(const WriteState& state, const Apply& request,
                                 const model::Notification& stored, const model::Chain& chain,
                                 model::TimePoint now) {
  Decided out;
  out.steps.reserve(request.events.size());
  const auto* present = &stored.progress;
  try {
    for (const auto& event : request.events) {
      auto decision = state.decide(*present, event, chain, now);
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
  const auto chain = request.new_chain ? request.new_chain : stored.notification.head.chain;
  auto decided = decide_all(state, request, stored.notification, *chain, now);
  if (!decided) return decided.error();

  HERALD_POINT("store.events_decided");

  Applied out;
  if (request.append) {
    auto appended = append(state, *request.append, stored.rowid, now);
    if (!appended) return appended.error();
    out.item = std::move(appended->item);
    out.evicted = std::move(appended->evicted);
  }

  HERALD_POINT("store.item_appended");
  state.cache.changing(stored);
  out.before = before.state;
  out.evidence_before = before.best_evidence();
  out.effects = std::move(decided->effects);
  auto seq = stored.last_seq;
  for (std::size_t i = 0; i < request.events.size(); ++i)
    write_timeline(db, stored.rowid, ++seq, now, request.events[i], decided->steps[i]);
  if (request.rendering) write_rendering(db, stored.rowid, *request.rendering);
  if (!decided->steps.empty()) {
    auto& after = decided->steps.back();
    write_attempts(db, stored.rowid, before, after);
    write_journal(db, {stored.rowid, stored.last_seq + 1, seq, before, after});
    const auto paused = paused_channel(after, *chain);
    db.run(kUpdate, after.state, due_column(after), after.in_flight() != nullptr, seq,
           model::to_json_text(after), OrNull<std::string_view>{paused.empty(), paused},
           stored.rowid);
    if (request.new_chain && after.run != before.run) {
      db.run(kUpdateChain, state.chains.store(db, chain), stored.rowid);
      stored.notification.head.chain = chain;
    }
    if (after.state != before.state) state.counters.move(before.state, after.state);
    stored.last_seq = seq;
    stored.notification.progress = std::move(after);
  }
  HERALD_POINT("store.events_written");
  out.notification = stored.notification;
  return out;
}

}  // namespace herald::store::sqlite
