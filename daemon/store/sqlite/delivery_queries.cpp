#include <algorithm>
#include <unordered_set>

#include "store/sqlite/delivery.hpp"

namespace herald::store::sqlite {
namespace {

using base::Code;
using base::fail;

const Sql kDue{
    "SELECT rowid, id FROM notifications WHERE due_at IS NOT NULL AND priority = ? AND due_at <= ? "
    "ORDER BY due_at"};
const Sql kNextDue{
    "SELECT min(due_at) FROM notifications WHERE due_at IS NOT NULL AND priority = ? AND due_at > "
    "?"};
const Sql kInFlight{
    "SELECT rowid FROM notifications WHERE in_flight = 1 AND rowid > ? ORDER BY rowid LIMIT ?"};
const Sql kByProviderId{
    "SELECT n.id, a.run, a.step, a.number FROM attempts a JOIN notifications n ON n.rowid = "
    "a.notification"
    " WHERE a.channel = ? AND a.provider_id = ? AND a.provider_id <> '' ORDER BY a.notification "
    "DESC LIMIT 1"};
const Sql kHasAttempt{
    "SELECT channel FROM attempts WHERE notification = ? AND run = ? AND step = ? AND number = ?"};
const Sql kRendering{
    "SELECT version, body FROM renderings WHERE notification = ? AND run = ? AND step = ?"};
const Sql kTimeline{
    "SELECT seq, at, event, state, reason FROM timeline WHERE notification = ? ORDER BY seq"};
const Sql kEarlierChains{"SELECT chain_id FROM earlier_chains WHERE notification = ? ORDER BY run"};
const Sql kConversation{"SELECT conversation FROM inbox_items WHERE notification = ?"};
const Sql kCounts{"SELECT state, count FROM counters"};

constexpr int kUrgent = static_cast<int>(model::Priority::urgent);

}  // namespace

base::Result<std::vector<model::Notification>> due(ReadState& state, const DueQuery& query) {
  const std::unordered_set<std::string_view> held{query.held.begin(), query.held.end()};
  std::vector<int64_t> rows;
  for (int priority = kUrgent; priority >= 0 && rows.size() < query.limit; --priority) {
    auto row = state.db.use(kDue, priority, base::unix_us(query.now));
    while (rows.size() < query.limit && row.step())
      if (!held.contains(row.text(1))) rows.push_back(row.integer(0));
  }
  return load_all(state.db, state.chains, rows);
}

base::Result<model::TimePoint> next_due(ReadState& state, model::TimePoint now) {
  auto next = model::TimePoint::max();
  for (int priority = kUrgent; priority >= 0; --priority) {
    auto row = state.db.use(kNextDue, priority, base::unix_us(now));
    if (row.step() && !row.is_null(0)) next = std::min(next, base::from_unix_us(row.integer(0)));
  }
  return next;
}

base::Result<std::vector<model::Notification>> in_flight(ReadState& state,
                                                         const std::string& after_id,
                                                         unsigned limit) {
  int64_t after = 0;
  if (!after_id.empty() && (after = rowid_of(state.db, after_id)) == 0)
    return no_such_notification(after_id);
  std::vector<int64_t> rows;
  auto row = state.db.use(kInFlight, after, limit);
  while (row.step()) rows.push_back(row.integer(0));
  return load_all(state.db, state.chains, rows);
}

base::Result<FoundAttempt> find_attempt(Connection& db, const AttemptLookup& lookup) {
  const auto unknown = [] {
    return fail(Code::not_found, "no attempt has this provider id or attempt id");
  };
  if (lookup.provider_id.empty()) {
    const auto name = model::parse_attempt_id(lookup.attempt_id);
    if (!name) return unknown();
    const auto notification = rowid_of(db, name->notification);
    auto row = db.use(kHasAttempt, notification, name->run, name->step, name->number);
    if (!row.step() || (!lookup.channel.empty() && row.text(0) != lookup.channel)) return unknown();
    return std::pair{name->notification, model::AttemptRef{name->run, name->step, name->number}};
  }
  auto row = db.use(kByProviderId, lookup.channel, lookup.provider_id);
  if (!row.step()) return unknown();
  const auto number = [&](int column) { return static_cast<unsigned>(row.integer(column)); };
  return std::pair{row.string(0), model::AttemptRef{number(1), number(2), number(3)}};
}

base::Result<Apply::Rendering> rendering(ReadState& state, const std::string& id, unsigned run,
                                         unsigned step) {
  Apply::Rendering out{run, step, {}, {}};
  const auto notification = rowid_of(state.db, id);
  if (notification == 0) return no_such_notification(id);
  if (auto row = state.db.use(kRendering, notification, run, step); row.step()) {
    out.version = row.string(0);
    out.json = row.string(1);
  }
  return out;
}

base::Result<Timeline> timeline(ReadState& state, const std::string& id) {
  auto stored = load(state.db, state.chains, id);
  if (!stored) return stored.error();
  Timeline out;
  out.notification = std::move(stored->notification);
  auto row = state.db.use(kTimeline, stored->rowid);
  while (row.step()) {
    auto event = model::event_from_json(row.text(2));
    if (!event) return event.error();
    out.entries.push_back({static_cast<uint64_t>(row.integer(0)),
                           base::from_unix_us(row.integer(1)), std::move(*event),
                           static_cast<model::State>(std::clamp<int64_t>(row.integer(3), 0, 8)),
                           static_cast<model::Reason>(row.integer(4) & 0xff)});
  }
  std::vector<int64_t> past;
  for (auto chain = state.db.use(kEarlierChains, stored->rowid); chain.step();)
    past.push_back(chain.integer(0));
  for (const auto id_of_chain : past) {
    auto chain = state.chains.load(state.db, id_of_chain);
    if (!chain) return chain.error();
    out.chains.push_back(std::move(*chain));
  }
  out.chains.push_back(out.notification.head.chain);
  if (auto item = state.db.use(kConversation, stored->rowid); item.step())
    out.has_conversation_row = !item.is_null(0);
  return out;
}

base::Result<Counts> counts(ReadState& state) {
  Counts out;
  auto row = state.db.use(kCounts);
  while (row.step()) {
    const auto index = row.integer(0);
    const auto count = static_cast<uint64_t>(std::max<int64_t>(0, row.integer(1)));
    if (index < 0 || index > 8) continue;
    out.by_state[index] = count;
    if (!model::is_ended(static_cast<model::State>(index))) out.backlog += count;
  }
  return out;
}

}  // namespace herald::store::sqlite
