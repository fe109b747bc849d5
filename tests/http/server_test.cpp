#include "http/server.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <boost/asio/post.hpp>
#include <ctime>

#include "http/support.hpp"

namespace herald::http::test {
namespace {

using std::chrono::seconds;

TEST(Server, RefusesToListenWhereItCannot) {
  const auto error_of = [](ServerOptions options) {
    boost::asio::io_context io;
    Router router;
    FakeDirectory directory;
    Authenticator auth{{}, base::Clock::system()};
    Server server{io, std::move(options), router, auth, directory, base::Clock::system()};
    const auto port = server.listen();
    return port ? std::string{} : port.error().where;
  };
  auto o = TestServer::fast_options();
  EXPECT_EQ(error_of(o), "");
  o.address = "nowhere";
  EXPECT_EQ(error_of(o), "address");
  o = TestServer::fast_options();
  o.allowed_origins = {"*"};
  EXPECT_EQ(error_of(o), "allowed_origins");
  o = TestServer::fast_options();
  o.trusted_proxies = {"10.0.0.0/99"};
  EXPECT_NE(error_of(o), error_of(TestServer::fast_options()) + "port");
  TestServer first;
  o = TestServer::fast_options();
  o.port = first.port;
  EXPECT_EQ(error_of(o), "port");
}

// covers: F55
TEST(Server, OneAddressCannotTakeAllConnections) {
  auto options = TestServer::fast_options();
  options.max_per_address = 3;
  TestServer server{options};
  server.mount("GET", "/x", echo);
  std::vector<std::unique_ptr<Wire>> wires;
  for (int i = 0; i < 3; ++i) {
    wires.push_back(std::make_unique<Wire>(server.port));
    wires.back()->send(get("/x"));
    ASSERT_EQ(wires.back()->read()->status, 200U);
  }
  Wire fourth{server.port};
  const auto refused = fourth.read();
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 429U);
  EXPECT_NE(refused->header("retry-after"), "");
  EXPECT_TRUE(fourth.at_end());
  for (auto& wire : wires) {
    wire->send(get("/x"));
    EXPECT_EQ(wire->read()->status, 200U) << "those who are in are not disturbed";
  }
  wires.clear();
  const auto give_up = std::chrono::steady_clock::now() + seconds{10};
  while (server.server->stats().open > 0 && std::chrono::steady_clock::now() < give_up)
    std::this_thread::yield();
  EXPECT_EQ(server.ask(get("/x"))->status, 200U) << "places become free again";
}

TEST(Server, BeyondTheLimitIsTurnedAwayPolitely) {
  auto options = TestServer::fast_options();
  options.max_connections = 1;
  TestServer server{options};
  server.mount("GET", "/x", echo);
  Wire in{server.port};
  in.send(get("/x"));
  ASSERT_EQ(in.read()->status, 200U);
  Wire out{server.port};
  const auto refused = out.read();
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 503U);
}

// covers: F25
TEST(Server, SurvivesRunningOutOfDescriptorsWithoutSpinning) {
  TestServer server;
  server.mount("GET", "/x", echo);
  Wire before{server.port};
  before.send(get("/x"));
  ASSERT_EQ(before.read()->status, 200U);
  std::vector<std::unique_ptr<Wire>> waiting;
  for (int i = 0; i < 20; ++i) waiting.push_back(nullptr);
  rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &old), 0);
  // Only the test's own end of a connection still finds a descriptor; accepting it does not.
  const rlimit tight{static_cast<rlim_t>(before.fd() + 4), old.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
  std::size_t opened = 0;
  for (auto& w : waiting) {
    const int probe = ::dup(before.fd());
    if (probe < 0) break;
    ::close(probe);
    w = std::make_unique<Wire>(server.port);
    ++opened;
  }
  const auto cpu = std::clock();
  const auto give_up = std::chrono::steady_clock::now() + seconds{10};
  const auto last_open = [&] { return server.server->stats().accept_pauses; };
  while (last_open() < 3 && std::chrono::steady_clock::now() < give_up) {
    before.send(get("/x"));
    EXPECT_EQ(before.read()->status, 200U) << "open connections are served all the while";
    if (last_open() > 0) break;
  }
  ::setrlimit(RLIMIT_NOFILE, &old);
  waiting.clear();
  EXPECT_GT(opened, 0U);
  EXPECT_LT(server.server->stats().accept_pauses, 100U);
  EXPECT_LT(static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC, 8.0);
  const auto after = server.ask(get("/x"));
  ASSERT_TRUE(after) << "accepting goes on once there are descriptors again";
  EXPECT_EQ(after->status, 200U);
}

