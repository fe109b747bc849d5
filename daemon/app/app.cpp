#include "app/app.hpp"

#include <unistd.h>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "app/answer.hpp"
#include "app/notify.hpp"
#include "app/operations.hpp"
#include "base/faults.hpp"

namespace herald::app {
namespace {

constexpr auto kDrain = std::chrono::seconds{15};
/// What applications wrote with SQL and is not taken by then is taken after the start.
constexpr auto kSqlRows = std::chrono::seconds{3};
/// What is told to producers and not answered by then is told again after the start.
constexpr auto kWebhooks = std::chrono::seconds{3};

}  // namespace

App::App(std::string config_path)
    : config_path_{std::move(config_path)}, started_{base::Clock::system().now()} {}
App::~App() = default;

int App::run() {
  std::signal(SIGPIPE, SIG_IGN);
  const int code = start();
  if (code == 0) serve();
  stop(code);
  return code;
}

config::ConfigPtr App::config() const {
  const std::lock_guard lock{config_mutex_};
  return config_;
}

void App::fail(std::string_view event, const base::Error& error) {
  if (log_)
    log_->error(event, error.message, {{"where", error.where}});
  else
    std::fprintf(stderr, "heraldd: %s\n", error.message.c_str());
}

void App::serve() {
  HERALD_POINT("app.doors_open");
  ready_ = true;
  log_->info("daemon.ready", "ready",
             {{"version", version()},
              {"http", config()->http.address + ":" + std::to_string(http_port_)},
              {"control", config()->control.socket},
              {"store", config()->store.url}});
  if (config()->development)
    log_->warning("daemon.development",
                  "development mode: callers from this machine need no credentials");
  notify_manager("READY=1\nSTATUS=Serving");
  HERALD_POINT("app.ready");
  for (;;) {
    std::function<void()> task;
    {
      std::unique_lock lock{tasks_mutex_};
      tasks_wait_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
      if (stopping_) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
  }
}

void App::on_main(std::function<void()> task) {
  const std::lock_guard lock{tasks_mutex_};
  tasks_.push_back(std::move(task));
  tasks_wait_.notify_one();
}

void App::watch_signals() {
  signals_ = std::make_unique<boost::asio::signal_set>(
      boost::asio::any_io_executor{core_->io.get_executor()}, SIGTERM, SIGINT, SIGHUP);
  // Recursive: waits again after each signal.
  auto wait = std::make_shared<std::function<void()>>();
  *wait = [this, weak = std::weak_ptr{wait}] {
    auto again = weak.lock();
    signals_->async_wait([this, again](const boost::system::error_code& ec, int number) {
      if (ec) return;
      if (number == SIGHUP) {
        reload([](const ReloadResult&) {});
        return (*again)();
      }
      const std::lock_guard lock{tasks_mutex_};
      stopping_ = true;
      tasks_wait_.notify_one();
    });
  };
  (*wait)();
}

void App::stop(int code) {
  // First step: nothing new comes in. Second step: what is under way ends, then the threads.
  ready_ = false;
  notify_manager("STOPPING=1\nSTATUS=Finishing what is under way");
  if (log_ && core_) log_->info("daemon.stopping", "finishing what is under way");
  HERALD_POINT("app.stopping");
  if (http_) http_->interrupt();
  if (control_) control_->interrupt();
  if (operations_) operations_->stop();
  if (core_) {
    if (!threads_.empty()) {
      Answer<bool> taken;
      core_->sql_producer.stop([callback = taken.callback()] { callback(true); });
      taken.wait(kSqlRows);
      Answer<std::size_t> left;
      core_->dispatcher.drain(kDrain, left.callback());
      if (const auto cut_off = left.wait(kDrain + std::chrono::seconds{5}); cut_off.value_or(0) > 0)
        log_->warning("daemon.cut_off",
                      "attempts were still in flight; they are declared lost at the next start",
                      {{"attempts", std::to_string(*cut_off)}});
      core_->plugins.drain(std::chrono::seconds{2});
      Answer<bool> told;
      core_->webhooks.stop([callback = told.callback()] { callback(true); });
      told.wait(kWebhooks);
    }
    if (http_) http_->drain(std::chrono::seconds{2});
    if (control_) control_->join();
    HERALD_POINT("app.doors_closed");
    core_->plugins.stop();
    HERALD_POINT("app.plugins_stopped");
    core_->store->close();
    HERALD_POINT("app.store_closed");
    signals_.reset();
    work_.reset();
    core_->io.stop();
  }
  // A plugin that never returns keeps its thread, which may then touch anything: all is stored, so
  // the process ends around it.
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds{2};
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    if (ended_.try_acquire_until(patience)) continue;
    log_->warning("daemon.left_behind", "stopped, with a plugin still inside a call");
    std::_Exit(code);
  }
  for (auto& thread : threads_) thread.join();
  threads_.clear();
  control_.reset();
  http_.reset();
  if (log_ && core_) log_->info("daemon.stopped", "stopped");
  operations_.reset();
  core_.reset();
}

}  // namespace herald::app
