#include "plugin/op_table.hpp"

#include <atomic>

namespace herald::plugin {

namespace {
// Unique over all instances, so that a plugin cannot answer another instance's operation by a stale
// number.
std::atomic<uint64_t> last_op{0};
}  // namespace

uint64_t OpTable::open(Op op) {
  const std::lock_guard lock{mutex_};
  if (closed_ || open_.size() >= kMaxOpen) return 0;
  const auto id = ++last_op;
  open_.emplace(id, std::move(op));
  return id;
}

void OpTable::set_alarm(uint64_t id, uint64_t alarm) {
  const std::lock_guard lock{mutex_};
  if (const auto it = open_.find(id); it != open_.end()) it->second.alarm = alarm;
}

bool OpTable::enter(uint64_t id) {
  const std::lock_guard lock{mutex_};
  const auto it = open_.find(id);
  if (it == open_.end()) return false;
  it->second.entered = true;
  return true;
}

OpTable::Past OpTable::claim(uint64_t id) {
  const std::lock_guard lock{mutex_};
  if (const auto it = open_.find(id); it != open_.end()) {
    const auto& op = it->second;
    const auto claim = op.answered ? Claim::answered : op.appending ? Claim::busy : Claim::ok;
    return {claim, op.kind, op.attempt_id};
  }
  const auto it = finished_.find(id);
  if (it == finished_.end()) return {};
  const auto claim = it->second.by_deadline ? Claim::late : Claim::answered;
  it->second.by_deadline = false;
  return {claim, it->second.kind, it->second.attempt_id};
}

std::optional<Op> OpTable::peek(uint64_t id) const {
  const std::lock_guard lock{mutex_};
  const auto it = open_.find(id);
  if (it == open_.end()) return std::nullopt;
  Op copy;
  copy.kind = it->second.kind;
  copy.attempt_id = it->second.attempt_id;
  copy.max_output = it->second.max_output;
  copy.entered = it->second.entered;
  return copy;
}

bool OpTable::stash(uint64_t id, Ended ended) {
  const std::lock_guard lock{mutex_};
  const auto it = open_.find(id);
  if (it == open_.end() || it->second.answered || it->second.appending) return false;
  it->second.answered = std::move(ended);
  return true;
}

std::optional<Op> OpTable::begin_append(uint64_t id) {
  const std::lock_guard lock{mutex_};
  const auto it = open_.find(id);
  if (it == open_.end() || it->second.kind != Op::Kind::deliver || it->second.appending ||
      it->second.answered)
    return std::nullopt;
  it->second.appending = true;
  Op copy;
  copy.attempt_id = it->second.attempt_id;
  copy.notification = it->second.notification;
  copy.user = it->second.user;
  return copy;
}

void OpTable::end_append(uint64_t id) {
  const std::lock_guard lock{mutex_};
  if (const auto it = open_.find(id); it != open_.end()) it->second.appending = false;
}

std::optional<Ended> OpTable::stashed(uint64_t id) const {
  const std::lock_guard lock{mutex_};
  const auto it = open_.find(id);
  return it == open_.end() ? std::nullopt : it->second.answered;
}

void OpTable::when_empty(std::function<void()> what) {
  {
    const std::lock_guard lock{mutex_};
    if (!open_.empty()) {
      when_empty_ = std::move(what);
      return;
    }
  }
  what();
}

std::optional<Op> OpTable::take(uint64_t id, bool by_deadline) {
  std::function<void()> empty;  // called outside the lock
  std::unique_lock lock{mutex_};
  const auto it = open_.find(id);
  if (it == open_.end()) return std::nullopt;
  Op op = std::move(it->second);
  open_.erase(it);
  finished_.emplace(id, Finished{op.kind, op.attempt_id, by_deadline});
  finished_order_.push_back(id);
  if (finished_order_.size() > kRemembered) {
    finished_.erase(finished_order_.front());
    finished_order_.pop_front();
  }
  if (open_.empty()) empty.swap(when_empty_);
  lock.unlock();
  if (empty) empty();
  return op;
}

uint64_t OpTable::of_attempt(std::string_view attempt_id) const {
  const std::lock_guard lock{mutex_};
  for (const auto& [id, op] : open_)
    if (op.kind == Op::Kind::deliver && op.attempt_id == attempt_id) return id;
  return 0;
}

void OpTable::close() {
  const std::lock_guard lock{mutex_};
  closed_ = true;
}

std::vector<uint64_t> OpTable::ids() const {
  const std::lock_guard lock{mutex_};
  std::vector<uint64_t> ids;
  ids.reserve(open_.size());
  for (const auto& [id, op] : open_) ids.push_back(id);
  return ids;
}

std::size_t OpTable::size() const {
  const std::lock_guard lock{mutex_};
  return open_.size();
}

}  // namespace herald::plugin