// covers: F6
TEST(Server, StopsInTwoSteps) {
  TestServer server;
  std::promise<web::ExchangePtr> held;
  server.mount("GET", "/slow", [&](web::ExchangePtr e) { held.set_value(std::move(e)); });
  server.mount("GET", "/x", echo);
  Wire idle{server.port}, busy{server.port};
  idle.send(get("/x"));
  ASSERT_EQ(idle.read()->status, 200U);
  busy.send(get("/slow") + get("/x"));
  auto future = held.get_future();
  ASSERT_EQ(future.wait_for(seconds{10}), std::future_status::ready);
  auto exchange = future.get();

  server.server->interrupt();
  EXPECT_TRUE(idle.at_end()) << "idle connections are let go";
  auto drained = std::async(std::launch::async, [&] { return server.server->drain(seconds{10}); });
  exchange->respond({.body = "done"}, {});
  exchange.reset();
  const auto a = busy.read();
  ASSERT_TRUE(a);
  EXPECT_EQ(a->body, "done");
  EXPECT_EQ(a->header("connection"), "close");
  busy.close();
  EXPECT_TRUE(drained.get());
}

// covers: F6
TEST(Server, NewRequestsDuringTheStopAreAskedToComeBack) {
  TestServer server;
  server.mount("POST", "/x", echo);
  Wire wire{server.port};
  // Half a header: the connection is not idle, so interrupt() leaves it, and what it then asks is
  // refused.
  wire.send("POST /x HTTP/1.1\r\nHost: ");
  const auto give_up = std::chrono::steady_clock::now() + seconds{10};
  while (server.server->stats().open == 0 && std::chrono::steady_clock::now() < give_up)
    std::this_thread::yield();
  for (int i = 0; i < 20; ++i)
    ASSERT_TRUE(server.ask(get("/none")));  // loopback delivers in order: the half is read by now
  server.server->interrupt();
  wire.send("a\r\nContent-Length: 0\r\n\r\n");
  const auto a = wire.read();
  ASSERT_TRUE(a);
  EXPECT_EQ(a->status, 503U);
  EXPECT_NE(a->header("retry-after"), "");
  EXPECT_EQ(a->header("connection"), "close");
}

TEST(Server, DrainEndsStreamsAndCutsWhatHangs) {
  TestServer server;
  std::promise<bool> closed;
  std::promise<web::ExchangePtr> hanging;
  web::ExchangePtr stream;
  std::promise<void> streaming;
  server.mount("GET", "/s", [&](web::ExchangePtr e) {
    e->begin({.body = "hello"}, {}, [&](bool all) { closed.set_value(all); });
    stream = std::move(e);
    streaming.set_value();
  });
  server.mount("GET", "/hang", [&](web::ExchangePtr e) { hanging.set_value(std::move(e)); });
  Wire reader{server.port}, stuck{server.port};
  reader.send(get("/s"));
  stuck.send(get("/hang"));
  ASSERT_EQ(streaming.get_future().wait_for(seconds{10}), std::future_status::ready);
  auto hung = hanging.get_future();
  ASSERT_EQ(hung.wait_for(seconds{10}), std::future_status::ready);
  EXPECT_FALSE(server.server->drain(milliseconds{100}));
  const auto a = reader.read();
  ASSERT_TRUE(a) << "a stream ends with its last chunk, not with a cut";
  EXPECT_EQ(a->body, "hello");
  auto told = closed.get_future();
  ASSERT_EQ(told.wait_for(seconds{10}), std::future_status::ready);
  EXPECT_TRUE(told.get());
  EXPECT_TRUE(stuck.at_end());
  std::promise<bool> written;
  hung.get()->respond({}, [&](bool all) { written.set_value(all); });
  EXPECT_FALSE(written.get_future().get());
}

TEST(Server, TellsWhatItServed) {
  auto options = TestServer::fast_options();
  std::promise<std::string> seen;
  options.on_served = [&](const Served& s) {
    EXPECT_GE(s.took.count(), 0);
    seen.set_value(std::string{s.method} + " " + std::string{s.route} + " " +
                   std::to_string(s.status) + " " + std::to_string(s.bytes_in));
  };
  TestServer server{options};
  server.mount("POST", "/n/{user}", echo);
  EXPECT_EQ(server.ask(post("/n/237691924173?secret=1", "abc"))->status, 200U);
  EXPECT_EQ(seen.get_future().get(), "POST /n/{user} 200 3") << "no user, no query";
}

}  // namespace
}  // namespace herald::http::test
