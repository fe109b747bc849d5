#include "store/postgresql/delivery.hpp"

namespace herald::store::postgresql {
namespace {

// Ids rise with time, so "newest first" is "highest id first"; every page starts below an id.
// `kind` is compared as a half-open range of texts: [kind, kind] or ["a.", "a/"). -1 and "" stand
// for "any".
const std::string kFilters =
    "n.id < $1 AND ($2::smallint = -1 OR n.state = $2) AND ($3::text = '' OR (n.kind >= $3 AND "
    "n.kind < $4)) AND n.created >= $5 AND n.created < $7 ORDER BY n.id DESC LIMIT $6";
const Sql kAny{kNotificationColumns + "FROM notifications n WHERE " + kFilters};
const Sql kOfUser{kNotificationColumns + "FROM notifications n WHERE n.user_id = $8 AND " +
                  kFilters};
// The endings that people look for are few among many; state >= 5 lets the partial index be used.
const Sql kEndedBadly{kNotificationColumns +
                      "FROM notifications n WHERE n.state = $2::smallint AND n.state >= 5 AND " +
                      kFilters};

/// Above every id.
constexpr std::string_view kTop = "~";
constexpr unsigned kMost = 1000;

}  // namespace

base::Result<std::vector<model::Notification>> list(ReadState& state, const ListQuery& query) {
  auto& db = state.db;
  std::string from = query.kind;
  std::string to = from + '\x01';  // no kind has control characters
  if (from.ends_with(".*")) {
    from.pop_back();
    to = from.substr(0, from.size() - 1) + '/';  // the character after '.'
  }
  const std::string_view below = query.before_id.empty() ? kTop : std::string_view{query.before_id};
  const int64_t wanted = query.state ? static_cast<int64_t>(*query.state) : -1;
  const int64_t since = query.since ? base::unix_us(*query.since) : 0;
  const int64_t until = query.until ? base::unix_us(*query.until) : INT64_MAX;
  const auto limit = std::min(query.limit, kMost);

  const auto rows = query.user != 0
                        ? db.use(kOfUser, below, wanted, from, to, since, limit, until, query.user)
                    : query.state && *query.state >= model::State::unconfirmed
                        ? db.use(kEndedBadly, below, wanted, from, to, since, limit, until)
                        : db.use(kAny, below, wanted, from, to, since, limit, until);
  return read_all(db, state.chains, rows);
}

}  // namespace herald::store::postgresql
