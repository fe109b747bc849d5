#include "subscribers.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace herald::bench {
namespace {

constexpr std::size_t kOpeningAtOnce = 128;

}  // namespace

std::string filled(std::string text, std::string_view name, const std::string& value) {
  for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + value.size()))
    text.replace(at, name.size(), value);
  return text;
}

Subscribers::Subscribers(Poller& poller, uint16_t port, std::string path, std::string header,
                         std::size_t targets, uint64_t first)
    : poller_{poller},
      port_{port},
      path_{std::move(path)},
      header_{std::move(header)},
      targets_{targets},
      first_{first} {}

std::size_t Subscribers::of_target(std::size_t target) const {
  return all_.size() / targets_ + (target < all_.size() % targets_ ? 1 : 0);
}

void Subscribers::connect() {
  const auto nth = all_.size();
  auto& one = all_.emplace_back();
  one.fd = connect_to(port_, nth);
  poller_.add(one.fd, first_ + nth);
  send_all(one.fd, "GET " + filled(path_, "{n}", std::to_string(1 + nth % targets_)) +
                       " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n" +
                       (header_.empty() ? "" : header_ + "\r\n") + "\r\n");
  ++opening_;
}

void Subscribers::open(std::size_t count) {
  const auto wanted = all_.size() + count;
  all_.reserve(wanted);
  const auto last = Clock::now() + std::chrono::seconds{120};
  const Arrived nothing = [](std::size_t, uint32_t, Clock::time_point) {};
  while (all_.size() < wanted || opening_ > 0) {
    while (all_.size() < wanted && opening_ < kOpeningAtOnce) connect();
    for (const auto& event : poller_.wait(std::chrono::milliseconds{100}))
      if (is_one(event.data.u64)) receive(event.data.u64, nothing);
    if (ended_ == 0 && Clock::now() < last) continue;
    std::fprintf(stderr, "%zu of %zu streams opened, %zu ended\n", all_.size() - opening_, wanted,
                 ended_);
    std::exit(1);
  }
}

void Subscribers::receive(uint64_t number, const Arrived& arrived) {
  const auto stream = number - first_;
  auto& one = all_[stream];
  static std::array<char, 64 * 1024> buffer;
  const auto got = ::recv(one.fd, buffer.data(), buffer.size(), 0);
  const auto at = Clock::now();
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    poller_.remove(one.fd);
    ::close(std::exchange(one.fd, -1));
    ++ended_;
    return;
  }
  const std::string_view fresh{buffer.data(), static_cast<std::size_t>(got)};
  if (one.open) return look(one, stream, fresh, at, arrived);
  one.head += fresh;
  if (one.head.find("\r\n\r\n") == std::string::npos) return;
  if (one.head.compare(0, 12, "HTTP/1.1 200") != 0) {
    std::fprintf(stderr, "a stream was refused: %s\n", one.head.c_str());
    std::exit(1);
  }
  one.head = {};
  one.open = true;
  --opening_;
}

void Subscribers::look(One& one, std::size_t stream, std::string_view fresh, Clock::time_point at,
                       const Arrived& arrived) {
  static std::string text;
  text.assign(one.tail.data(), one.tail.size()).append(fresh);
  std::copy(text.end() - static_cast<std::ptrdiff_t>(one.tail.size()), text.end(),
            one.tail.begin());
  const char* from = text.data();
  const char* const end = text.data() + text.size();
  while (const auto* found = static_cast<const char*>(
             ::memmem(from, static_cast<std::size_t>(end - from), "mark:", 5))) {
    if (end - found < static_cast<std::ptrdiff_t>(kMark)) return;
    uint32_t mark = 0;
    std::from_chars(found + 5, found + kMark, mark);
    from = found + kMark;
    // A message has its text in more than one form.
    if (std::find(one.latest.begin(), one.latest.end(), mark + 1) != one.latest.end()) continue;
    one.latest[one.turn++ % one.latest.size()] = mark + 1;
    arrived(stream, mark, at);
  }
}

}  // namespace herald::bench
