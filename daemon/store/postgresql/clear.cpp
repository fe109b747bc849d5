#include "store/postgresql/inboxes.hpp"

#include "base/faults.hpp"

namespace herald::store::postgresql {
namespace {

const Sql kLock{"SELECT first_active, last_seq FROM inbox_users WHERE user_id = $1 FOR UPDATE"};
// What had been returned to the person counts as read now.
const Sql kClear{
    "UPDATE inbox_items i SET gone = 2, read = greatest(i.read, i.returned), changed = $4::bigint "
    "+ was.place, changes = i.changes + 1 FROM (SELECT x.id, x.read, x.returned, x.seq, n.id AS "
    "name, row_number() OVER (ORDER BY x.seq) AS place FROM inbox_items x JOIN notifications n ON "
    "n.rowid = x.notification WHERE x.user_id = $1 AND x.seq >= $2 AND x.seq <= $3 AND x.gone = 0) "
    "AS was WHERE i.id = was.id RETURNING was.seq, was.read, was.returned, was.name"};
const Sql kLeft{
    "UPDATE inbox_users SET active = active - $2, last_seq = last_seq + $2, first_active = "
    "greatest(first_active, $3) WHERE "
    "user_id = $1"};

}  // namespace

std::vector<std::string> Inboxes::clear(Connection& db, model::UserId user, int64_t up_to_seq) {
  const auto person = db.use(kLock, user);
  if (person.empty()) return {};
  const auto last_seq = person[0].integer(1);
  std::map<int64_t, std::string> read;  // by seq: the order of the list
  int64_t highest = 0;
  const auto rows =
      db.use(kClear, user, person[0].integer(0), up_to_seq > 0 ? up_to_seq : INT64_MAX, last_seq);
  for (const auto row : rows) {
    highest = std::max(highest, row.integer(0));
    if (row.integer(2) != 0 && row.integer(1) == 0) read.emplace(row.integer(0), row.string(3));
  }
  HERALD_POINT("pg.clearing");
  if (!rows.empty()) {
    db.run(kLeft, user, rows.size(), highest + 1);
    drawn_ = {user, last_seq + static_cast<int64_t>(rows.size())};
  }
  std::vector<std::string> out;
  for (auto& [seq, name] : read) out.push_back(std::move(name));
  return out;
}

}  // namespace herald::store::postgresql
