#include "store/postgresql/writer.hpp"

#include <algorithm>
#include <utility>

#include "base/faults.hpp"
#include "store/answering.hpp"

namespace herald::store::postgresql {
namespace {

using base::Code;
using base::fail;
using Kind = SqlError::Kind;

/// Requests in one transaction: enough to pay for the commit, few enough that the first does not
/// wait for long.
constexpr std::size_t kBatch = 512;
/// Requests that are begun ahead of a commit's end. Fewer wait for those that come meanwhile: two
/// small commits take longer than one, and who comes after them would wait for both.
constexpr std::size_t kAhead = 24;
/// Times that a transaction is begun anew before its requests are refused.
constexpr unsigned kTries = 5;
/// A request failed by itself, not by a word of the server.
struct OwnFault {
  WriteOp& op;
  base::Error error;
};

}  // namespace

Writer::Writer(const Address& address, Watchdog& watchdog, std::size_t queue,
               const Settings& settings, const Decide& decide, const base::Clock& clock,
               InboxEpoch& epoch, std::unique_ptr<WriteState> state)
    : address_(address),
      watchdog_(watchdog),
      limit_(queue),
      settings_(settings),
      decide_(decide),
      clock_(clock),
      epoch_(epoch),
      state_(std::move(state)),
      thread_{[this] { loop(); }} {}

Writer::~Writer() { stop(); }

void Writer::submit(std::unique_ptr<WriteOp> op) {
  const char* why = nullptr;
  {
    const std::lock_guard lock{mutex_};
    if (stopping_)
      why = "the store is closing; try again after the restart";
    else if (!writable_)
      // Nobody waits for a server that may stay away; the writer finds out when it is back.
      why = "the database cannot be written at present; try again later";
    else if (queue_.size() >= limit_)
      why = "too many writes are waiting; try again in a moment";
    else
      queue_.push_back(std::move(op));
  }
  if (why == nullptr)
    wake_.notify_one();
  else
    answering([&] { op->refuse(fail(Code::unavailable, why)); });
}

void Writer::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
  state_.reset();
}

Health Writer::health() const {
  const std::lock_guard lock{mutex_};
  return {writable_, commits_, writes_, queue_.size(), deleted_, oldest_};
}

std::size_t Writer::waiting() const {
  const std::lock_guard lock{mutex_};
  return queue_.size();
}

void Writer::loop() {
  Batch batch;
  while (!batch.empty() || take(batch)) {
    commit(batch, true);
    batch = std::exchange(next_, {});
  }
}

bool Writer::take(Batch& batch) {
  std::unique_lock lock{mutex_};
  const auto wanted = [&] { return stopping_ || !queue_.empty(); };
  // While nobody writes, nobody but us would find out that the server went away, or is back.
  while (!wake_.wait_for(lock, pause(), wanted)) {
    lock.unlock();
    probe();
    lock.lock();
  }
  lock.unlock();
  take_waiting(batch);
  return !batch.empty();
}

