#include "store/postgresql/write_state.hpp"

#include <unordered_set>

#include "base/faults.hpp"
#include "store/postgresql/answers.hpp"
#include "store/postgresql/journal.hpp"
#include "store/postgresql/retention.hpp"

namespace herald::store::postgresql {
namespace {

const Sql kTimeline{
    "INSERT INTO timeline(notification, seq, at, event, state, reason) SELECT * FROM "
    "unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::smallint[], "
    "$6::smallint[])"};
const Sql kProbe{
    "INSERT INTO kv(instance, key, value, version, expires) VALUES ('', 'probe', '', 1, 1) ON "
    "CONFLICT (instance, key) DO UPDATE SET version = kv.version + 1"};

/// How often a node looks at how many notifications there are, which others change too.
constexpr std::chrono::seconds kCountAgain{1};

}  // namespace

WriteState::WriteState(std::unique_ptr<Connection> connection, const Settings& s, const Decide& d,
                       const base::Clock& c, const Lease* l)
    : connection_(std::move(connection)),
      db(*connection_),
      settings(s),
      decide(d),
      clock(c),
      lease(l),
      timeline(kTimeline),
      journal(journal_insert()),
      questions(question_insert()),
      answers(answer_insert()) {
  counters.load(db);
}

/// Whether the next begin() waits for the server.
bool WriteState::looks_around() const {
  const auto now = clock.mono();
  return replanning_.due(now) || (lease != nullptr && now >= next_count_);
}

void WriteState::begin(const Foreseen& foreseen) {
  if (begun_) return;
  const auto now = clock.mono();
  replanning_.look(db, now);
  // The others' share of the backlog.
  if (lease != nullptr && now >= next_count_) {
    counters.load(db);
    next_count_ = now + kCountAgain;
  }
  start(foreseen);
}

void WriteState::begin_ahead(const Foreseen& foreseen) {
  if (!looks_around()) start(foreseen);
}

/// Only sends.
void WriteState::start(const Foreseen& foreseen) {
  begun_ = true;
  inboxes.take_drawn();  // by one that failed
  db.begin_ahead();
  if (lease != nullptr) lease->hold(db);
  const auto now = clock.now();
  std::vector<std::string_view> ids, stored_ids, fresh_ids, provider_ids;
  // Accepted with a head start: what came of them is recorded with them.
  std::unordered_set<std::string_view> fresh;
  for (const auto* n : foreseen.accepts) fresh.insert(n->id);
  for (const auto* apply : foreseen.applies) {
    ids.push_back(apply->id);
    if (!fresh.contains(apply->id)) stored_ids.push_back(apply->id);
    for (const auto& event : apply->events)
      if (const auto* done = std::get_if<model::event::Completed>(&event))
        if (!done->outcome.provider_id.empty()) provider_ids.push_back(done->outcome.provider_id);
  }
  outbox.load(db, foreseen.outbox);
  notifications.load(db, chains, stored_ids);

  std::vector<const model::Identity*> identities;
  Keys::Producers producers;
  for (const auto* n : foreseen.accepts) {
    fresh_ids.push_back(n->id);
    identities.push_back(&n->to);
    if (!n->idempotency_key.empty()) producers.emplace_back(n->producer, n->idempotency_key);
  }
  notifications.look_for(db, fresh_ids);
  people.load(db, identities);
  keys.load_idempotency(db, producers, now);
  parking.load(db, ids, provider_ids, now);

  Inboxes::Wanted wanted;
  for (const auto* apply : foreseen.applies) {
    if (!apply->append) continue;
    wanted.users.push_back(apply->append->user);
    ++wanted.appends;
    if (!fresh.contains(apply->id)) wanted.notifications.push_back(apply->id);
  }
  for (const auto* request : foreseen.seen) {
    wanted.users.push_back(request->user);
    for (const auto id : request->ids) wanted.items.push_back(id);
    for (const auto& name : request->notifications) wanted.notifications.push_back(name);
  }
  inboxes.load(db, wanted);
}

void WriteState::load(const Foreseen& foreseen) {
  db.settle();
  // Those that have no item yet need not be looked for again.
  for (const auto* apply : foreseen.applies)
    if (const auto* held = apply->append ? notifications.held(apply->id) : nullptr)
      inboxes.looked_for(held->rowid);
  // What is asked with what was answered.
  std::vector<std::string> dedupe;
  for (const auto* n : foreseen.accepts)
    if (!n->dedupe_key.empty())
      if (const auto user = people.resolve(db, n->to))
        dedupe.push_back(dedupe_of(user, n->dedupe_key));
  keys.load_dedupe(db, dedupe, clock.now());
  db.settle();
}

void WriteState::flush() {
  people.flush(db);
  notifications.flush(db, chains);
  keys.flush(db, clock.now());
  timeline.flush(db);
  questions.flush(db);
  inboxes.flush(db);
  parking.flush(db);
  outbox.flush(db);
  HERALD_POINT("pg.flushed");
}

/// As long as there is much to delete, a little of it goes with every commit; else every second. Of
/// several nodes one does it.
void WriteState::clean_up() {
  if (lease != nullptr && !lease->has_share(kPeriodicShare)) return;
  if (const auto now = clock.now(); now >= next_purge_) {
    keys_clean_ = !purge_keys(db, now);
    const bool more = prune_journal(db, settings.journal.load(std::memory_order_relaxed));
    // To look passes all that was deleted and not vacuumed yet, for one row as for many.
    if (keys_clean_ && !more) next_purge_ = now + std::chrono::seconds{1};
  }
  // No key shall lead to what is not there.
  if (!keys_clean_) return;
  const auto turn = retention.begin(clock, settings.keep_ended.load(std::memory_order_relaxed));
  if (turn) retention.end(clock, forget_ended(*this, *turn));
}

void WriteState::before_commit() {
  flush();
  clean_up();
  // Last, because others wait at these rows until the commit.
  journal.flush(db);
  // Every answer is in the journal, whose end is locked now: so their numbers rise as they commit,
  // whichever node commits them.
  answers.flush(db);
  counters.flush(db);
  HERALD_POINT("pg.before_commit");
}

void WriteState::commit() {
  begun_ = false;
  drawn_ = inboxes.take_drawn();
  db.commit_ahead();
}

std::optional<Drawn> WriteState::committed() {
  db.committed();
  HERALD_POINT("pg.after_commit");
  counters.committed();
  notifications.committed();
  keys.committed();
  retention.committed();
  return drawn_;
}

void WriteState::rollback() {
  begun_ = false;
  forget();
  db.rollback();
}

void WriteState::clashed() {
  notifications.clashed();
  keys.clashed();
}

void WriteState::forget() {
  notifications.forget();
  keys.forget();
  people.forget();
  inboxes.forget();
  parking.forget();
  outbox.forget();
  timeline.clear();
  journal.clear();
  questions.clear();
  answers.clear();
  counters.rolled_back();
  retention.rolled_back();
  chains.forget();
}

void WriteState::probe() {
  begin({});
  db.run(kProbe);
  commit();
  committed();
}

}  // namespace herald::store::postgresql
