#pragma once

#include <atomic>
#include <chrono>

#include "store/nodes.hpp"

namespace herald::store::postgresql {

class Connection;

/// This process as one of several nodes: its fencing number, its shares, and until when they are
/// its own. Membership changes it, all others look. Any thread.
class Lease {
 public:
  using Steady = std::chrono::steady_clock;
  explicit Lease(NodeOptions options) : options_(std::move(options)) {}

  const NodeOptions& options() const { return options_; }
  int64_t fence() const { return fence_; }

  /// First in every transaction that writes: keeps the node's row, and so its shares, from being
  /// taken over until the transaction ends. Connection::settle() throws SqlError (unavailable) when
  /// the lease is over: then nothing of the transaction may be written.
  void hold(Connection& db) const;

  /// By our own clock, which began before the database's did.
  bool alive() const { return Steady::now().time_since_epoch().count() < until_; }
  bool has_share(unsigned share) const { return has(held_, share); }
  /// What is worked on: its rows are due here.
  Shares working() const { return open_ & ~leaving_; }
  /// What is looked through for attempts that were cut off.
  Shares opening() const { return opening_; }
  Shares held() const { return held_; }
  Shares leaving() const { return leaving_; }

  void joined(int64_t fence) { fence_ = fence; }
  void renewed(Steady::time_point asked) {
    until_ = (asked + options_.lease).time_since_epoch().count();
  }
  void lost() { until_ = 0; }
  void hold_shares(Shares held);
  void leave(Shares shares) { leaving_ |= shares; }
  /// Begins or goes on with the opening of what is held and not worked on.
  Shares begin_opening();
  void opened();

 private:
  const NodeOptions options_;
  std::atomic<int64_t> fence_{0};
  std::atomic<int64_t> until_{0};  // ticks of the steady clock
  std::atomic<Shares> held_{0}, open_{0}, opening_{0}, leaving_{0};
};

/// SQL: whether a row's `user_id` lies in the shares of that parameter (a bigint of their bits).
std::string of_shares(const std::string& user_id, const std::string& parameter);
/// For that parameter.
inline int64_t bits(Shares shares) { return static_cast<int64_t>(shares); }

}  // namespace herald::store::postgresql
