#include <array>

#include "store/parked.hpp"
#include "store/sqlite/audit.hpp"
#include "store/sqlite/delivery.hpp"
#include "store/sqlite/keys.hpp"

namespace herald::store::sqlite {
namespace {

// An audit reads whole tables: that is what it is for. The mark tells the test of query plans so.
const Sql kStored{"/* audit */ SELECT state, count(*) FROM notifications GROUP BY state"};
const Sql kCounters{"/* audit */ SELECT state, count FROM counters"};
const Sql kIdempotency{
    "/* audit */ SELECT k.rowid, k.id FROM idempotency k LEFT JOIN notifications n ON n.id = k.id"
    " WHERE n.rowid IS NULL LIMIT ?"};
const Sql kDedupe{
    "/* audit */ SELECT k.rowid, k.id FROM dedupe k LEFT JOIN notifications n ON n.id = k.id"
    " WHERE n.rowid IS NULL LIMIT ?"};
const Sql kParked{
    "/* audit */ SELECT rowid, expires FROM parked_receipts WHERE expires < ?1 OR expires > ?2"
    " LIMIT ?3"};
const Sql kWaiting{
    "/* audit */ SELECT rowid, channel, provider_id, event FROM parked_receipts WHERE expires > ?"};
const Sql kInboxes{
    "/* audit */ SELECT u.user_id, u.last_seq, u.active, u.older_unread, count(i.id),"
    " coalesce(max(max(i.seq, coalesce(i.changed, 0))), 0), coalesce(sum(i.gone = 0), 0),"
    " coalesce(sum(i.gone = 1 AND i.read = 0), 0),"
    " coalesce(sum(i.gone = 0 AND i.seq < u.first_active), 0), coalesce(sum(i.changes), 0)"
    " FROM inbox_users u LEFT JOIN inbox_items i ON i.user_id = u.user_id GROUP BY u.user_id"};

/// How long a parked receipt may outlive its time while the daemon writes: a few of them go with
/// every commit.
constexpr base::Duration kPurgeSlack = std::chrono::hours{1};

std::string state_name(std::size_t state) {
  return std::string{to_string(static_cast<model::State>(state))};
}

}  // namespace

void audit_counters(Connection& db, std::vector<BrokenRow>& broken) {
  constexpr std::size_t kStates = 9;
  std::array<int64_t, kStates> stored{}, counted{};
  const auto read = [&](const Sql& sql, std::array<int64_t, kStates>& out, const char* table) {
    auto row = db.use(sql);
    while (row.step()) {
      if (const auto state = row.integer(0); state >= 0 && state < static_cast<int64_t>(kStates))
        out[static_cast<std::size_t>(state)] = row.integer(1);
      else
        broken.push_back({table,
                          "state " + std::to_string(state),
                          {},
                          "counters.state",
                          "a state from 0 to 8",
                          std::to_string(row.integer(1)) + " rows"});
    }
  };
  read(kStored, stored, "notifications");
  read(kCounters, counted, "counters");
  for (std::size_t i = 0; i < kStates; ++i)
    if (stored[i] != counted[i])
      broken.push_back({"counters",
                        state_name(i),
                        {},
                        "counters.count",
                        std::to_string(stored[i]),
                        std::to_string(counted[i])});
}

void audit_keys(Connection& db, std::size_t limit, std::vector<BrokenRow>& broken) {
  const auto look = [&](const Sql& sql, const char* table) {
    auto row = db.use(sql, limit);
    while (row.step())
      broken.push_back({table, std::to_string(row.integer(0)), row.string(1),
                        std::string{table} + ".id", "the id of a notification",
                        "no notification has it"});
  };
  look(kIdempotency, "idempotency");
  look(kDedupe, "dedupe");
}

void audit_parked(Connection& db, model::TimePoint latest, model::TimePoint now, std::size_t limit,
                  std::vector<BrokenRow>& broken) {
  const auto earliest = latest - kPurgeSlack, last = now + kKeyLife + kPurgeSlack;
  {
    auto row = db.use(kParked, base::unix_us(earliest), base::unix_us(last), limit);
    while (row.step())
      broken.push_back({"parked_receipts",
                        std::to_string(row.integer(0)),
                        {},
                        "parked_receipts.expires",
                        base::to_iso8601(earliest) + " to " + base::to_iso8601(last),
                        base::to_iso8601(base::from_unix_us(row.integer(1)))});
  }
  // One whose time is over when its attempt becomes known is not taken up any more.
  auto row = db.use(kWaiting, base::unix_us(now));
  while (row.step() && broken.size() < limit) {
    const auto complain = [&](std::string id, const char* rule, const char* expected,
                              const char* found) {
      broken.push_back({"parked_receipts", std::to_string(row.integer(0)), std::move(id), rule,
                        expected, found});
    };
    const auto event = model::event_from_json(row.text(3));
    if (!event || !std::holds_alternative<model::event::Receipt>(*event))
      complain({}, "parked_receipts.event", "a receipt", "something else");
    if (const auto known = find_attempt(db, parked_lookup(row.string(1), row.string(2))))
      complain(known->first, "parked_receipts.known", "no attempt that is known",
               "the receipt of one");
  }
}

void audit_inboxes(Connection& db, std::size_t limit, std::vector<BrokenRow>& broken) {
  auto row = db.use(kInboxes);
  while (row.step() && broken.size() < limit) {
    const auto check = [&](const char* rule, int64_t expected, int64_t found) {
      if (expected != found)
        broken.push_back({"inbox_users",
                          std::to_string(row.integer(0)),
                          {},
                          rule,
                          std::to_string(expected),
                          std::to_string(found)});
    };
    // Items are never deleted: every number of the sequence was drawn by one of them, for its
    // arrival or a change.
    check("inbox_users.last_seq", row.integer(5), row.integer(1));
    check("inbox_items.gap", row.integer(5), row.integer(4) + row.integer(9));
    check("inbox_users.active", row.integer(6), row.integer(2));
    check("inbox_users.older_unread", row.integer(7), row.integer(3));
    check("inbox_users.first_active", 0, row.integer(8));
  }
}

}  // namespace herald::store::sqlite
