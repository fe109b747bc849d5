#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "store/postgresql/address.hpp"
#include "store/postgresql/inbox_epoch.hpp"
#include "store/postgresql/write_state.hpp"

namespace herald::store::postgresql {

/// A write request. `run` may be called again after a rollback, so it must leave its inputs as they
/// are.
class WriteOp {
 public:
  virtual ~WriteOp() = default;
  /// Adds what it will need. False: it works with statements of its own, after all that is held in
  /// memory has been written.
  virtual bool foresee(Foreseen& foreseen) const = 0;
  virtual void run(WriteState& state) = 0;
  /// Gives the answer of the latest run.
  virtual void answer() = 0;
  virtual void refuse(base::Error error) = 0;
};

/// `Body` is called with a WriteState& and gives a Result<T>: an error it returns must be found
/// before it changes anything. A body with a member `foresee(Foreseen&)` works in memory.
template <class T, class Body>
class WriteTask final : public WriteOp {
 public:
  WriteTask(Body body, Done<T> done) : body_(std::move(body)), done_(std::move(done)) {}
  bool foresee(Foreseen& foreseen) const override {
    if constexpr (requires { body_.foresee(foreseen); }) {
      body_.foresee(foreseen);
      return true;
    }
    return false;
  }
  void run(WriteState& state) override { result_.emplace(body_(state)); }
  void answer() override { done_(std::move(*result_)); }
  void refuse(base::Error error) override { done_(base::Result<T>{std::move(error)}); }

 private:
  Body body_;
  Done<T> done_;
  std::optional<base::Result<T>> result_;
};

/// The one thread that writes. Requests that wait while a commit is under way share the next one:
/// all they need is read at once, and all they change is written at once. What they need is asked
/// for right behind the COMMIT of those before them, so that the server need not wait for us.
class Writer {
 public:
  /// Any thread may submit.
  Writer(const Address& address, Watchdog& watchdog, std::size_t queue, const Settings& settings,
         const Decide& decide, const base::Clock& clock, InboxEpoch& epoch,
         std::unique_ptr<WriteState> state);
  ~Writer();

  template <class T, class Body>
  void submit(Body body, Done<T> done) {
    submit(std::make_unique<WriteTask<T, Body>>(std::move(body), std::move(done)));
  }
  /// Commits what waits, ends the thread, closes the connection; later requests are refused.
  void stop();
  Health health() const;

 private:
  using Batch = std::vector<std::unique_ptr<WriteOp>>;
  using Part = std::span<std::unique_ptr<WriteOp>>;
  void submit(std::unique_ptr<WriteOp> op);
  void loop();
  bool take(Batch& batch);
  void take_waiting(Batch& batch);
  std::size_t waiting() const;
  void commit(Part part, bool last);
  void transaction(Part part, bool last);
  void begin_next();
  void run(WriteOp& op);
  /// What came of an error of the server.
  enum class Next { again, apart, over };
  Next after(const SqlError& error, Part part, unsigned tries);
  void roll_back();
  static void refuse(Part part, const base::Error& error);
  bool ready();
  base::Duration pause() const;
  void probe();
  std::unique_ptr<WriteState> open();
  void failed();

  const Address& address_;
  Watchdog& watchdog_;
  const std::size_t limit_;
  const Settings& settings_;
  const Decide& decide_;
  const base::Clock& clock_;
  InboxEpoch& epoch_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::unique_ptr<WriteOp>> queue_;
  bool stopping_ = false;

  std::unique_ptr<WriteState> state_;  // null after a failure, until it could be opened again
  Batch next_;                         // taken while those before it were committed
  bool committing_ = false;            // COMMIT was sent, or is about to be
  unsigned failures_ = 0;
  base::MonoPoint retry_at_{};
  std::atomic<bool> writable_{true};
  std::atomic<uint64_t> commits_{0}, writes_{0}, deleted_{0};
  std::atomic<model::TimePoint> oldest_{model::TimePoint{}};
  std::thread thread_;
};

}  // namespace herald::store::postgresql
