#include "store/sqlite/reader.hpp"

#include "store/answering.hpp"

namespace herald::store::sqlite {
namespace {

using base::Code;
using base::fail;

const Sql kBegin{"BEGIN"};
const Sql kCommit{"COMMIT"};

}  // namespace

Readers::Readers(std::string path, unsigned threads, std::size_t queue, base::Executor* turns)
    : path_(std::move(path)), limit_(queue), turns_(turns) {
  if (turns_ != nullptr) {
    state_ = std::make_unique<ReadState>(path_);
    return;
  }
  std::vector<std::unique_ptr<ReadState>> states;
  for (unsigned i = 0; i < threads; ++i) states.push_back(std::make_unique<ReadState>(path_));
  open_ = threads;
  for (auto& state : states)
    threads_.emplace_back([this, mine = std::move(state)]() mutable { loop(std::move(mine)); });
}

Readers::~Readers() {
  if (turns_ == nullptr) stop();
}

void Readers::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_)
    if (thread.joinable()) thread.join();
  if (turns_ == nullptr) return;
  while (answer_next(state_)) {
  }
  state_.reset();
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
  else if (turns_ == nullptr)
    wake_.notify_one();
  else
    turns_->post([self = std::weak_ptr{self_}] {
      if (const auto readers = self.lock()) (*readers)->answer_next((*readers)->state_);
    });
}

void Readers::reopen() {
  state_.reset();  // of the turns: nobody else runs meanwhile
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
    {
      std::unique_lock lock{mutex_};
      await_request(lock, state, counted);
    }
    if (!answer_next(state)) return;
  }
}

/// On a thread, until there is a request or no more to come; closes the connection meanwhile when
/// that is asked for. `counted`: whether this thread is among `open_`.
void Readers::await_request(std::unique_lock<std::mutex>& lock, std::unique_ptr<ReadState>& state,
                            bool& counted) {
  do {
    if (closing_) state.reset();
    if (counted && !state) {
      counted = false;
      closed();
    }
    wake_.wait(lock, [&] { return stopping_ || (closing_ ? counted : !queue_.empty()); });
  } while (closing_ && counted);
  if (!counted) ++open_;
  counted = true;
}

/// False when there is none.
bool Readers::answer_next(std::unique_ptr<ReadState>& state) {
  std::unique_ptr<ReadOp> op;
  {
    const std::lock_guard lock{mutex_};
    if (queue_.empty()) return !stopping_ && turns_ == nullptr;
    op = std::move(queue_.front());
    queue_.pop_front();
  }
  if (run(state, *op)) answering([&] { op->answer(); });
  return true;
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
