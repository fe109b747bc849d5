#include "store/postgresql/reader.hpp"

#include "store/answering.hpp"
#include "store/postgresql/inbox_epoch.hpp"
#include "store/postgresql/session.hpp"

namespace herald::store::postgresql {
namespace {

using base::Code;
using base::fail;

/// While the server cannot be reached requests are refused at once, but for one try in this time.
constexpr std::chrono::milliseconds kNextTry{250};

}  // namespace

Readers::Readers(const Address& address, Watchdog& watchdog, unsigned threads, std::size_t queue,
                 const base::Clock& clock)
    : address_(address), watchdog_(watchdog), limit_(queue), clock_(clock) {
  std::vector<State> states;
  for (unsigned i = 0; i < threads; ++i) states.push_back(open());
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
  if (why == nullptr)
    wake_.notify_one();
  else
    answering([&] { op->refuse(fail(Code::unavailable, why)); });
}

void Readers::loop(State state) {
  for (;;) {
    std::unique_ptr<ReadOp> op;
    {
      std::unique_lock lock{mutex_};
      wake_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      op = std::move(queue_.front());
      queue_.pop_front();
    }
    answer(state, *op);
  }
}

/// Throws SqlError.
Readers::State Readers::open() {
  {
    const std::lock_guard lock{mutex_};
    if (std::chrono::steady_clock::now() < no_try_before_)
      throw SqlError{SqlError::Kind::lost, {}, "the server could not be reached a moment ago"};
  }
  try {
    auto state =
        std::make_unique<ReadState>(connect(address_, watchdog_, Use::read), address_.lease.get());
    state->line = inbox_line(state->db);
    return state;
  } catch (const SqlError&) {
    const std::lock_guard lock{mutex_};
    no_try_before_ = std::chrono::steady_clock::now() + kNextTry;
    throw;
  }
}

void Readers::read(State& state, ReadOp& op) {
  state->replanning.look(state->db, clock_.mono());
  if (op.sees == Sees::statement) return op.run(*state);
  state->db.begin("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  op.run(*state);
  state->db.commit();
}

void Readers::answer(State& state, ReadOp& op) {
  for (int tries = 0;; ++tries) try {
      if (!state) state = open();
      read(state, op);
      return answering([&] { op.answer(); });
    } catch (const SqlError& error) {
      state.reset();
      if (tries == 0 && error.kind() != SqlError::Kind::request) continue;
      const std::string why = error.what();
      const bool own = error.kind() == SqlError::Kind::request;
      return answering([&] {
        op.refuse(own ? fail(Code::internal, "the database refused the request: " + why)
                      : fail(Code::unavailable, "the database cannot be read: " + why));
      });
    } catch (const std::bad_alloc&) {
      state.reset();
      return answering([&] { op.refuse(fail(Code::unavailable, kNoMemory)); });
    } catch (const std::exception& error) {
      state.reset();
      const std::string why = error.what();
      return answering(
          [&] { op.refuse(fail(Code::internal, "the request could not be read: " + why)); });
    }
}

}  // namespace herald::store::postgresql
