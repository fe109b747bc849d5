#include "store/sqlite/reader.hpp"

#include "store/sqlite/answering.hpp"

namespace herald::store::sqlite {
namespace {

using base::Code;
using base::fail;

const Sql kBegin{"BEGIN"};
const Sql kCommit{"COMMIT"};

}  // namespace

Readers::Readers(std::string path, unsigned threads, std::size_t queue)
    : path_(std::move(path)), limit_(queue) {
  std::vector<std::unique_ptr<ReadState>> states;
  for (unsigned i = 0; i < threads; ++i) states.push_back(std::make_unique<ReadState>(path_));
  open_ = threads;
  for (auto& state : states)
    threads_.emplace_back([this, mine = std::move(state)]() mutable { loop(std::move(mine)); });
}

Readers::~Readers() { stop(); }

void Readers::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_)
    if (thread.joinable()) thread.join();
}

void Readers::submit(std::unique_ptr<ReadOp> op) {
  const char* why = nullptr;
  {
    const std::lock_guard lock{mutex_};
    if (stopping_)
      why = "the store is closing; try again after the restart";
    else if (queue_.size() >= limit_)
      why = "too many reads are waiting; try again in a moment";
    else
      queue_.push_back(std::move(op));
  }
  if (why != nullptr)
    answering([&] { op->refuse(fail(Code::unavailable, why)); });
  else
    wake_.notify_one();
}

void Readers::reopen() {
  const std::lock_guard lock{mutex_};
  closing_ = open_ > 0;
  wake_.notify_all();
}

bool Readers::reopened() const {
  const std::lock_guard lock{mutex_};
  return !closing_;
}

void Readers::closed() {
  if (--open_ > 0) return;
  closing_ = false;
  wake_.notify_all();
}

void Readers::loop(std::unique_ptr<ReadState> state) {
  for (bool counted = true;;) {
    std::unique_ptr<ReadOp> op;
    {
      std::unique_lock lock{mutex_};
      if (closing_) state.reset();
      if (counted && !state) {
        counted = false;
        closed();
      }
      wake_.wait(lock, [&] { return stopping_ || (closing_ ? counted : !queue_.empty()); });
      if (closing_ && counted) continue;
      if (queue_.empty()) return;
      op = std::move(queue_.front());
      queue_.pop_front();
      if (!counted) ++open_;
      counted = true;
    }
    if (run(state, *op)) answering([&] { op->answer(); });
  }
}

/// False when the request was answered with an error here.
bool Readers::run(std::unique_ptr<ReadState>& state, ReadOp& op) {
  try {
    if (!state) state = std::make_unique<ReadState>(path_);
    state->db.run(kBegin);
    op.run(*state);
    state->db.run(kCommit);
    return true;
  } catch (const SqlError& error) {
    state.reset();
    const std::string why = error.what();
    if (error.fatal())
      answering([&] { op.refuse(fail(Code::unavailable, "the database cannot be read: " + why)); });
    else
      answering(
          [&] { op.refuse(fail(Code::internal, "the database refused the request: " + why)); });
  } catch (const std::bad_alloc&) {
    state.reset();
    answering([&] { op.refuse(fail(Code::unavailable, kNoMemory)); });
  } catch (const std::exception& error) {
    state.reset();
    const std::string why = error.what();
    answering([&] { op.refuse(fail(Code::internal, "the request could not be read: " + why)); });
  }
  return false;
}

}  // namespace herald::store::sqlite
