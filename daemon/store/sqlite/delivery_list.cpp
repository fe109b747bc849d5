#include "store/sqlite/delivery.hpp"

namespace herald::store::sqlite {
namespace {

// Ids rise with time, so "newest first" is "highest id first"; every page starts below an id.
// `kind` is compared as a half-open range of texts: [kind, kind] or ["a.", "a/"). -1 and "" stand
// for "any".
const Sql kAny{
    "SELECT rowid FROM notifications WHERE id < ?1 AND (?2 = -1 OR state = ?2) AND (?3 = '' OR "
    "(kind >= ?3 AND kind < ?4))"
    " AND created >= ?5 AND created < ?7 ORDER BY id DESC LIMIT ?6"};
const Sql kOfUser{
    "SELECT rowid FROM notifications WHERE user_id = ?8 AND id < ?1 AND (?2 = -1 OR state = ?2)"
    " AND (?3 = '' OR (kind >= ?3 AND kind < ?4)) AND created >= ?5 AND created < ?7 ORDER BY id "
    "DESC LIMIT ?6"};
// The endings that people look for are few among many; state >= 5 lets the partial index be used.
const Sql kEndedBadly{
    "SELECT rowid FROM notifications WHERE state = ?2 AND state >= 5 AND id < ?1"
    " AND (?3 = '' OR (kind >= ?3 AND kind < ?4)) AND created >= ?5 AND created < ?7 ORDER BY id "
    "DESC LIMIT ?6"};

/// Above every id.
constexpr std::string_view kTop = "~";
constexpr unsigned kMost = 1000;

}  // namespace

base::Result<std::vector<model::Notification>> list(ReadState& state, const ListQuery& query) {
  std::string from = query.kind;
  std::string to = from + '\0';
  if (from.ends_with(".*")) {
    from.pop_back();
    to = from.substr(0, from.size() - 1) + '/';  // the character after '.'
  }
  const std::string_view below = query.before_id.empty() ? kTop : std::string_view{query.before_id};
  const int64_t wanted = query.state ? static_cast<int64_t>(*query.state) : -1;
  const int64_t since = query.since ? base::unix_us(*query.since) : 0;
  const int64_t until = query.until ? base::unix_us(*query.until) : INT64_MAX;
  const auto limit = std::min(query.limit, kMost);

  std::vector<int64_t> rows;
  const auto collect = [&](Query row) {
    while (row.step()) rows.push_back(row.integer(0));
  };
  if (query.user != 0)
    collect(state.db.use(kOfUser, below, wanted, from, to, since, limit, until, query.user));
  else if (query.state && *query.state >= model::State::unconfirmed)
    collect(state.db.use(kEndedBadly, below, wanted, from, to, since, limit, until));
  else
    collect(state.db.use(kAny, below, wanted, from, to, since, limit, until));
  return load_all(state.db, state.chains, rows);
}

}  // namespace herald::store::sqlite
