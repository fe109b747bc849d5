// app: wiring, start, signals, reload, two-step stop. The only room that knows all others.
// The main thread starts, reloads and stops, and may block; everything else runs on the core's
// threads. Never does what a room can do: it decides order, nothing else.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include "app/core.hpp"
#include "base/steered_clock.hpp"
#include "config/load.hpp"
#include "control/server.hpp"
#include "http/server.hpp"

namespace boost::asio {
template <class E>
class basic_signal_set;
}

namespace herald::app {

class ControlOperations;

/// What a reload came to.
struct ReloadResult {
  config::Diagnostics diagnostics;
  std::vector<config::Change> changes;
  std::vector<base::Error> problems;  ///< plugins, secrets, log: beyond the file itself
  bool ok() const { return diagnostics.ok() && problems.empty(); }
};

class App {
 public:
  explicit App(std::string config_path);
  ~App();

  /// Runs until SIGTERM or SIGINT. 0, 1 (could not start, or stopped by force), 2 (configuration).
  int run();

  /// For the control room; any thread. `done` on the main thread.
  void reload(std::function<void(const ReloadResult&)> done);
  config::ConfigPtr config() const;
  bool ready() const { return ready_; }
  /// Whether what exactly one node does is done here.
  bool periodic() const { return periodic_; }
  uint16_t http_port() const { return http_port_; }
  base::TimePoint started() const { return started_; }
  Core& core() { return *core_; }
  /// Reads the service tokens into the authenticator again.
  void refresh_tokens(std::function<void(base::Result<void>)> done);
  /// The same, and other nodes are told to.
  void tokens_changed(std::function<void(base::Result<void>)> done);

 private:
  int start();
  base::Result<void> open_core();
  bool start_plugins();
  bool check_together(const config::Config& config, config::Diagnostics& diagnostics);
  base::Result<void> start_delivery();
  // nodes.cpp
  void join_nodes();
  void heard(const store::Word& word);
  void look_at_others();
  void take_up_periodic();
  void begin_periodic();
  base::Result<void> open_doors();
  base::Result<void> load_keys(const config::Config& config);
  void apply_rules();
  void serve();
  void stop(int code);
  void watch_signals();
  ReloadResult reload_now();
  void on_main(std::function<void()> task);
  std::string metrics_text();
  std::string not_ready() const;
  void fail(std::string_view event, const base::Error& error);

  const std::string config_path_;
  const base::TimePoint started_;
  mutable std::mutex config_mutex_;
  config::ConfigPtr config_;
  std::unique_ptr<telemetry::Logging> log_;
  base::SteeredClock clock_;  // the machine's, or of several nodes the one they share
  std::unique_ptr<Core> core_;
  std::unique_ptr<ControlOperations> operations_;
  std::unique_ptr<control::Server> control_;
  std::unique_ptr<http::Server> http_;
  std::unique_ptr<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work_;
  std::vector<std::thread> threads_;
  std::counting_semaphore<> ended_{0};  // one for each of threads_ that has returned
  std::unique_ptr<boost::asio::basic_signal_set<boost::asio::any_io_executor>> signals_;
  std::atomic<bool> ready_{false};
  /// Webhooks and the outbox are this daemon's: once, and until its end.
  std::atomic<bool> periodic_{false};
  std::atomic<unsigned> looks_{0};
  std::atomic<uint64_t> swept_{0};  // the tokens' generation when streams were last looked through
  std::atomic<uint16_t> http_port_{0};

  std::mutex tasks_mutex_;
  std::condition_variable tasks_wait_;
  std::deque<std::function<void()>> tasks_;
  bool stopping_ = false;
};

}  // namespace herald::app
