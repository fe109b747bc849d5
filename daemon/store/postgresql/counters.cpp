#include "store/postgresql/counters.hpp"

#include "store/postgresql/columns.hpp"

namespace herald::store::postgresql {
namespace {

const Sql kAll{"SELECT state, count FROM counters"};
const Sql kAdd{
    "UPDATE counters c SET count = c.count + u.count FROM unnest($1::smallint[], $2::bigint[]) AS "
    "u(state, count) WHERE c.state = u.state"};

}  // namespace

void Counters::load(Connection& db) {
  count_ = {};
  change_ = {};
  for (const auto row : db.use(kAll))
    if (const auto state = row.integer(0); state >= 0 && state < 9)
      count_[static_cast<std::size_t>(state)] = row.integer(1);
}

uint64_t Counters::backlog() const {
  int64_t sum = 0;
  for (std::size_t i = 0; i < index(model::State::delivered); ++i) sum += count_[i] + change_[i];
  return sum > 0 ? static_cast<uint64_t>(sum) : 0;
}

void Counters::flush(Connection& db) const {
  Columns rows{kAdd};
  for (std::size_t i = 0; i < change_.size(); ++i)
    if (change_[i] != 0) rows.add(i, change_[i]);
  rows.flush(db);
}

void Counters::committed() {
  for (std::size_t i = 0; i < change_.size(); ++i) count_[i] += change_[i];
  change_ = {};
}

}  // namespace herald::store::postgresql
