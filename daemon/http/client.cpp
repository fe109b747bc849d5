#include "http/client.hpp"

#include <algorithm>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include "http/transfer.hpp"

namespace herald::http {
namespace {

/// libcurl's global state, once per process.
void start_curl() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK) throw std::runtime_error("libcurl cannot start");
}

}  // namespace

class Client::Loop {
 public:
  explicit Loop(ClientOptions options) : options_(std::move(options)) {
    start_curl();
    multi_ = curl_multi_init();
    if (multi_ == nullptr) throw std::runtime_error("libcurl cannot start");
    curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS,
                      static_cast<long>(options_.max_per_host));
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(options_.max_in_flight));
    curl_multi_setopt(multi_, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
    thread_ = std::thread([this] { run(); });
  }
  ~Loop() {
    {
      const std::lock_guard lock{mutex_};
      stopping_ = true;
    }
    curl_multi_wakeup(multi_);
    thread_.join();
    curl_multi_cleanup(multi_);
  }

  uint64_t add(model::web::FetchRequest request,
               std::function<void(model::web::FetchResult)> done) {
    uint64_t handle = 0;
    {
      const std::lock_guard lock{mutex_};
      handle = next_++;
      const bool full = waiting_.size() >= options_.max_queued || stopping_;
      if (full) request = {};  // only the news of the refusal is kept
      auto transfer = std::make_unique<Transfer>(handle, std::move(request), std::move(done));
      (full ? refused_ : waiting_).push_back(std::move(transfer));
    }
    curl_multi_wakeup(multi_);
    return handle;
  }
  void cancel(uint64_t handle) {
    {
      const std::lock_guard lock{mutex_};
      cancelled_.insert(handle);
    }
    curl_multi_wakeup(multi_);
  }
  std::size_t pending() const {
    const std::lock_guard lock{mutex_};
    return waiting_.size() + running_count_;
  }

 private:
  using Queue = std::deque<std::unique_ptr<Transfer>>;

  void run() {
    bool stop = false;
    while (!stop) {
      // Without memory nothing can be promised but that this thread goes on.
      try {
        stop = turn();
      } catch (const std::bad_alloc&) {
        std::this_thread::yield();
      }
    }
    end_all();
  }

  /// One round; true when it is time to stop.
  bool turn() {
    Queue refused, start, dropped;
    std::unordered_set<uint64_t> cancelled;
    const auto now = Transfer::Clock::now();
    auto wake = now + std::chrono::seconds{1};
    {
      const std::lock_guard lock{mutex_};
      if (stopping_) return true;
      refused.swap(refused_);
      cancelled.swap(cancelled_);
      for (auto it = waiting_.begin(); it != waiting_.end();) {
        const bool out = cancelled.contains((*it)->handle()) || (*it)->deadline() <= now;
        if (!out) wake = std::min(wake, (*it)->deadline());
        if (out) dropped.push_back(std::move(*it));
        it = out ? waiting_.erase(it) : it + 1;
      }
      take_turns(start);
      running_count_ = running_.size() + start.size();
    }
    for (const auto& t : refused)
      t->fail("too many requests are waiting; try again later", false, false);
    for (const auto& t : dropped) {
      const bool by_caller = cancelled.contains(t->handle());
      t->fail(by_caller ? "cancelled" : "the request waited too long in the queue", by_caller,
              !by_caller);
    }
    for (auto& t : start) begin(std::move(t));
    for (const auto handle : cancelled)
      take(handle, [](Transfer& t) { t.fail("cancelled", true, false); });

    int still = 0;
    curl_multi_perform(multi_, &still);
    const bool ended = collect();
    {
      const std::lock_guard lock{mutex_};
      running_count_ = running_.size();
    }
    if (ended) return false;
    const auto pause = std::chrono::duration_cast<std::chrono::milliseconds>(wake - now);
    curl_multi_poll(multi_, nullptr, 0, static_cast<int>(std::max<int64_t>(pause.count(), 1)),
                    nullptr);
    return false;
  }

  /// Moves to `start` what may begin now, the oldest first. A host whose name is not found or that
  /// does not answer holds no more places than it may have connections.
  void take_turns(Queue& start) {
    std::unordered_map<std::string_view, std::size_t> at;
    for (const auto& [handle, transfer] : running_) ++at[transfer->authority()];
    auto left = options_.max_in_flight - std::min(running_.size(), options_.max_in_flight);
    for (auto it = waiting_.begin(); it != waiting_.end() && left > 0;) {
      auto& busy = at[(*it)->authority()];
      if (busy >= options_.max_per_host) {
        ++it;
        continue;
      }
      ++busy;
      --left;
      start.push_back(std::move(*it));
      it = waiting_.erase(it);
    }
  }

  void begin(std::unique_ptr<Transfer> transfer) {
    if (auto problem = transfer->prepare(options_); !problem.empty())
      return transfer->fail(std::move(problem), false, false);
    const auto handle = transfer->handle();
    if (curl_multi_add_handle(multi_, transfer->easy()) != CURLM_OK)
      return transfer->fail("libcurl has no memory", false, false);
    running_.emplace(handle, std::move(transfer));
  }

  /// Ends a running transfer in the way that `how` says; it is out of libcurl's hands then.
  template <class F>
  void take(uint64_t handle, F&& how) {
    const auto it = running_.find(handle);
    if (it == running_.end()) return;
    const auto transfer = std::move(it->second);
    running_.erase(it);
    how(*transfer);
    curl_multi_remove_handle(multi_, transfer->easy());
  }

  bool collect() {
    bool any = false;
    int left = 0;
    while (const auto* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      void* raw = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &raw);
      const auto code = message->data.result;
      take(static_cast<Transfer*>(raw)->handle(), [&](Transfer& t) { t.finish(code); });
      any = true;
    }
    return any;
  }

  void end_all() {
    Queue rest;
    {
      const std::lock_guard lock{mutex_};
      rest.swap(waiting_);
      std::move(refused_.begin(), refused_.end(), std::back_inserter(rest));
      refused_.clear();
    }
    while (!running_.empty())
      take(running_.begin()->first, [](Transfer& t) { t.fail("Herald is stopping", true, false); });
    for (const auto& t : rest) t->fail("Herald is stopping", true, false);
  }

  const ClientOptions options_;
  CURLM* multi_ = nullptr;
  std::thread thread_;

  mutable std::mutex mutex_;
  Queue waiting_, refused_;
  std::unordered_set<uint64_t> cancelled_;
  std::size_t running_count_ = 0;
  uint64_t next_ = 1;
  bool stopping_ = false;

  std::unordered_map<uint64_t, std::unique_ptr<Transfer>> running_;  ///< client thread only
};

Client::Client(ClientOptions options) : loop_(std::make_unique<Loop>(std::move(options))) {}
Client::~Client() = default;

uint64_t Client::fetch(model::web::FetchRequest request,
                       std::function<void(model::web::FetchResult)> done) {
  return loop_->add(std::move(request), std::move(done));
}
void Client::cancel(uint64_t handle) { loop_->cancel(handle); }
std::size_t Client::pending() const { return loop_->pending(); }

}  // namespace herald::http
