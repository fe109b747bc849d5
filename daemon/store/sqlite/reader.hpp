#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/executor.hpp"
#include "store/sqlite/chains.hpp"
#include "store/store.hpp"

namespace herald::store::sqlite {

/// What a read request works on: a query-only connection inside one read transaction. One reader
/// thread.
struct ReadState {
  explicit ReadState(const std::string& path, Connection::Mode mode = Connection::Mode::read)
      : db(path, mode) {}
  Connection db;
  ChainCache chains;
};

class ReadOp {
 public:
  virtual ~ReadOp() = default;
  virtual void run(ReadState& state) = 0;
  virtual void answer() = 0;
  virtual void refuse(base::Error error) = 0;
};

template <class T, class Body>
class ReadTask final : public ReadOp {
 public:
  ReadTask(Body body, Done<T> done) : body_(std::move(body)), done_(std::move(done)) {}
  void run(ReadState& state) override { result_.emplace(body_(state)); }
  void answer() override { done_(std::move(*result_)); }
  void refuse(base::Error error) override { done_(base::Result<T>{std::move(error)}); }

 private:
  Body body_;
  Done<T> done_;
  std::optional<base::Result<T>> result_;
};

/// Threads that read, each with its own connection. They see every commit whose answer went out
/// before the request came.
class Readers {
 public:
  /// Throws SqlError when the file cannot be opened. With `turns` there is no thread and one
  /// connection: each turn of that executor answers one request; see Writer.
  Readers(std::string path, unsigned threads, std::size_t queue, base::Executor* turns = nullptr);
  ~Readers();

  template <class T, class Body>
  void submit(Body body, Done<T> done) {
    submit(std::make_unique<ReadTask<T, Body>>(std::move(body), std::move(done)));
  }
  /// Closes every connection as soon as it answers nothing; the next request opens it again, once
  /// all are closed. As long as one is open SQLite keeps the descriptors of the file that others
  /// have closed, and gives them out again.
  void reopen();
  /// False from reopen() until all are closed.
  bool reopened() const;
  /// Answers what waits, ends the threads, closes the connections; later requests are refused.
  void stop();

 private:
  void submit(std::unique_ptr<ReadOp> op);
  void loop(std::unique_ptr<ReadState> state);
  void await_request(std::unique_lock<std::mutex>& lock, std::unique_ptr<ReadState>& state,
                     bool& counted);
  bool answer_next(std::unique_ptr<ReadState>& state);
  bool run(std::unique_ptr<ReadState>& state, ReadOp& op);
  void closed();

  const std::string path_;
  const std::size_t limit_;
  base::Executor* const turns_;
  std::unique_ptr<ReadState> state_;  // of the turns; threads have their own
  const std::shared_ptr<Readers*> self_ = std::make_shared<Readers*>(this);
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::unique_ptr<ReadOp>> queue_;
  bool stopping_ = false;
  bool closing_ = false;  // reopen() was asked for and `open_` is not 0 yet
  unsigned open_ = 0;     // threads that have a connection, or may be opening one
  std::vector<std::thread> threads_;
};

}  // namespace herald::store::sqlite
