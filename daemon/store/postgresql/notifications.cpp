#include "store/postgresql/notifications.hpp"

#include "base/faults.hpp"

namespace herald::store::postgresql {
namespace {

const Sql kLock{kNotificationColumns +
                "FROM notifications n WHERE n.id = ANY($1::text[]) ORDER BY n.rowid FOR UPDATE"};
const Sql kThere{"SELECT id FROM notifications WHERE id = ANY($1::text[])"};
const Sql kBlock{"/* session */ SELECT nextval('notification_rows')"};
const Sql kInsert{
    "INSERT INTO notifications(rowid, id, producer, kind, type, user_id, to_kind, to_value, "
    "params, content, priority, created, not_before, expires, chain_id, state, due_at, in_flight, "
    "last_seq, progress, paused_at) SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], "
    "$4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::text[], "
    "$11::smallint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[], "
    "$16::smallint[], $17::bigint[], $18::smallint[], $19::bigint[], $20::text[], $21::text[])"};
const Sql kUpdate{
    "UPDATE notifications n SET state = u.state, due_at = u.due_at, in_flight = u.in_flight, "
    "last_seq = u.last_seq, progress = u.progress, paused_at = u.paused_at, chain_id = u.chain_id "
    "FROM unnest($1::bigint[], $2::smallint[], $3::bigint[], $4::smallint[], $5::bigint[], "
    "$6::text[], $7::text[], $8::bigint[]) AS u(rowid, state, due_at, in_flight, last_seq, "
    "progress, paused_at, chain_id) WHERE n.rowid = u.rowid"};
const Sql kAttempts{
    "INSERT INTO attempts(notification, run, step, number, round, channel, started, ended, "
    "outcome, reason, detail, provider_id, evidence, evidence_at, failed) SELECT * FROM "
    "unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], "
    "$7::bigint[], $8::bigint[], $9::smallint[], $10::smallint[], $11::text[], $12::text[], "
    "$13::smallint[], $14::bigint[], $15::smallint[]) ON CONFLICT (notification, run, step, "
    "number) DO UPDATE SET started = excluded.started, ended = excluded.ended, outcome = "
    "excluded.outcome, reason = excluded.reason, detail = excluded.detail, provider_id = "
    "excluded.provider_id, evidence = excluded.evidence, evidence_at = excluded.evidence_at, "
    "failed = excluded.failed"};
const Sql kRenderings{
    "INSERT INTO renderings(notification, run, step, version, body) SELECT * FROM "
    "unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[]) ON CONFLICT "
    "(notification, run, step) DO UPDATE SET version = excluded.version, body = excluded.body"};
const Sql kKeepChain{"INSERT INTO earlier_chains(notification, run, chain_id) VALUES ($1, $2, $3)"};

/// Numbers in a block of notification_rows.
constexpr int64_t kBlockSize = 1000;

OrNull<int64_t> time_or_null(model::TimePoint at) {
  return {at == model::TimePoint{}, base::unix_us(at)};
}

Array array_of(const std::vector<std::string_view>& texts) {
  Array out;
  for (const auto text : texts) out.add(text);
  return out;
}

/// What of a notification changes with its events, as its row has it.
struct Moving {
  explicit Moving(const Held& held)
      : due(due_column(held.notification.progress)),
        owed(store::owed(held.notification.progress)),
        paused(paused_channel(held.notification.progress, *held.notification.head.chain)),
        // One that is as it was accepted keeps none.
        progress{held.fresh && !held.changed, {}} {
    if (!progress.null) progress.value = model::to_json_text(held.notification.progress);
    if (held.changed && HERALD_MUTANT("due_forgotten")) due.null = true;
  }
  OrNull<int64_t> due;
  bool owed;
  std::string paused;
  OrNull<std::string> progress;
};

}  // namespace

void Notifications::load(Connection& db, ChainCache& chains,
                         const std::vector<std::string_view>& ids) {
  if (ids.empty()) return;
  for (const auto id : ids)
    held_.try_emplace(std::string{id}, base::Result<Held>{no_such_notification(id)});
  const auto keep = [this, &db, &chains](const Rows& rows) {
    for (const auto row : rows) {
      auto stored = read(db, chains, row);
      const auto id = row.string(1);
      if (stored)
        held_.insert_or_assign(id, base::Result<Held>{Held{std::move(*stored)}});
      else
        held_.insert_or_assign(id, base::Result<Held>{stored.error()});
    }
  };
  db.ahead(kLock, keep, array_of(ids));
}

void Notifications::look_for(Connection& db, const std::vector<std::string_view>& fresh_ids) {
  if (!look_for_ids_ || fresh_ids.empty()) return;
  const auto keep = [this](const Rows& rows) {
    for (const auto row : rows) held_.try_emplace(row.string(0), base::Result<Held>{Held{}});
  };
  db.ahead(kThere, keep, array_of(fresh_ids));
}

const Held* Notifications::held(std::string_view id) const {
  const auto found = held_.find(std::string{id});
  return found == held_.end() || !found->second ? nullptr : &*found->second;
}

base::Result<Held*> Notifications::find(Connection& db, ChainCache& chains, std::string_view id) {
  auto found = held_.find(std::string{id});
  if (found == held_.end()) {
    load(db, chains, {id});
    db.settle();
    found = held_.find(std::string{id});
  }
  if (!found->second) return found->second.error();
  return &*found->second;
}

base::Result<Held*> Notifications::add(Connection& db, const model::Notification& notification) {
  const auto& id = notification.head.id;
  if (const auto found = held_.find(id); found != held_.end() && found->second)
    return base::fail(base::Code::conflict,
                      "a notification with the id " + id + " is stored already", "id");
  Held fresh;
  fresh.rowid = take_rowid(db);
  fresh.notification = notification;
  fresh.fresh = true;
  fresh.expires = notification.progress.expires;
  auto& held = held_.insert_or_assign(id, base::Result<Held>{std::move(fresh)}).first->second;
  fresh_.push_back(&*held);
  return &*held;
}

int64_t Notifications::take_rowid(Connection& db) {
  if (next_rowid_ > last_rowid_) {
    next_rowid_ = db.use(kBlock)[0].integer(0);
    last_rowid_ = next_rowid_ + kBlockSize - 1;
  }
  return next_rowid_++;
}

void Notifications::changing(Held& held) {
  if (!held.changed) held.stored_attempts = held.notification.progress.attempts;
  held.changed = true;
}

void Notifications::render(int64_t rowid, unsigned run, unsigned step, std::string version,
                           std::string body) {
  renderings_[{rowid, run, step}] = {std::move(version), std::move(body)};
}

void Notifications::keep_chain(Connection& db, int64_t rowid, unsigned run, int64_t chain) {
  db.run(kKeepChain, rowid, run, chain);
}

void Notifications::insert(Connection& db, ChainCache& chains) {
  Columns rows{kInsert};
  for (const auto* held : fresh_) {
    const auto& head = held->notification.head;
    // With what came of it in this transaction: a row that is updated at once costs twice, and
    // every index with it.
    const Moving now{*held};
    rows.add(held->rowid, head.id, head.producer, head.kind, head.type, head.user, head.to.kind,
             head.to.value, head.params_json, head.content_json, head.priority,
             base::unix_us(head.created), base::unix_us(head.not_before),
             base::unix_us(held->expires), chains.store(db, head.chain),
             held->notification.progress.state, now.due, now.owed, held->notification.seq,
             now.progress, OrNull<std::string>{now.paused.empty(), now.paused});
  }
  rows.flush(db);
}

void Notifications::update(Connection& db, ChainCache& chains) {
  Columns rows{kUpdate};
  for (const auto& [id, held] : held_) {
    if (!held || !held->changed || held->fresh) continue;
    const Moving now{*held};
    rows.add(held->rowid, held->notification.progress.state, now.due, now.owed,
             held->notification.seq, now.progress,
             OrNull<std::string>{now.paused.empty(), now.paused},
             chains.store(db, held->notification.head.chain));
  }
  rows.flush(db);
}

void Notifications::write_attempts(Connection& db) {
  Columns rows{kAttempts};
  for (const auto& [id, held] : held_) {
    if (!held || !held->changed) continue;
    const auto& before = held->stored_attempts;
    const auto& after = held->notification.progress.attempts;
    if (HERALD_MUTANT("attempt_not_updated") && after.size() <= before.size()) continue;
    for (std::size_t i = 0; i < after.size(); ++i) {
      const auto& a = after[i];
      if (i < before.size() && before[i] == a) continue;
      const OrNull<int64_t> outcome{a.in_flight, static_cast<int64_t>(a.outcome.kind)};
      const OrNull<int64_t> reason{a.in_flight, static_cast<int64_t>(a.outcome.reason)};
      rows.add(held->rowid, a.run, a.step, a.number, a.round, a.channel, base::unix_us(a.started),
               time_or_null(a.ended), outcome, reason, a.outcome.detail, a.provider_id, a.evidence,
               time_or_null(a.evidence_at), a.failed);
    }
  }
  rows.flush(db);
}

void Notifications::flush(Connection& db, ChainCache& chains) {
  insert(db, chains);
  update(db, chains);
  write_attempts(db);
  Columns rendered{kRenderings};
  for (const auto& [key, r] : renderings_)
    rendered.add(std::get<0>(key), std::get<1>(key), std::get<2>(key), r.version, r.body);
  rendered.flush(db);
  forget();
}

void Notifications::forget() {
  held_.clear();
  fresh_.clear();
  renderings_.clear();
}

}  // namespace herald::store::postgresql
