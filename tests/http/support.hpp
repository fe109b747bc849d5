#pragma once

#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "http/auth.hpp"
#include "http/router.hpp"
#include "http/server.hpp"
#include "model/ports/directory.hpp"

namespace herald::http::test {

namespace web = model::web;
using std::chrono::milliseconds;

/// Users 1..99 exist with phone +2376000000NN; anything of digits is an id, with a plus a phone,
/// the rest malformed.
class FakeDirectory final : public model::ports::Directory {
 public:
  base::Result<model::Identity> parse(std::string_view spelled) const override;
  base::Result<model::Identity> normalise(model::Identity identity) const override {
    return identity;
  }
  void resolve(model::Identity identity, Done<model::UserId> done) override;
  void learn(model::Identity, model::Identity, Done<bool> done) override { done(true); }
  void mark(model::Identity, std::string, base::TimePoint, Done<bool> done) override { done(true); }

  /// Runs what answers; by default at once, on the caller's thread.
  std::function<void(std::function<void()>)> defer;
};

/// A clock that tests move.
class HandClock final : public base::Clock {
 public:
  base::TimePoint now() const override { return now_; }
  base::MonoPoint mono() const override { return base::MonoPoint{now_.time_since_epoch()}; }
  void set(base::TimePoint t) { now_ = t; }
  void advance(base::Duration d) { now_ += d; }

 private:
  base::TimePoint now_ = base::from_unix_ms(1'752'487'200'000);
};

/// What came back for one request.
struct Answer {
  unsigned status = 0;
  std::map<std::string, std::string> headers;  ///< lower-case names
  std::string body;
  std::string header(const std::string& name) const {
    const auto it = headers.find(name);
    return it == headers.end() ? std::string{} : it->second;
  }
};

/// A plain TCP connection; every wait is bounded and fails the test loudly instead of hanging it.
class Wire {
 public:
  explicit Wire(uint16_t port, int receive_buffer = 0);
  ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  void send(std::string_view bytes);
  /// Sends as far as the peer takes it; false when it closed before.
  bool try_send(std::string_view bytes);
  void half_close();
  /// Closes with a reset.
  void reset();
  void close();
  /// The next answer; nothing when the connection ended first. `head_only`: the request was HEAD.
  std::optional<Answer> read(bool head_only = false);
  /// At most `n` bytes, at least one; empty at the end.
  std::string read_some(std::size_t n);
  /// True when the peer ends the connection without another byte.
  bool at_end();
  int fd() const { return fd_; }

 private:
  bool fill();
  int fd_ = -1;
  std::string buffer_;
};

/// A server on a free port with two I/O threads and routes of its own.
class TestServer {
 public:
  explicit TestServer(ServerOptions options = fast_options(), unsigned threads = 2);
  ~TestServer();

  /// Timeouts in milliseconds, so that tests of them end soon; long enough for the others never to
  /// meet them.
  static ServerOptions fast_options();
  uint64_t mount(std::string method, std::string path,
                 std::function<void(web::ExchangePtr)> handler,
                 web::Access access = web::Access::anyone, std::string scope = {});
  uint64_t mount(web::Route route);
  /// Sends one request on a new connection and gives the answer.
  std::optional<Answer> ask(std::string_view request);
  void stop_threads();

  boost::asio::io_context io;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{io.get_executor()};
  Router router;
  FakeDirectory directory;
  Authenticator auth;
  std::unique_ptr<Server> server;
  uint16_t port = 0;

 private:
  std::vector<std::thread> threads_;
};

inline constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";

/// `GET path HTTP/1.1` with Host and these extra lines ("Name: value\r\n").
std::string get(std::string_view path, std::string_view extra = {});
std::string post(std::string_view path, std::string_view body, std::string_view extra = {});

/// Answers at once: method, path and body back.
void echo(const web::ExchangePtr& exchange);

}  // namespace herald::http::test
