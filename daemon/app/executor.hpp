#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <memory>
#include <unordered_map>

#include "base/executor.hpp"

namespace herald::app {

/// base::Executor over a strand of the core's io_context. Must outlive the run of the context.
class StrandExecutor final : public base::Executor {
 public:
  explicit StrandExecutor(boost::asio::io_context& io) : strand_{boost::asio::make_strand(io)} {}
  void post(std::function<void()> task) override;
  uint64_t after(base::Duration delay, std::function<void()> task) override;
  void cancel(uint64_t handle) override;

 private:
  using Timer = boost::asio::steady_timer;
  boost::asio::strand<boost::asio::io_context::executor_type> strand_;
  std::mutex mutex_;
  uint64_t last_ = 0;
  std::unordered_map<uint64_t, std::shared_ptr<Timer>> timers_;  // shared with the waiting handler
};

}  // namespace herald::app
