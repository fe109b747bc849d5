#include "http/support.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "http/head.hpp"

namespace herald::http::test {
namespace {
constexpr int kPatience = 10'000;  // milliseconds; a healthy server needs none of it

bool wait_for(int fd, short events) {
  pollfd p{fd, events, 0};
  const int n = ::poll(&p, 1, kPatience);
  if (n == 0) ADD_FAILURE() << "no news from the server in time";
  return n > 0;
}
}  // namespace

base::Result<model::Identity> FakeDirectory::parse(std::string_view spelled) const {
  const bool phone = spelled.starts_with('+');
  const auto digits = spelled.substr(phone ? 1 : 0);
  if (digits.empty() ||
      !std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; }))
    return base::fail(base::Code::invalid, "neither a user id nor a phone", "user");
  return model::Identity{phone ? "phone" : "user", std::string{spelled}};
}

void FakeDirectory::resolve(model::Identity identity, Done<model::UserId> done) {
  auto digits = std::string_view{identity.value};
  if (identity.kind == "phone")
    digits = digits.starts_with("+2376000000") ? digits.substr(11) : "0";
  model::UserId user = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), user);
  if (user > 99) user = 0;
  if (defer) return defer([done, user] { done(user); });
  done(user);
}

Wire::Wire(uint16_t port, int receive_buffer) {
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (receive_buffer > 0)
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
    ADD_FAILURE() << "cannot connect";
}

Wire::~Wire() { close(); }

void Wire::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void Wire::reset() {
  const linger now{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close();
}

void Wire::half_close() { ::shutdown(fd_, SHUT_WR); }

bool Wire::try_send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) {
      if (!wait_for(fd_, POLLOUT)) return false;
      continue;
    }
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

void Wire::send(std::string_view bytes) {
  EXPECT_TRUE(try_send(bytes)) << "the server does not take the request";
}

bool Wire::fill() {
  if (fd_ < 0 || !wait_for(fd_, POLLIN)) return false;
  char chunk[16 * 1024];
  const auto n = ::recv(fd_, chunk, sizeof chunk, 0);
  if (n <= 0) return false;
  buffer_.append(chunk, static_cast<std::size_t>(n));
  return true;
}

std::string Wire::read_some(std::size_t n) {
  if (buffer_.empty() && !fill()) return {};
  auto out = buffer_.substr(0, n);
  buffer_.erase(0, out.size());
  return out;
}

bool Wire::at_end() {
  if (!buffer_.empty()) return false;
  return !fill();
}

std::optional<Answer> Wire::read(bool head_only) {
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos)
    if (!fill()) return {};
  Answer a;
  std::string_view head{buffer_.data(), end};
  std::from_chars(head.data() + 9, head.data() + 12, a.status);
  for (auto at = head.find("\r\n"); at != std::string_view::npos;) {
    const auto next = head.find("\r\n", at + 2);
    const auto line = head.substr(at + 2, next == std::string_view::npos ? next : next - at - 2);
    const auto colon = line.find(": ");
    a.headers[to_lower(line.substr(0, colon))] = line.substr(colon + 2);
    at = next;
  }
  buffer_.erase(0, end + 4);
  if (head_only || a.status < 200 || a.status == 204 || a.status == 304) return a;
  if (a.header("transfer-encoding") == "chunked") {
    while (true) {
      std::size_t eol = 0;
      while ((eol = buffer_.find("\r\n")) == std::string::npos)
        if (!fill()) return {};
      std::size_t size = 0;
      std::from_chars(buffer_.data(), buffer_.data() + eol, size, 16);
      while (buffer_.size() < eol + 2 + size + 2)
        if (!fill()) return {};
      a.body += buffer_.substr(eol + 2, size);
      buffer_.erase(0, eol + 2 + size + 2);
      if (size == 0) return a;
    }
  }
  if (!a.headers.contains("content-length")) {
    while (fill()) {
    }
    a.body = std::exchange(buffer_, {});
    return a;
  }
  const auto size = static_cast<std::size_t>(std::stoul(a.header("content-length")));
  while (buffer_.size() < size)
    if (!fill()) return {};
  a.body = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return a;
}

ServerOptions TestServer::fast_options() {
  ServerOptions o;
  o.port = 0;
  o.header_timeout = milliseconds{5'000};
  o.body_timeout = milliseconds{5'000};
  o.idle_timeout = milliseconds{5'000};
  o.linger_timeout = milliseconds{200};
  return o;
}

TestServer::TestServer(ServerOptions options, unsigned threads) : auth({}, base::Clock::system()) {
  server = std::make_unique<Server>(io, std::move(options), router, auth, directory,
                                    base::Clock::system());
  const auto bound = server->listen();
  if (!bound) {
    ADD_FAILURE() << bound.error().message;
    return;
  }
  port = *bound;
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { io.run(); });
}

TestServer::~TestServer() {
  server.reset();
  stop_threads();
}

void TestServer::stop_threads() {
  io.stop();
  for (auto& t : threads_) t.join();
  threads_.clear();
}

uint64_t TestServer::mount(web::Route route) {
  const auto handle = router.mount(std::move(route));
  EXPECT_TRUE(handle) << (handle ? "" : handle.error().message);
  return handle ? *handle : 0;
}

uint64_t TestServer::mount(std::string method, std::string path,
                           std::function<void(web::ExchangePtr)> handler, web::Access access,
                           std::string scope) {
  web::Route r;
  r.methods = {std::move(method)};
  r.path = std::move(path);
  r.access = access;
  r.scope = std::move(scope);
  r.handler = std::move(handler);
  return mount(std::move(r));
}

std::optional<Answer> TestServer::ask(std::string_view request) {
  Wire wire{port};
  wire.send(request);
  return wire.read(request.starts_with("HEAD "));
}

std::string get(std::string_view path, std::string_view extra) {
  return "GET " + std::string{path} + " HTTP/1.1\r\nHost: localhost\r\n" + std::string{extra} +
         "\r\n";
}

std::string post(std::string_view path, std::string_view body, std::string_view extra) {
  return "POST " + std::string{path} +
         " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string{extra} + "\r\n" + std::string{body};
}

void echo(const web::ExchangePtr& exchange) {
  const auto& r = exchange->request();
  exchange->respond({.body = r.method + " " + r.path + " " + r.body, .content_type = "text/plain"},
                    {});
}

}  // namespace herald::http::test
