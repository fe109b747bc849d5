#include "http/client.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <mutex>

#include "http/reach.hpp"
#include "http/support.hpp"

namespace herald::http::test {
namespace {

using model::web::FetchRequest;
using model::web::FetchResult;
using Reached = FetchResult::Reached;
using std::chrono::seconds;

/// A server that does what its script says with each connection, one after the other, and counts
/// the requests it read.
class Scripted {
 public:
  /// What to do with a request that was read completely.
  enum class Do { answer, close, hang, big, garbage, half };
  explicit Scripted(std::function<Do(int request)> script) : script_(std::move(script)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
    EXPECT_EQ(::listen(listener_, 16), 0);
    socklen_t size = sizeof at;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size);
    port = ntohs(at.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~Scripted() {
    over_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    for (auto& t : peers_) t.join();
    ::close(listener_);
  }
  std::string url(std::string_view path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port) + std::string{path};
  }

  uint16_t port = 0;
  std::atomic<int> requests{0}, connections{0};
  std::string last() {
    const std::lock_guard lock{mutex_};
    return last_;
  }

 private:
  void run() {
    while (!over_) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      ++connections;
      peers_.emplace_back([this, fd] { serve(fd); });
    }
  }
  bool fill(int fd, std::string& in) {
    while (!over_) {
      pollfd p{fd, POLLIN, 0};
      if (::poll(&p, 1, 20) <= 0) continue;
      char chunk[4096];
      const auto n = ::recv(fd, chunk, sizeof chunk, 0);
      if (n <= 0) return false;
      in.append(chunk, static_cast<std::size_t>(n));
      return true;
    }
    return false;
  }
  bool read_request(int fd, std::string& in) {
    std::size_t end = 0;
    while ((end = in.find("\r\n\r\n")) == std::string::npos)
      if (!fill(fd, in)) return false;
    std::size_t length = 0;
    if (const auto at = in.find("Content-Length: "); at < end)
      length = std::stoul(in.substr(at + 16));
    while (in.size() < end + 4 + length)
      if (!fill(fd, in)) return false;
    const std::lock_guard lock{mutex_};
    last_ = in.substr(0, end + 4 + length);
    in.erase(0, end + 4 + length);
    return true;
  }
  static void say(int fd, std::string_view text) {
    EXPECT_GE(::send(fd, text.data(), text.size(), MSG_NOSIGNAL), 0);
  }
  void serve(int fd) {
    std::string in;
    while (read_request(fd, in)) {
      const auto what = script_(++requests);
      if (what == Do::close) break;
      if (what == Do::hang) {
        fill(fd, in);
        break;
      }
      if (what == Do::answer)
        say(fd, "HTTP/1.1 201 Created\r\nContent-Length: 2\r\nX-One: 1\r\n\r\nok");
      if (what == Do::big)
        say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + std::string(5000, 'x'));
      if (what == Do::garbage) say(fd, "what?\r\n\r\n");
      if (what == Do::half) say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
      if (what == Do::half || what == Do::garbage) break;
    }
    ::close(fd);
  }

  std::function<Do(int)> script_;
  int listener_ = -1;
  std::atomic<bool> over_{false};
  std::thread thread_;
  std::vector<std::thread> peers_;
  std::mutex mutex_;
  std::string last_;
};

