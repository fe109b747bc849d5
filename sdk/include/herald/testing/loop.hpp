// loop.hpp - the heart of FakeHost: the event queue, the clock that is moved by hand, the list of
// broken rules. Thread-safe; events are delivered only by run().
#pragma once

#include <herald/herald.hpp>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#pragma GCC visibility push(hidden)
namespace herald::testing {

class FakeCore;
class FakeHttp;
class FakeInbox;
class FakeStore;

class Loop {
 public:
  using Send = std::function<void(const herald_event&)>;

  /// Guards the state of all parts; recursive because the parts call each other.
  std::recursive_mutex mutex;

  std::vector<std::string> without;  // interfaces this host does not have

  FakeCore* core = nullptr;
  FakeHttp* http = nullptr;
  FakeInbox* inbox = nullptr;
  FakeStore* store = nullptr;

  static Loop& of(const herald_host* host) { return *static_cast<Loop*>(host->impl); }

  /// Every host function starts with it: refuses calls after stop(), and those told to fail.
  herald_status enter(const char* function) {
    const std::lock_guard lock{mutex};
    if (stopped_) {
      violations_.push_back(std::string{function} + "() called after stop()");
      return HERALD_E_STATE;
    }
    if (const auto it = failures_.find(function); it != failures_.end()) {
      const auto status = it->second;
      failures_.erase(it);
      return status;
    }
    return HERALD_OK;
  }
  /// The next call of that host function returns this status: fail_next("kv_put", HERALD_E_LIMIT).
  void fail_next(const std::string& function, herald_status status) {
    const std::lock_guard lock{mutex};
    failures_[function] = status;
  }

  void violation(std::string text) {
    const std::lock_guard lock{mutex};
    violations_.push_back(std::move(text));
  }
  std::vector<std::string> violations() {
    const std::lock_guard lock{mutex};
    return violations_;
  }

  int64_t now_unix_ms() {
    const std::lock_guard lock{mutex};
    return now_ms_;
  }
  void set_now(int64_t unix_ms) {
    const std::lock_guard lock{mutex};
    now_ms_ = unix_ms;
  }

  static herald_event event(uint32_t type, uint64_t id, herald_status status = HERALD_OK) {
    herald_event ev{};
    ev.struct_size = sizeof ev;
    ev.type = type;
    ev.id = id;
    ev.status = status;
    return ev;
  }
  /// build(send) runs later, in run(): it makes the event's views and sends it.
  void queue(std::function<void(const Send&)> build) {
    {
      const std::lock_guard lock{mutex};
      if (stopped_) return;
      queue_.push_back(std::move(build));
    }
    wake_.notify_all();
  }
  void queue_done(herald_token token, herald_status status = HERALD_OK, uint64_t version = 0) {
    queue([=](const Send& send) {
      auto ev = event(HERALD_EV_DONE, token, status);
      ev.u.bytes = str(status == HERALD_OK ? std::string_view{} : describe(status));
      ev.version = version;
      send(ev);
    });
  }
  void queue_stored(herald_token token, std::string bytes, uint64_t version = 0,
                    herald_status status = HERALD_OK) {
    queue([=, bytes = std::move(bytes)](const Send& send) {
      auto ev = event(HERALD_EV_STORE, token, status);
      ev.u.bytes = str(bytes);
      ev.version = version;
      send(ev);
    });
  }

  /// Takes and sends the oldest event; false when there is none.
  bool step(const Send& send) {
    std::function<void(const Send&)> build;
    {
      const std::lock_guard lock{mutex};
      if (queue_.empty()) return false;
      build = std::move(queue_.front());
      queue_.pop_front();
    }
    build(send);
    return true;
  }
  /// Waits (real time) until an event is queued, for plugins with threads of their own.
  bool wait(std::chrono::milliseconds limit) {
    std::unique_lock lock{mutex};
    return wake_.wait_for(lock, limit, [&] { return !queue_.empty(); });
  }
  void stop() {
    const std::lock_guard lock{mutex};
    stopped_ = true;
    queue_.clear();
  }
  bool stopped() {
    const std::lock_guard lock{mutex};
    return stopped_;
  }

 private:
  std::condition_variable_any wake_;
  std::deque<std::function<void(const Send&)>> queue_;
  std::map<std::string, herald_status> failures_;
  std::vector<std::string> violations_;
  int64_t now_ms_ = 1'752'487'200'000;  // 2025-07-14T10:00:00Z
  bool stopped_ = false;
};

}  // namespace herald::testing
#pragma GCC visibility pop
