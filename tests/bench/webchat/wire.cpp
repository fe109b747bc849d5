#include "wire.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>

namespace herald::bench {
namespace {

constexpr std::size_t kAddresses = 200;

[[noreturn]] void usage(const std::string& what) {
  std::fprintf(stderr, "%s; the top of this program's source names the arguments\n", what.c_str());
  std::exit(2);
}

}  // namespace

Arguments::Arguments(int argc, char** argv) {
  // Waits here are tens of microseconds long; the usual slack of a timer is 50.
  ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const auto equals = argument.find('=');
    if (equals == std::string::npos) usage(argument + " is not name=value");
    values_[argument.substr(0, equals)] = argument.substr(equals + 1);
  }
}

const std::string& Arguments::text(const std::string& name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) usage(name + "= is missing");
  return found->second;
}

double Arguments::number(const std::string& name) const {
  const auto& value = text(name);
  char* end = nullptr;
  const double number = std::strtod(value.c_str(), &end);
  if (value.empty() || *end != '\0' || number < 0) usage(name + "= is not a number");
  return number;
}

std::size_t Arguments::count(const std::string& name) const {
  return static_cast<std::size_t>(number(name));
}

void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

int connect_to(uint16_t port, std::size_t nth) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("socket");
  const int on = 1;
  // The port is chosen on connecting, when the other end is known: each pair of ends has all ports.
  ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + static_cast<uint32_t>(nth % kAddresses));
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("bind");
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("connect");
  if (::fcntl(fd, F_SETFL, O_NONBLOCK) != 0) fail("fcntl");
  return fd;
}

void send_all(int fd, std::string_view text) {
  if (::send(fd, text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size()))
    fail("send");
}

Poller::Poller() : fd_{::epoll_create1(EPOLL_CLOEXEC)}, events_(1024) {
  if (fd_ < 0) fail("epoll");
}

void Poller::add(int fd, uint64_t number) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = number;
  if (::epoll_ctl(fd_, EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
}

void Poller::remove(int fd) {
  if (::epoll_ctl(fd_, EPOLL_CTL_DEL, fd, nullptr) != 0) fail("epoll_ctl");
}

std::span<const epoll_event> Poller::wait(Clock::duration at_most) {
  using namespace std::chrono;
  const auto ns = std::max<int64_t>(duration_cast<nanoseconds>(at_most).count(), 0);
  const timespec time{ns / 1'000'000'000, ns % 1'000'000'000};
  const int n =
      ::epoll_pwait2(fd_, events_.data(), static_cast<int>(events_.size()), &time, nullptr);
  if (n < 0 && errno != EINTR) fail("epoll_wait");
  return {events_.data(), static_cast<std::size_t>(std::max(n, 0))};
}

std::optional<Answer> answer_in(std::string_view text) {
  const auto head = text.find("\r\n\r\n");
  if (head == std::string_view::npos || head < 12) return {};
  Answer answer{head + 4, 0};
  std::from_chars(text.data() + 9, text.data() + 12, answer.status);
  if (answer.status == 204 || answer.status == 304) return answer;
  auto at = text.substr(0, head).find("ontent-Length: ");
  if (at == std::string_view::npos) at = text.substr(0, head).find("ontent-length: ");
  if (at == std::string_view::npos) return answer;
  std::size_t length = 0;
  std::from_chars(text.data() + at + 15, text.data() + head, length);
  answer.size += length;
  if (text.size() < answer.size) return {};
  return answer;
}

uint32_t quantile(std::vector<uint32_t>& us, double which) {
  if (us.empty()) return 0;
  std::sort(us.begin(), us.end());
  return us[static_cast<std::size_t>(which * static_cast<double>(us.size() - 1))];
}

uint32_t us_between(Clock::time_point from, Clock::time_point to) {
  return static_cast<uint32_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(to - from).count());
}

}  // namespace herald::bench
