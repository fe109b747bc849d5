#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "store/postgresql/listener.hpp"
#include "store/postgresql/node_rows.hpp"

namespace herald::store::postgresql {

/// Keeps this process a node among others: renews its lease, takes over from nodes whose lease is
/// over, and evens the shares out. On a thread and a connection of its own, so that it does not
/// wait for what is written. In every round: at most one transaction.
class Membership final : public NodeStore {
 public:
  /// `address.lease` is there. `opened`: the store's connection, used here only. Throws SqlError.
  Membership(const Address& address, Watchdog& watchdog, Connection& opened);
  ~Membership() override { stop(); }
  /// Gives everything back, in order. After the last write.
  void stop();

  void on_news(Hears hears) override;
  bool works_on(model::UserId user) const override {
    return lease_.alive() && has(lease_.working(), share_of(user));
  }
  double part() const override { return static_cast<double>(count(lease_.held())) / kShares; }
  bool periodic() const override { return lease_.has_share(kPeriodicShare); }
  Opening to_open() override;
  void opened() override { lease_.opened(); }
  Shares to_leave() const override { return lease_.leaving(); }
  void left(Shares shares) override;
  void tell(Word word) override;
  void nodes(Done<std::vector<Node>> done) override;
  /// How often others may have changed whose an identity is.
  uint64_t people_changes() const { return people_changes_; }

 private:
  using Steady = Lease::Steady;
  void loop();
  /// How long to wait for the next one. Throws SqlError.
  std::chrono::milliseconds round();
  std::chrono::milliseconds give_up(const char* why);
  void answer_asked();
  /// What the database's clock said between then and now.
  void steer(base::MonoPoint from, base::TimePoint there) const;
  void heard(const char* payload);
  std::shared_ptr<const Hears> hears() const;

  const Address& address_;
  Watchdog& watchdog_;
  Lease& lease_;
  std::unique_ptr<Connection> db_;
  Steady::time_point renewed_{}, steady_since_{}, looked_{}, people_looked_{};
  std::atomic<uint64_t> people_changes_{0};

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::shared_ptr<const Hears> hears_;  // shared by the calls under way
  Shares give_back_ = 0;
  bool after_death_ = false, stopping_ = false, soon_ = false, is_lost_ = false;
  bool others_ = false;  // there are some
  std::vector<Done<std::vector<Node>>> asked_;
  std::unique_ptr<Listener> listener_;
  std::thread thread_;
};

}  // namespace herald::store::postgresql
