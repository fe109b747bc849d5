#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/backoff.hpp"
#include "base/executor.hpp"
#include "store/sqlite/reader.hpp"
#include "store/sqlite/write_state.hpp"

namespace herald::store::sqlite {

/// A write request. `run` may be called again after a rollback, so it must leave its inputs as they
/// are.
class WriteOp {
 public:
  virtual ~WriteOp() = default;
  virtual void run(WriteState& state) = 0;
  /// Gives the answer of the latest run.
  virtual void answer() = 0;
  virtual void refuse(base::Error error) = 0;
};

template <class T, class Body>
class WriteTask final : public WriteOp {
 public:
  WriteTask(Body body, Done<T> done) : body_(std::move(body)), done_(std::move(done)) {}
  void run(WriteState& state) override { result_.emplace(body_(state)); }
  void answer() override { done_(std::move(*result_)); }
  void refuse(base::Error error) override { done_(base::Result<T>{std::move(error)}); }

 private:
  Body body_;
  Done<T> done_;
  std::optional<base::Result<T>> result_;
};

/// The one thread that writes. Requests that wait while a commit is under way share the next one.
class Writer {
 public:
  /// Any thread may submit. The state's pragmas were checked and its schema is current. With
  /// `turns` there is no thread: each turn of that executor commits what waits by then, and whoever
  /// destroys the writer without stop() has what a killed process leaves. `readers`: all other
  /// connections to the file; they outlive this one.
  Writer(std::string path, std::size_t queue, const Settings& settings, const Decide& decide,
         const base::Clock& clock, std::unique_ptr<WriteState> state, Readers& readers,
         base::Executor* turns = nullptr);
  ~Writer();

  /// `body(WriteState&)` gives a Result<T>: an error it returns must be found before it writes
  /// anything.
  template <class T, class Body>
  void submit(Body body, Done<T> done) {
    submit(std::make_unique<WriteTask<T, Body>>(std::move(body), std::move(done)));
  }

  /// Commits what waits and ends the thread; later requests are refused. The file stays open until
  /// finish().
  void stop();
  /// Copies the log into the file and closes it; after the readers have gone.
  void finish();
  Health health() const;

 private:
  using Batch = std::vector<std::unique_ptr<WriteOp>>;
  void submit(std::unique_ptr<WriteOp> op);
  void loop();
  void turn(Batch& batch);
  bool take(Batch& batch);
  void commit(Batch& batch);
  bool try_commit(Batch& batch);
  std::optional<base::Error> run(WriteOp& op);
  bool ready();
  /// Time until the next probe.
  base::Duration pause() const;
  /// After a failure: whether something can be written again.
  void probe();
  std::unique_ptr<WriteState> open() const;
  void give_up(Batch& batch, const SqlError& error);

  const std::string path_;
  const std::size_t limit_;
  const Settings& settings_;
  const Decide& decide_;
  const base::Clock& clock_;
  Readers& readers_;
  base::Executor* const turns_;
  /// Turns that were posted hold it weakly: they may outlive this.
  const std::shared_ptr<Writer*> self_ = std::make_shared<Writer*>(this);

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::unique_ptr<WriteOp>> queue_;
  bool stopping_ = false;

  std::unique_ptr<WriteState> state_;  // null after a failure, until it could be opened again
  unsigned failures_ = 0;
  base::MonoPoint retry_at_{};
  std::atomic<bool> writable_{true};
  std::atomic<uint64_t> commits_{0}, writes_{0}, deleted_{0};
  std::atomic<model::TimePoint> oldest_{model::TimePoint{}};
  std::thread thread_;
};

}  // namespace herald::store::sqlite
