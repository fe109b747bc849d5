#include "store/sqlite/counters.hpp"

namespace herald::store::sqlite {
namespace {

const Sql kAll{"SELECT state, count FROM counters"};
const Sql kAdd{
    "INSERT INTO counters(state, count) VALUES (?1, ?2) ON CONFLICT(state) DO UPDATE SET count = "
    "count + ?2"};

}  // namespace

void Counters::load(Connection& db) {
  count_ = {};
  change_ = {};
  auto row = db.use(kAll);
  while (row.step())
    if (const auto state = row.integer(0); state >= 0 && state < 9)
      count_[static_cast<std::size_t>(state)] = row.integer(1);
}

uint64_t Counters::backlog() const {
  int64_t sum = 0;
  for (std::size_t i = 0; i < index(model::State::delivered); ++i) sum += count_[i] + change_[i];
  return sum > 0 ? static_cast<uint64_t>(sum) : 0;
}

void Counters::flush(Connection& db) const {
  for (std::size_t i = 0; i < change_.size(); ++i)
    if (change_[i] != 0) db.run(kAdd, static_cast<int64_t>(i), change_[i]);
}

void Counters::committed() {
  for (std::size_t i = 0; i < change_.size(); ++i) count_[i] += change_[i];
  change_ = {};
}

}  // namespace herald::store::sqlite
