#include "store/sqlite/reader.hpp"

namespace herald::store::sqlite {
namespace {

using base::Code;
using base::fail;

const Sql kBegin{"BEGIN"};
const Sql kCommit{"COMMIT"};

/// A callback that throws is a bug of its room; the thread must live on.
template <class F>
void safely(F&& f) noexcept {
  try {
    f();
  } catch (...) {
  }
}

}  // namespace

Readers::Readers(std::string path, unsigned threads, std::size_t queue, base::Executor* turns)
    : path_(std::move(path)), limit_(queue), turns_(turns) {
  if (turns_ != nullptr) {
    state_ = std::make_unique<ReadState>(path_);
    return;
  }
  std::vector<std::unique_ptr<ReadState>> states;
  for (unsigned i = 0; i < threads; ++i) states.push_back(std::make_unique<ReadState>(path_));
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
    safely([&] { op->refuse(fail(Code::unavailable, why)); });
  else if (turns_ == nullptr)
    wake_.notify_one();
  else
    turns_->post([self = std::weak_ptr{self_}] {
      if (const auto readers = self.lock()) (*readers)->answer_next((*readers)->state_);
    });
}

void Readers::loop(std::unique_ptr<ReadState> state) {
  while (answer_next(state)) {
  }
}

/// Waits for a request on a thread. False when there is none any more.
bool Readers::answer_next(std::unique_ptr<ReadState>& state) {
  std::unique_ptr<ReadOp> op;
  {
    std::unique_lock lock{mutex_};
    if (turns_ == nullptr) wake_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return false;
    op = std::move(queue_.front());
    queue_.pop_front();
  }
  if (run(state, *op)) safely([&] { op->answer(); });
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
      safely([&] { op.refuse(fail(Code::unavailable, "the database cannot be read: " + why)); });
    else
      safely([&] { op.refuse(fail(Code::internal, "the database refused the request: " + why)); });
  } catch (const std::exception& error) {
    state.reset();
    const std::string why = error.what();
    safely([&] { op.refuse(fail(Code::internal, "the request could not be read: " + why)); });
  }
  return false;
}

}  // namespace herald::store::sqlite
