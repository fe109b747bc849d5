#pragma once

#include <sys/epoll.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// What the generators of ./dev bench webchat share: plain sockets and epoll on one thread, so that
// they cost the machine little beside the server they measure. Loopback only.
namespace herald::bench {

using Clock = std::chrono::steady_clock;

/// `name=value` arguments; ends the program where one is missing or has another form.
class Arguments {
 public:
  Arguments(int argc, char** argv);
  const std::string& text(const std::string& name) const;
  double number(const std::string& name) const;
  std::size_t count(const std::string& name) const;

 private:
  std::map<std::string, std::string> values_;
};

/// Ends the program with what errno says.
[[noreturn]] void fail(const char* what);

/// A connection to that port of 127.0.0.1, non-blocking from then on. The nth comes from 127.0.0.2
/// to 127.0.0.201, for one address has only some 28,000 ports, and the daemon counts connections by
/// address.
int connect_to(uint16_t port, std::size_t nth);

/// Sends all of it, or ends the program: what is sent here always fits into a socket's buffer.
void send_all(int fd, std::string_view text);

/// epoll, with a number for each descriptor.
class Poller {
 public:
  Poller();
  void add(int fd, uint64_t number);
  void remove(int fd);
  /// Those that can be read, or have ended; waits that long at most.
  std::span<const epoll_event> wait(Clock::duration at_most);

 private:
  int fd_;
  std::vector<epoll_event> events_;
};

/// The whole answer that a text begins with.
struct Answer {
  std::size_t size = 0;
  int status = 0;
};
/// Nothing: it is not whole yet. By its Content-Length; 204 and 304 have no body.
std::optional<Answer> answer_in(std::string_view text);

/// Of durations in microseconds, sorted here. 0 where there are none.
uint32_t quantile(std::vector<uint32_t>& us, double which);

uint32_t us_between(Clock::time_point from, Clock::time_point to);

}  // namespace herald::bench
