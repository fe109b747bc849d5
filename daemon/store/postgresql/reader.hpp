#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "store/postgresql/address.hpp"
#include "store/postgresql/chains.hpp"
#include "store/postgresql/replanning.hpp"
#include "store/store.hpp"

namespace herald::store::postgresql {

/// What a read request works on. One reader thread.
struct ReadState {
  /// `lease`: of a node; it outlives this.
  explicit ReadState(std::unique_ptr<Connection> opened, const Lease* lease)
      : connection(std::move(opened)), db(*connection), lease_(lease) {}
  const std::unique_ptr<Connection> connection;
  Connection& db;
  std::string line;  ///< inbox_line()
  ChainCache chains;
  Replanning replanning;

  /// The recipients whose notifications are worked on here, and those whose are about to be.
  Shares working() const { return lease_ == nullptr ? kAllShares : lease_->working(); }
  Shares opening() const { return lease_ == nullptr ? kAllShares : lease_->opening(); }

 private:
  const Lease* const lease_;
};

/// What a request sees: one statement needs no transaction, several must see the same moment.
enum class Sees { statement, moment };

class ReadOp {
 public:
  explicit ReadOp(Sees what) : sees(what) {}
  virtual ~ReadOp() = default;
  /// May be called again on another connection.
  virtual void run(ReadState& state) = 0;
  virtual void answer() = 0;
  virtual void refuse(base::Error error) = 0;
  const Sees sees;
};

template <class T, class Body>
class ReadTask final : public ReadOp {
 public:
  ReadTask(Sees what, Body body, Done<T> done)
      : ReadOp(what), body_(std::move(body)), done_(std::move(done)) {}
  void run(ReadState& state) override { result_.emplace(body_(state)); }
  void answer() override { done_(std::move(*result_)); }
  void refuse(base::Error error) override { done_(base::Result<T>{std::move(error)}); }

 private:
  Body body_;
  Done<T> done_;
  std::optional<base::Result<T>> result_;
};

/// Threads that read, each with its own connection. They see every commit whose answer went out
/// before the request came. A connection that is lost is replaced, and the request asked again,
/// once.
class Readers {
 public:
  /// Throws SqlError when the server cannot be reached.
  Readers(const Address& address, Watchdog& watchdog, unsigned threads, std::size_t queue,
          const base::Clock& clock);
  ~Readers();

  template <class T, class Body>
  void submit(Sees sees, Body body, Done<T> done) {
    submit(std::make_unique<ReadTask<T, Body>>(sees, std::move(body), std::move(done)));
  }
  /// Answers what waits, ends the threads, closes the connections; later requests are refused.
  void stop();

 private:
  using State = std::unique_ptr<ReadState>;
  void submit(std::unique_ptr<ReadOp> op);
  void loop(State state);
  void answer(State& state, ReadOp& op);
  void read(State& state, ReadOp& op);
  State open();

  const Address& address_;
  Watchdog& watchdog_;
  const std::size_t limit_;
  const base::Clock& clock_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::unique_ptr<ReadOp>> queue_;
  bool stopping_ = false;
  std::chrono::steady_clock::time_point no_try_before_{};  // after a connection could not be made
  std::vector<std::thread> threads_;
};

}  // namespace herald::store::postgresql
