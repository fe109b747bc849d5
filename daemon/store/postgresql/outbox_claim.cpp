#include "store/postgresql/outbox_claim.hpp"

#include "base/faults.hpp"

namespace herald::store::postgresql {
namespace {

const Sql kClaim{
    "SELECT number FROM outbox WHERE number = ANY($1::bigint[]) ORDER BY number FOR UPDATE SKIP "
    "LOCKED"};
const Sql kRemove{"DELETE FROM outbox WHERE number = ANY($1::bigint[])"};

}  // namespace

void OutboxClaim::load(Connection& db, const std::vector<int64_t>& rows) {
  if (rows.empty()) return;
  Array wanted;
  for (const auto row : rows) wanted.add(row);
  const auto keep = [this](const Rows& free) {
    for (const auto row : free) claimed_.insert(row.integer(0));
    HERALD_POINT("pg.outbox_claimed");
  };
  db.ahead(kClaim, keep, wanted);
}

void OutboxClaim::remove(int64_t row) {
  claimed_.erase(row);
  gone_.insert(row);
}

void OutboxClaim::flush(Connection& db) {
  if (!gone_.empty()) {
    Array rows;
    for (const auto row : gone_) rows.add(row);
    db.ahead(kRemove, {}, rows);
    HERALD_POINT("pg.outbox_removed");
  }
  forget();
}

void OutboxClaim::forget() {
  claimed_.clear();
  gone_.clear();
}

}  // namespace herald::store::postgresql
