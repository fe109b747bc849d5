#include <algorithm>

#include "store/postgresql/delivery.hpp"

namespace herald::store::postgresql {
namespace {

using base::Code;
using base::fail;

// By priority, urgent first, each with the index that is in the order of its times.
const Sql kDue{
    kNotificationColumns +
    "FROM unnest('{3,2,1,0}'::smallint[]) WITH ORDINALITY AS p(priority, nr), LATERAL (SELECT * "
    "FROM notifications x WHERE x.due_at IS NOT NULL AND x.priority = p.priority AND x.due_at <= "
    "$1 AND " +
    of_shares("x.user_id", "$3") +
    " AND x.id NOT IN (SELECT unnest($4::text[])) ORDER BY x.due_at LIMIT $2) n ORDER BY p.nr, "
    "n.due_at LIMIT $2"};
const Sql kNextDue{
    "SELECT min(n.due_at) FROM unnest('{3,2,1,0}'::smallint[]) AS p(priority), LATERAL (SELECT "
    "x.due_at FROM notifications x WHERE x.due_at IS NOT NULL AND x.priority = p.priority AND "
    "x.due_at > $1 AND " +
    of_shares("x.user_id", "$2") + " ORDER BY x.due_at LIMIT 1) n"};
const Sql kInFlight{kNotificationColumns +
                    "FROM notifications n WHERE n.in_flight = 1 AND n.rowid > $1 AND " +
                    of_shares("n.user_id", "$3") + " ORDER BY n.rowid LIMIT $2"};
const Sql kByProviderId{
    "SELECT n.id, a.run, a.step, a.number FROM (SELECT * FROM attempts WHERE channel = $1 AND "
    "provider_id = $2 AND provider_id <> '' ORDER BY channel DESC, provider_id DESC, notification "
    "DESC LIMIT 1) a JOIN notifications n ON n.rowid = a.notification"};
const Sql kHasAttempt{
    "SELECT a.channel FROM notifications n JOIN attempts a ON a.notification = n.rowid WHERE n.id "
    "= $1 AND a.run = $2 AND a.step = $3 AND a.number = $4"};
const Sql kRendering{
    "SELECT r.version, r.body FROM notifications n LEFT JOIN renderings r ON r.notification = "
    "n.rowid AND r.run = $2 AND r.step = $3 WHERE n.id = $1"};
const Sql kTimeline{
    "SELECT seq, at, event, state, reason FROM timeline WHERE notification = $1 ORDER BY seq"};
const Sql kEarlierChains{
    "SELECT chain_id FROM earlier_chains WHERE notification = $1 ORDER BY run"};
const Sql kConversation{"SELECT conversation FROM inbox_items WHERE notification = $1"};
const Sql kCounts{"SELECT state, count FROM counters"};

}  // namespace

base::Result<std::vector<model::Notification>> due(ReadState& state, const DueQuery& query) {
  Array held;
  for (const auto& id : query.held) held.add(id);
  return read_all(
      state.db, state.chains,
      state.db.use(kDue, base::unix_us(query.now), query.limit, bits(state.working()), held));
}

base::Result<model::TimePoint> next_due(ReadState& state, model::TimePoint now) {
  const auto next = state.db.use(kNextDue, base::unix_us(now), bits(state.working()));
  return next[0].is_null(0) ? model::TimePoint::max() : base::from_unix_us(next[0].integer(0));
}

base::Result<std::vector<model::Notification>> in_flight(ReadState& state,
                                                         const std::string& after_id,
                                                         unsigned limit) {
  int64_t after = 0;
  if (!after_id.empty() && (after = rowid_of(state.db, after_id)) == 0)
    return no_such_notification(after_id);
  return read_all(state.db, state.chains,
                  state.db.use(kInFlight, after, limit, bits(state.opening())));
}

base::Result<FoundAttempt> find_attempt(Connection& db, const AttemptLookup& lookup) {
  const auto unknown = [] {
    return fail(Code::not_found, "no attempt has this provider id or attempt id");
  };
  if (lookup.provider_id.empty()) {
    const auto name = model::parse_attempt_id(lookup.attempt_id);
    if (!name) return unknown();
    const auto rows = db.use(kHasAttempt, name->notification, name->run, name->step, name->number);
    if (rows.empty() || (!lookup.channel.empty() && rows[0].text(0) != lookup.channel))
      return unknown();
    return std::pair{name->notification, model::AttemptRef{name->run, name->step, name->number}};
  }
  const auto rows = db.use(kByProviderId, lookup.channel, lookup.provider_id);
  if (rows.empty()) return unknown();
  const auto number = [&](int column) { return static_cast<unsigned>(rows[0].integer(column)); };
  return std::pair{rows[0].string(0), model::AttemptRef{number(1), number(2), number(3)}};
}

base::Result<Apply::Rendering> rendering(ReadState& state, const std::string& id, unsigned run,
                                         unsigned step) {
  Apply::Rendering out{run, step, {}, {}};
  const auto rows = state.db.use(kRendering, id, run, step);
  if (rows.empty()) return no_such_notification(id);
  out.version = rows[0].string(0);
  out.json = rows[0].string(1);
  return out;
}

base::Result<Timeline> timeline(ReadState& state, const std::string& id) {
  auto& db = state.db;
  auto stored = load(db, state.chains, id);
  if (!stored) return stored.error();
  Timeline out;
  out.notification = std::move(stored->notification);
  for (const auto row : db.use(kTimeline, stored->rowid)) {
    auto event = model::event_from_json(row.text(2));
    if (!event) return event.error();
    out.entries.push_back({static_cast<uint64_t>(row.integer(0)),
                           base::from_unix_us(row.integer(1)), std::move(*event),
                           static_cast<model::State>(std::clamp<int64_t>(row.integer(3), 0, 8)),
                           static_cast<model::Reason>(row.integer(4) & 0xff)});
  }
  for (const auto row : db.use(kEarlierChains, stored->rowid)) {
    auto chain = state.chains.load(db, row.integer(0));
    if (!chain) return chain.error();
    out.chains.push_back(std::move(*chain));
  }
  out.chains.push_back(out.notification.head.chain);
  if (const auto item = db.use(kConversation, stored->rowid); !item.empty())
    out.has_conversation_row = !item[0].is_null(0);
  return out;
}

base::Result<Counts> counts(ReadState& state) {
  Counts out;
  for (const auto row : state.db.use(kCounts)) {
    const auto index = row.integer(0);
    const auto count = static_cast<uint64_t>(std::max<int64_t>(0, row.integer(1)));
    if (index < 0 || index > 8) continue;
    out.by_state[index] = count;
    if (!model::is_ended(static_cast<model::State>(index))) out.backlog += count;
  }
  return out;
}

}  // namespace herald::store::postgresql
