#include "store/postgresql/lease.hpp"

#include "store/postgresql/connection.hpp"

namespace herald::store::postgresql {
namespace {

// Its own renewals change no key and pass this lock; who takes over deletes the row and waits.
const Sql kHold{
    "/* nodes */ SELECT fence FROM nodes WHERE fence = $1 AND lease_end > (extract(epoch FROM "
    "clock_timestamp()) * 1000000)::bigint FOR KEY SHARE"};

}  // namespace

void Lease::hold(Connection& db) const {
  const auto check = [](const Rows& ours) {
    if (ours.empty()) throw SqlError{SqlError::Kind::unavailable, {}, "this node's lease is over"};
  };
  db.ahead(kHold, check, fence_.load());
}

void Lease::hold_shares(Shares held) {
  held_ = held;
  open_ &= held;
  leaving_ &= held;
}

Shares Lease::begin_opening() {
  const Shares fresh = held_ & ~open_ & ~leaving_;
  opening_ = fresh;
  return fresh;
}

void Lease::opened() { open_ |= opening_.exchange(0) & held_; }

std::string of_shares(const std::string& user_id, const std::string& parameter) {
  return "((" + parameter + "::bigint >> ((" + user_id + " # (" + user_id + " >> 6) # (" + user_id +
         " >> 12)) & 63)::int) & 1) = 1";
}

}  // namespace herald::store::postgresql
