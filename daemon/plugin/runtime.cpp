#include "plugin/runtime.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <map>
#include <optional>
#include <thread>
#include <unordered_map>
#include <vector>

namespace herald::plugin {

namespace asio = boost::asio;

struct Alarms::State : std::enable_shared_from_this<Alarms::State> {
  using Key = std::pair<base::MonoPoint, uint64_t>;

  State(asio::io_context& io, const base::Clock& c) : clock{c}, timer{io} {}

  void arm() {
    if (stopped || due.empty() || armed == due.begin()->first.first) return;
    armed = due.begin()->first.first;
    const auto delay = std::max(armed - clock.mono(), base::Duration{0});
    timer.expires_after(std::min<base::Duration>(delay, std::chrono::minutes{1}));
    timer.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      if (!error) self->run_due();
    });
  }
  void run_due() {
    std::vector<std::function<void()>> ready;
    {
      const std::lock_guard lock{mutex};
      const auto now = clock.mono();
      while (!stopped && !due.empty() && due.begin()->first.first <= now) {
        ready.push_back(std::move(due.begin()->second));
        when.erase(due.begin()->first.second);
        due.erase(due.begin());
      }
      armed = {};
      arm();
    }
    for (auto& what : ready) what();
  }

  const base::Clock& clock;
  std::mutex mutex;
  std::map<Key, std::function<void()>> due;
  std::unordered_map<uint64_t, base::MonoPoint> when;
  uint64_t last = 0;
  base::MonoPoint armed{};
  bool stopped = false;
  asio::steady_timer timer;
};

Alarms::Alarms(asio::io_context& io, const base::Clock& clock)
    : state_{std::make_shared<State>(io, clock)} {}
Alarms::~Alarms() { stop(); }

uint64_t Alarms::at(base::MonoPoint when, std::function<void()> what) {
  const std::lock_guard lock{state_->mutex};
  if (state_->stopped) return 0;
  const auto id = ++state_->last;
  state_->due.emplace(State::Key{when, id}, std::move(what));
  state_->when.emplace(id, when);
  state_->arm();
  return id;
}

uint64_t Alarms::after(base::Duration delay, std::function<void()> what) {
  return at(state_->clock.mono() + delay, std::move(what));
}

bool Alarms::cancel(uint64_t id) {
  std::function<void()> dropped;  // destroyed outside the lock
  const std::lock_guard lock{state_->mutex};
  const auto found = state_->when.find(id);
  if (found == state_->when.end()) return false;
  const auto entry = state_->due.find({found->second, id});
  dropped = std::move(entry->second);
  state_->due.erase(entry);
  state_->when.erase(found);
  return true;
}

void Alarms::run_due() { state_->run_due(); }

void Alarms::stop() {
  std::map<State::Key, std::function<void()>> dropped;
  const std::lock_guard lock{state_->mutex};
  state_->stopped = true;
  dropped.swap(state_->due);
  state_->when.clear();
  state_->timer.cancel();
}

void Runtime::post(std::function<void()> f) { asio::post(io, std::move(f)); }

void keep_for_ever(std::shared_ptr<void> what) {
  static std::mutex mutex;
  static auto& kept =
      *new std::vector<std::shared_ptr<void>>;  // no destructor may run over it at exit
  const std::lock_guard lock{mutex};
  kept.push_back(std::move(what));
}

struct Lane::State {
  State(asio::io_context& core, unsigned threads)
      : own{threads != 0 ? std::make_unique<asio::io_context>() : nullptr},
        io{own ? *own : core},
        strand{asio::make_strand(io)} {
    if (own) work.emplace(asio::make_work_guard(*own));
  }
  std::unique_ptr<asio::io_context> own;
  asio::io_context& io;
  asio::strand<asio::io_context::executor_type> strand;
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work;
  std::mutex mutex;
  std::condition_variable ended;
  unsigned running = 0;
};

Lane::Lane(asio::io_context& io, unsigned threads) : state_{std::make_shared<State>(io, threads)} {
  state_->running = threads;
  for (unsigned i = 0; i < threads; ++i) {
    std::thread{[state = state_] {
      state->own->run();
      const std::lock_guard lock{state->mutex};
      --state->running;
      state->ended.notify_all();
    }}.detach();
  }
}
Lane::~Lane() { finish(); }

void Lane::post(std::function<void()> f) { asio::post(state_->strand, std::move(f)); }
void Lane::post_parallel(std::function<void()> f) { asio::post(state_->io, std::move(f)); }

void Lane::finish() {
  const std::lock_guard lock{state_->mutex};
  state_->work.reset();
}

bool Lane::wait(base::Duration grace) {
  std::unique_lock lock{state_->mutex};
  return state_->ended.wait_for(lock, grace, [&] { return state_->running == 0; });
}

}  // namespace herald::plugin
