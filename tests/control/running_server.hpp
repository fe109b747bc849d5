#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/guarded.hpp"
#include "control/client.hpp"
#include "control/fake_operations.hpp"
#include "control/server.hpp"

namespace herald::testing {

/// A folder of its own, gone afterwards.
class TempFolder {
 public:
  TempFolder() {
    char name[] = "/tmp/herald-test-XXXXXX";
    if (::mkdtemp(name) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = name;
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// A control server over FakeOperations on a socket in a folder of its own.
class RunningServer {
 public:
  explicit RunningServer(control::ServerOptions options = {}) {
    if (options.path == control::ServerOptions{}.path) {
      options.path = folder / "control";
      options.group.clear();
      options.admin_group.clear();
    }
    path = options.path;
    options.version = "1.2.3";
    options.warn = [this](std::string message) {
      warnings.with([&](auto& list) { list.push_back(std::move(message)); });
    };
    server = std::make_unique<control::Server>(context, operations, std::move(options));
    thread = std::thread{[this] { context.run(); }};
    listening = server->listen();
    if (!listening) ADD_FAILURE() << listening.error().message;
  }
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;
  ~RunningServer() {
    server.reset();
    work.reset();
    context.stop();
    thread.join();
  }

  control::Client connect() const {
    auto client = control::Client::connect(path);
    if (!client) throw std::runtime_error(client.error().message);
    client->set_timeout(std::chrono::seconds{20});
    return std::move(*client);
  }
  /// One call on a connection of its own.
  control::Reply call(const std::string& method, std::string_view parameters = "{}") const {
    auto client = connect();
    auto reply = client.call(method, FakeOperations::object(parameters));
    if (!reply) throw std::runtime_error(reply.error().message);
    return std::move(*reply);
  }

  TempFolder folder;
  std::string path;
  FakeOperations operations;
  base::Guarded<std::vector<std::string>> warnings;
  boost::asio::io_context context;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{
      context.get_executor()};
  std::unique_ptr<control::Server> server;
  std::thread thread;
  base::Result<void> listening;
};

inline std::string json_text(const boost::json::object& o) { return boost::json::serialize(o); }

}  // namespace herald::testing