void Writer::take_waiting(Batch& batch) {
  {
    const std::lock_guard lock{mutex_};
    while (!queue_.empty() && batch.size() < kBatch) {
      batch.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
  }
  // Those that work in memory first: then it is written out once, not between any two.
  std::stable_partition(batch.begin(), batch.end(), [](const auto& op) {
    Foreseen nothing;
    return op->foresee(nothing);
  });
}

void Writer::refuse(Part part, const base::Error& error) {
  for (auto& op : part)
    if (op) answering([&] { op->refuse(error); });
}

/// Answers every request of the part, in one transaction where that is possible. `last`: no others
/// come before those that wait.
void Writer::commit(Part part, bool last) {
  for (unsigned tries = 0; !part.empty();) {
    try {
      if (!ready())
        return refuse(part, fail(Code::unavailable,
                                 "the database cannot be reached at present; try again later"));
      transaction(part, last);
      for (auto& op : part)
        if (op) answering([&] { op->answer(); });
      HERALD_POINT("pg.answered");
      return;
    } catch (const OwnFault& fault) {
      roll_back();
      const auto found =
          std::find_if(part.begin(), part.end(), [&](auto& op) { return op.get() == &fault.op; });
      const auto failed = std::move(*found);  // leaves a gap
      answering([&] { failed->refuse(fault.error); });
    } catch (const SqlError& error) {
      switch (after(error, part, ++tries)) {
        case Next::again:
          continue;
        case Next::apart:
          commit(part.first(part.size() / 2), false);
          return commit(part.subspan(part.size() / 2), last);
        case Next::over:
          return;
      }
    } catch (const std::bad_alloc&) {
      // Where it was cut off is not known, so the connection goes too.
      state_.reset();
      return refuse(part, fail(Code::unavailable, kNoMemory));
    } catch (const std::exception& error) {
      state_.reset();
      return refuse(part, fail(Code::internal,
                               std::string{"the requests could not be written: "} + error.what()));
    }
  }
}

/// While a transaction is committed, when so many wait that the server would else be kept waiting.
void Writer::begin_next() {
  if (next_.empty() && waiting() >= kAhead) take_waiting(next_);
  if (next_.empty()) return;
  Foreseen foreseen;
  for (const auto& op : next_) op->foresee(foreseen);
  state_->begin_ahead(foreseen);
}

void Writer::transaction(Part part, bool last) {
  committing_ = false;
  auto& state = *state_;
  Foreseen foreseen;
  std::vector<bool> in_memory;
  for (const auto& op : part) in_memory.push_back(op && op->foresee(foreseen));
  state.begin(foreseen);
  HERALD_POINT("pg.begun");
  state.load(foreseen);
  std::size_t i = 0;
  for (; i < part.size(); ++i)
    if (part[i] && in_memory[i]) run(*part[i]);
  bool flushed = false;
  for (i = 0; i < part.size(); ++i) {
    if (!part[i] || in_memory[i]) continue;
    if (!flushed) state.flush();
    flushed = true;
    run(*part[i]);
  }
  state.before_commit();
  committing_ = true;
  state.commit();
  if (last) begin_next();
  epoch_.committed(state.committed());
  committing_ = false;
  commits_.fetch_add(1, std::memory_order_relaxed);
  writes_.fetch_add(part.size(), std::memory_order_relaxed);
  deleted_.fetch_add(state.retention.take_deleted(), std::memory_order_relaxed);
  oldest_ = state.retention.oldest();
  writable_ = true;
  failures_ = 0;
}

/// Throws SqlError or OwnFault.
void Writer::run(WriteOp& op) {
  try {
    op.run(*state_);
  } catch (const SqlError&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw OwnFault{op, fail(Code::unavailable, kNoMemory)};
  } catch (const std::exception& error) {
    throw OwnFault{
        op, fail(Code::internal, std::string{"the request could not be written: "} + error.what())};
  }
}

void Writer::roll_back() {
  if (!state_) return;
  try {
    state_->rollback();
  } catch (const SqlError&) {
    state_.reset();
  }
}

Writer::Next Writer::after(const SqlError& error, Part part, unsigned tries) {
  const std::string why = error.what();
  if (error.kind() == Kind::lost) {
    state_.reset();
    // What was not yet to be committed is not committed: once more on a new connection.
    if (!committing_ && tries < 3) return Next::again;
    const bool in_doubt = committing_;
    committing_ = false;
    // So that readiness shows at once what the next request would meet.
    writable_ = false;
    if (!in_doubt) failed();
    if (in_doubt && HERALD_MUTANT("in_doubt_taken_for_done"))
      for (auto& op : part)
        if (op) answering([&] { std::exchange(op, nullptr)->answer(); });
    refuse(part,
           fail(Code::unavailable,
                in_doubt ? "the connection to the database was lost while it committed; whether "
                           "this was recorded is not known, try again"
                         : "the database cannot be reached (" + why + "); try again later"));
    if (ready()) writable_ = true;
    return Next::over;
  }
  committing_ = false;
  if (error.state() == "23505" && state_) state_->clashed();
  roll_back();
  if (error.kind() == Kind::again && tries < kTries) return Next::again;
  if (error.kind() == Kind::unavailable ||
      (error.kind() == Kind::again && error.state() != "23505")) {
    failed();
    refuse(part, fail(Code::unavailable, "the database cannot write (" + why +
                                             "); see to the server, then try again"));
    return Next::over;
  }
  if (part.size() > 1) return Next::apart;
  refuse(part, fail(Code::internal, "the database refused the request: " + why));
  return Next::over;
}

}  // namespace herald::store::postgresql
