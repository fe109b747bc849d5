#include "requesters.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace herald::bench {

Requesters::Requesters(Poller& poller, uint16_t port, std::size_t count, uint64_t first)
    : first_{first}, all_(count) {
  for (std::size_t i = 0; i < count; ++i) {
    all_[i].fd = connect_to(port, i);
    poller.add(all_[i].fd, first + i);
  }
}

std::size_t Requesters::next_free() {
  while (all_[turn_ % all_.size()].busy) ++turn_;
  return turn_++ % all_.size();
}

void Requesters::send(std::size_t which, std::string_view request, Clock::time_point counted_from) {
  auto& one = all_[which];
  one.from = counted_from;
  one.busy = true;
  ++busy_;
  send_all(one.fd, request);
}

std::optional<int> Requesters::receive(std::size_t which) {
  auto& one = all_[which];
  static std::array<char, 64 * 1024> buffer;
  const auto got = ::recv(one.fd, buffer.data(), buffer.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return {};
  if (got <= 0) {
    std::fprintf(stderr, "the server closed a connection\n");
    std::exit(1);
  }
  const auto size = static_cast<std::size_t>(got);
  // As a rule one read brings one whole answer, and nothing is copied.
  const bool whole = one.in.empty();
  if (!whole) one.in.append(buffer.data(), size);
  const auto text = whole ? std::string_view{buffer.data(), size} : std::string_view{one.in};
  const auto answer = answer_in(text);
  if (!answer) {
    if (whole) one.in.assign(text);
    return {};
  }
  if (answer->size != text.size() || !one.busy) {
    std::fprintf(stderr, "the server sent more than one answer\n");
    std::exit(1);
  }
  one.in.clear();
  one.took = us_between(one.from, Clock::now());
  one.busy = false;
  --busy_;
  return answer->status;
}

}  // namespace herald::bench
