#include "store/sqlite/writer.hpp"

#include <algorithm>

#include "base/faults.hpp"
#include "store/answering.hpp"
#include "store/sqlite/schema.hpp"

namespace herald::store::sqlite {
namespace {

using base::Code;
using base::fail;

/// Requests in one transaction: enough to pay for the sync, few enough that the first does not wait
/// for long.
constexpr std::size_t kBatch = 512;
constexpr base::Backoff kReopen{std::chrono::milliseconds{100}, std::chrono::seconds{5}};

}  // namespace

Writer::Writer(std::string path, std::size_t queue, const Settings& settings, const Decide& decide,
               const base::Clock& clock, std::unique_ptr<WriteState> state, Readers& readers,
               base::Executor* turns)
    : path_(std::move(path)),
      limit_(queue),
      settings_(settings),
      decide_(decide),
      clock_(clock),
      readers_(readers),
      turns_(turns),
      state_(std::move(state)) {
  if (HERALD_MUTANT("skipped_fsync")) state_->db.exec("PRAGMA synchronous=OFF");
  state_->counters.load(state_->db);
  if (turns_ == nullptr) thread_ = std::thread{[this] { loop(); }};
}

Writer::~Writer() {
  if (turns_ != nullptr) return;
  stop();
  finish();
}

void Writer::submit(std::unique_ptr<WriteOp> op) {
  const char* why = nullptr;
  {
    const std::lock_guard lock{mutex_};
    if (stopping_)
      why = "the store is closing; try again after the restart";
    else if (queue_.size() >= limit_)
      why = "too many writes are waiting; try again in a moment";
    else
      queue_.push_back(std::move(op));
  }
  if (why != nullptr)
    answering([&] { op->refuse(fail(Code::unavailable, why)); });
  else if (turns_ == nullptr)
    wake_.notify_one();
  else
    turns_->post([self = std::weak_ptr{self_}] {
      Batch batch;
      if (const auto writer = self.lock(); writer && (*writer)->take(batch)) (*writer)->turn(batch);
    });
}

void Writer::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
  if (turns_ != nullptr) loop();
}

void Writer::finish() {
  if (!state_) return;
  HERALD_POINT("store.closing");
  try {
    state_->checkpoint(true);
  } catch (const SqlError&) {  // the log keeps everything and is read at the next start
  }
  state_.reset();
  HERALD_POINT("store.closed");
}

Health Writer::health() const {
  const std::lock_guard lock{mutex_};
  return {writable_, commits_, writes_, queue_.size(), deleted_, oldest_};
}

void Writer::loop() {
  Batch batch;
  while (take(batch)) turn(batch);
}

void Writer::turn(Batch& batch) {
  commit(batch);
  batch.clear();
  if (!state_) return;
  try {
    state_->checkpoint(false);
  } catch (const SqlError& error) {
    give_up(batch, error);
  }
}

bool Writer::take(Batch& batch) {
  std::unique_lock lock{mutex_};
  const auto wanted = [&] { return stopping_ || !queue_.empty(); };
  // While nothing can be written, readiness keeps clients away; so nobody but us would find out
  // that the fault has healed.
  while (turns_ == nullptr && !writable_ && !wake_.wait_for(lock, pause(), wanted)) {
    lock.unlock();
    probe();
    lock.lock();
  }
  if (turns_ == nullptr) wake_.wait(lock, wanted);
  while (!queue_.empty() && batch.size() < kBatch) {
    batch.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return !batch.empty();
}

void Writer::commit(Batch& batch) {
  if (!ready()) {
    for (auto& op : batch)
      answering([&] {
        op->refuse(
            fail(Code::unavailable, "the database cannot be opened at present; try again later"));
      });
    return;
  }
  try {
    while (!batch.empty() && !try_commit(batch)) {
    }
    for (auto& op : batch) answering([&] { op->answer(); });
    HERALD_POINT("store.answered");
  } catch (const SqlError& error) {
    give_up(batch, error);
  }
}

/// What is wrong with this one request. Throws SqlError when it is not the request's fault.
std::optional<base::Error> Writer::run(WriteOp& op) {
  std::string why;
  try {
    op.run(*state_);
    return std::nullopt;
  } catch (const SqlError& error) {
    if (error.fatal()) throw;
    why = error.what();
  } catch (const std::bad_alloc&) {
    return fail(Code::unavailable, kNoMemory);
  } catch (const std::exception& error) {
    why = error.what();
  }
  return fail(Code::internal, "the database refused the request: " + why);
}

/// One transaction over the batch. When a request fails it is answered and taken out, and false
/// given: the others again.
bool Writer::try_commit(Batch& batch) {
  state_->begin();
  HERALD_POINT("store.begun");
  for (auto op = batch.begin(); op != batch.end(); ++op) {
    auto error = run(**op);
    if (!error) continue;
    state_->rollback();
    const auto failed = std::move(*op);
    batch.erase(op);
    answering([&] { failed->refuse(std::move(*error)); });
    return false;
  }
  HERALD_POINT("store.before_commit");
  try {
    state_->commit();
  } catch (const SqlError&) {
    if (!HERALD_MUTANT("sync_failure_ignored")) throw;
  }
  HERALD_POINT("store.after_commit");
  commits_.fetch_add(1, std::memory_order_relaxed);
  writes_.fetch_add(batch.size(), std::memory_order_relaxed);
  deleted_.fetch_add(state_->retention.take_deleted(), std::memory_order_relaxed);
  oldest_ = state_->retention.oldest();
  writable_ = true;
  failures_ = 0;
  return true;
}

/// Nothing is tried again on a connection that failed. After a failed sync the kernel may have
/// dropped what was not written, and says so once only: a second sync of the same descriptor would
/// lie, so that is closed too. What fails twice may be kept broken by the other connections, which
/// share the log's index.
void Writer::give_up(Batch& batch, const SqlError& error) {
  writable_ = false;
  state_.reset();
  if (error.sync() || failures_ > 0) readers_.reopen();
  // The first time at once: most often the disk had room again for something smaller.
  retry_at_ =
      clock_.mono() + (failures_ == 0 ? base::Duration{0} : kReopen.after(failures_, failures_));
  ++failures_;
  const auto why = "the database cannot write (" + std::string{error.what()} +
                   "); free space or repair, then try again";
  for (auto& op : batch) answering([&] { op->refuse(fail(Code::unavailable, why)); });
}

base::Duration Writer::pause() const {
  return std::clamp<base::Duration>(retry_at_ - clock_.mono(), std::chrono::milliseconds{20},
                                    std::chrono::seconds{5});
}

void Writer::probe() {
  if (!ready()) return;
  try {
    state_->probe();
    writable_ = true;
    failures_ = 0;
  } catch (const SqlError& error) {
    Batch nobody;
    give_up(nobody, error);
  }
}

bool Writer::ready() {
  if (state_) return true;
  if (clock_.mono() < retry_at_ || !readers_.reopened()) return false;
  try {
    state_ = open();
  } catch (const SqlError&) {
    readers_.reopen();
    ++failures_;
    retry_at_ = clock_.mono() + kReopen.after(failures_, failures_);
  }
  return state_ != nullptr;
}

std::unique_ptr<WriteState> Writer::open() const {
  auto state = std::make_unique<WriteState>(path_, settings_, decide_, clock_);
  if (const auto checked = check_pragmas(state->db, path_); !checked)
    throw SqlError{1, checked.error().message};
  // What was in doubt may have become durable.
  state->counters.load(state->db);
  return state;
}

}  // namespace herald::store::sqlite