FetchRequest post_to(std::string url, std::string body = "{\"a\":1}") {
  FetchRequest r;
  r.method = "POST";
  r.url = std::move(url);
  r.headers = {{"Content-Type", "application/json"}};
  r.body = std::move(body);
  r.timeout = std::chrono::milliseconds{5'000};
  return r;
}

FetchResult fetch(Client& client, FetchRequest request) {
  auto done = std::make_shared<std::promise<FetchResult>>();
  auto result = done->get_future();
  client.fetch(std::move(request), [done](FetchResult r) { done->set_value(std::move(r)); });
  if (result.wait_for(seconds{10}) == std::future_status::ready) return result.get();
  ADD_FAILURE() << "no result in time";
  return {};
}

TEST(Client, SendsWhatItIsGivenAndReusesConnections) {
  Scripted server{[](int) { return Scripted::Do::answer; }};
  Client client;
  for (int i = 0; i < 5; ++i) {
    const auto r = fetch(client, post_to(server.url("/a?b=c"), "body"));
    EXPECT_EQ(r.reached, Reached::answered) << r.error;
    EXPECT_EQ(r.status, 201U);
    EXPECT_EQ(r.body, "ok");
    EXPECT_EQ(r.headers, (model::web::Headers{{"content-length", "2"}, {"x-one", "1"}}));
    EXPECT_EQ(r.error, "");
  }
  const auto sent = server.last();
  EXPECT_TRUE(sent.starts_with("POST /a?b=c HTTP/1.1\r\n")) << sent;
  EXPECT_TRUE(sent.ends_with("\r\n\r\nbody")) << sent;
  EXPECT_NE(sent.find("Content-Type: application/json\r\n"), std::string::npos);
  EXPECT_EQ(sent.find("Expect"), std::string::npos);
  EXPECT_EQ(server.connections, 1);
  for (const char* method : {"PUT", "PATCH", "DELETE", "GET", "HEAD"}) {
    auto request = post_to(server.url(), "");
    request.method = method;
    if (std::string_view{method} == "HEAD") continue;  // the scripted server answers with a body
    EXPECT_EQ(fetch(client, request).reached, Reached::answered) << method;
    EXPECT_TRUE(server.last().starts_with(method));
  }
}

/// Trap 15: the kept connection dies before the first byte of the answer to its second request.
TEST(Client, APostIsNeverSentTwice) {
  for (const std::string body : {"{\"a\":1}", ""}) {
    Scripted server{[](int n) { return n == 2 ? Scripted::Do::close : Scripted::Do::answer; }};
    Client client;
    ASSERT_EQ(fetch(client, post_to(server.url(), "first")).reached, Reached::answered);
    const auto second = fetch(client, post_to(server.url(), body));
    EXPECT_EQ(second.reached, Reached::maybe_sent) << second.error;
    EXPECT_NE(second.error, "");
    EXPECT_EQ(server.requests, 2) << "the provider must see the second request once";
  }
  Scripted server{[](int n) { return n == 2 ? Scripted::Do::close : Scripted::Do::answer; }};
  Client client;
  FetchRequest once = post_to(server.url(), "");
  once.method = "GET";
  once.once = true;
  ASSERT_EQ(fetch(client, once).reached, Reached::answered);
  EXPECT_EQ(fetch(client, once).reached, Reached::maybe_sent);
  EXPECT_EQ(server.requests, 2);
}

TEST(Client, SaysWhetherAnythingWasSent) {
  Client client;
  // Nothing listens there any more.
  uint16_t dead = 0;
  {
    dead = Scripted{[](int) { return Scripted::Do::close; }}.port;
  }
  const auto refused =
      fetch(client, post_to("http://127.0.0.1:" + std::to_string(dead) + "/x?token=secret"));
  EXPECT_EQ(refused.reached, Reached::nothing_sent);
  EXPECT_EQ(refused.error.find("secret"), std::string::npos) << refused.error;
  EXPECT_EQ(fetch(client, post_to("http://host.invalid/")).reached, Reached::nothing_sent);

  Scripted plain{[](int) { return Scripted::Do::answer; }};
  auto hello = post_to("https://127.0.0.1:" + std::to_string(plain.port) + "/");
  hello.timeout =
      milliseconds{100};  // the plain server waits for the end of a header that never comes
  const auto tls = fetch(client, hello);
  EXPECT_EQ(tls.reached, Reached::nothing_sent) << tls.error;

  for (const auto what : {Scripted::Do::close, Scripted::Do::garbage, Scripted::Do::half}) {
    Scripted server{[what](int) { return what; }};
    const auto r = fetch(client, post_to(server.url()));
    EXPECT_EQ(r.reached, Reached::maybe_sent) << static_cast<int>(what) << r.error;
    EXPECT_EQ(server.requests, 1);
  }
}

TEST(Client, TimeoutsAfterTheRequestLeftMayHaveArrived) {
  Scripted server{[](int) { return Scripted::Do::hang; }};
  Client client;
  auto request = post_to(server.url());
  request.timeout = milliseconds{80};
  const auto r = fetch(client, request);
  EXPECT_TRUE(r.timed_out);
  EXPECT_FALSE(r.cancelled);
  EXPECT_EQ(r.reached, Reached::maybe_sent);
}

TEST(Client, AnswersHaveALimit) {
  Scripted server{[](int) { return Scripted::Do::big; }};
  Client client;
  auto request = post_to(server.url());
  request.max_response = 5000;
  EXPECT_EQ(fetch(client, request).body.size(), 5000U);
  request.max_response = 4999;
  const auto r = fetch(client, request);
  EXPECT_EQ(r.reached, Reached::maybe_sent);
  EXPECT_TRUE(r.body.empty());
  EXPECT_NE(r.error.find("larger"), std::string::npos);
}

// covers: F68
TEST(Client, OnlyHttpAndNoRedirectsAndNoInjectedFields) {
  Client client;
  for (const char* url : {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "",
                          "//x", "http://", "http://a b/", "http://a\r\nX: y/"})
    EXPECT_EQ(fetch(client, post_to(url)).reached, Reached::nothing_sent) << url;
  auto request = post_to("http://127.0.0.1:1/");
  request.headers = {{"X", "a\r\nEvil: 1"}};
  EXPECT_NE(fetch(client, request).error.find("malformed"), std::string::npos);
  request.headers = {{"X Y", "a"}};
  EXPECT_NE(fetch(client, request).error.find("malformed"), std::string::npos);

  TestServer server;
  server.mount("GET", "/from", [](const web::ExchangePtr& e) {
    e->respond({.status = 302, .headers = {{"Location", "/to"}}}, {});
  });
  std::atomic<int> followed{0};
  server.mount("GET", "/to", [&](const web::ExchangePtr& e) {
    ++followed;
    echo(e);
  });
  FetchRequest get_it;
  get_it.url = "http://127.0.0.1:" + std::to_string(server.port) + "/from";
  EXPECT_EQ(fetch(client, get_it).status, 302U);
  EXPECT_EQ(followed, 0);
}

TEST(Client, CancelsWaitingAndRunningRequests) {
  Scripted server{[](int) { return Scripted::Do::hang; }};
  std::promise<FetchResult> running, waiting, third, refused;
  Client client{{.max_in_flight = 1, .max_queued = 2}};
  const auto a =
      client.fetch(post_to(server.url()), [&](FetchResult r) { running.set_value(std::move(r)); });
  const auto give_up = std::chrono::steady_clock::now() + seconds{10};
  while (server.requests == 0 && std::chrono::steady_clock::now() < give_up)
    std::this_thread::yield();
  const auto b =
      client.fetch(post_to(server.url()), [&](FetchResult r) { waiting.set_value(std::move(r)); });
  client.fetch(post_to(server.url()), [&](FetchResult r) { third.set_value(std::move(r)); });
  client.fetch(post_to(server.url()), [&](FetchResult r) { refused.set_value(std::move(r)); });
  const auto no_room = refused.get_future().get();
  EXPECT_EQ(no_room.reached, Reached::nothing_sent);
  EXPECT_FALSE(no_room.cancelled);

  client.cancel(b);
  const auto never_sent = waiting.get_future().get();
  EXPECT_TRUE(never_sent.cancelled);
  EXPECT_EQ(never_sent.reached, Reached::nothing_sent);
  client.cancel(a);
  const auto sent = running.get_future().get();
  EXPECT_TRUE(sent.cancelled);
  EXPECT_EQ(sent.reached, Reached::maybe_sent);
  client.cancel(a);  // long gone: nothing happens
}

TEST(Client, AHostThatHangsLeavesRoomForOthers) {
  Scripted dead{[](int) { return Scripted::Do::hang; }};
  Scripted alive{[](int) { return Scripted::Do::answer; }};
  Client client{{.max_in_flight = 4, .max_per_host = 2}};
  for (int i = 0; i < 8; ++i) client.fetch(post_to(dead.url()), [](const FetchResult&) {});
  EXPECT_EQ(fetch(client, post_to(alive.url())).reached, Reached::answered);
  // It stops counting as soon as its owner has heard.
  const auto give_up = std::chrono::steady_clock::now() + seconds{10};
  while (client.pending() > 8 && std::chrono::steady_clock::now() < give_up)
    std::this_thread::yield();
  EXPECT_EQ(client.pending(), 8U);
  EXPECT_LE(dead.requests, 2);
}

TEST(Client, EndsEverythingWhenItIsDestroyed) {
  Scripted server{[](int) { return Scripted::Do::hang; }};
  std::atomic<int> cancelled{0};
  {
    Client client{{.max_in_flight = 2}};
    for (int i = 0; i < 6; ++i)
      client.fetch(post_to(server.url()), [&](FetchResult r) {
        cancelled += r.cancelled ? 1 : 0;
        throw std::runtime_error("a caller's failure");
      });
  }
  EXPECT_EQ(cancelled, 6);
}

// faults.md 68: what decides is the address that a name led to, in any spelling.
TEST(Client, NeverConnectsWhereItMayNot) {
  Scripted server{[](int) { return Scripted::Do::answer; }};
  ClientOptions options;
  options.may_connect = is_public;
  Client client{options};
  const auto port = ":" + std::to_string(server.port) + "/";
  for (const auto* host : {"127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001",
                           "0177.0.0.1", "[::ffff:127.0.0.1]", "[::1]", "0.0.0.0"}) {
    std::promise<FetchResult> promise;
    FetchRequest request;
    request.method = "POST";
    request.url = std::string{"http://"} + host + port;
    request.body = "{}";
    request.timeout = seconds{20};
    client.fetch(request, [&](FetchResult r) { promise.set_value(std::move(r)); });
    const auto result = promise.get_future().get();
    EXPECT_EQ(result.reached, Reached::nothing_sent) << host;
    EXPECT_NE(result.error.find("not public"), std::string::npos) << host << ": " << result.error;
  }
  EXPECT_EQ(server.connections, 0);
}

}  // namespace
}  // namespace herald::http::test
