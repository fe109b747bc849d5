// A load generator for the bench: keeps N connections busy with one submission each, over HTTP or
// the control socket, on one thread and without any library, so that it costs the machine little
// beside the daemon. Loopback only; ends by itself.
//
//   herald_load http PORT | control SOCKET   CONNECTIONS SECONDS USERS [hold] [bulk ROWS] [RATE]
//
// Prints one JSON line: {"accepted", "refused", "seconds", "per_second", "p50_us", "p99_us"}.
// USERS: ids 1..USERS take turns. hold: not_before in an hour. bulk: so many notifications in each
// request, over HTTP only; then each of them counts, and latencies are the requests'. RATE: that
// many per second in all, evenly spaced; what no connection was free for is sent as soon as one is.
// 0 or absent: as fast as answers come. With a rate each message ends with the time it was planned
// for, in microseconds since the Unix epoch, so that what waited here, or before the daemon read
// it, can be told from the rows; so a daemon that stands still is not spared what it kept from
// being sent.
#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Connection {
  int fd = -1;
  bool busy = false;
  std::string in;
  Clock::time_point sent;
};

struct Load {
  bool http = true;
  int users = 1, rows = 0;
  std::string not_before;
  long serial = 0, accepted = 0, refused = 0;
  std::vector<uint32_t> latencies;

  std::string submission(int64_t mark) {
    ++serial;
    std::string fields = R"("kind":"message","to":{"user":)" + std::to_string(1 + serial % users) +
                         R"(},"params":{"message":"Votre demande a bien été reçue et traitée: )" +
                         std::to_string(mark) + "\"}";
    if (!not_before.empty()) fields += R"(,"not_before":")" + not_before + '"';
    return "{" + fields + "}";
  }

  std::string request(int64_t mark) {
    if (!http) return R"({"method":"io.herald.Send","parameters":)" + submission(mark) + "}" + '\0';
    std::string body;
    for (int i = 0; i < rows; ++i)
      body += (i == 0 ? R"({"notifications":[)" : ",") + submission(mark);
    body += rows > 0 ? "]}" : submission(mark);
    return std::string{"POST /api/v1/notifications"} + (rows > 0 ? "/bulk" : "") +
           " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
  }

  /// Takes one whole answer from the front, and counts it; false when it is not complete.
  bool answer(std::string& in) {
    bool good = false;
    if (!http) {
      const auto end = in.find('\0');
      if (end == std::string::npos) return false;
      good =
          in.compare(0, end, "") != 0 && in.substr(0, end).find("\"error\"") == std::string::npos;
      in.erase(0, end + 1);
      ++(good ? accepted : refused);
      return true;
    }
    const auto head = in.find("\r\n\r\n");
    if (head == std::string::npos) return false;
    auto at = in.find("Content-Length: ");
    if (at == std::string::npos || at > head) at = in.find("content-length: ");
    const auto length = at < head ? std::strtoul(in.c_str() + at + 16, nullptr, 10) : 0;
    if (in.size() < head + 4 + length) return false;
    if (rows > 0) {
      const auto counted = in.find(R"({"accepted":)", head);
      const auto stored = counted < head + 4 + length ? std::atoi(in.c_str() + counted + 12) : 0;
      accepted += stored;
      refused += rows - stored;
    } else {
      ++(in.compare(9, 3, "201") == 0 ? accepted : refused);
    }
    in.erase(0, head + 4 + length);
    return true;
  }
};

int connect_to(bool http, const char* where) {
  if (http) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(std::atoi(where)));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 ? fd : -1;
  }
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, where, sizeof address.sun_path - 1);
  return ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 ? fd : -1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) return std::fprintf(stderr, "usage: see the top of load.cpp\n"), 2;
  Load load;
  load.http = std::strcmp(argv[1], "http") == 0;
  const int count = std::atoi(argv[3]);
  const double seconds = std::atof(argv[4]);
  load.users = std::max(1, std::atoi(argv[5]));
  double rate = 0;
  for (int i = 6; i < argc; ++i) {
    if (std::strcmp(argv[i], "bulk") == 0 && i + 1 < argc) {
      load.rows = std::atoi(argv[++i]);
      continue;
    }
    if (std::strcmp(argv[i], "hold") != 0) {
      rate = std::atof(argv[i]);
      continue;
    }
    const auto later = std::time(nullptr) + 3600;
    char text[32];
    std::tm utc{};
    gmtime_r(&later, &utc);
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    load.not_before = text;
  }
  const int poll = ::epoll_create1(0);
  std::vector<Connection> connections(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < connections.size(); ++i) {
    connections[i].fd = connect_to(load.http, argv[2]);
    if (connections[i].fd < 0) return std::perror("connect"), 1;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    ::epoll_ctl(poll, EPOLL_CTL_ADD, connections[i].fd, &event);
  }
  const auto start = Clock::now();
  const auto end =
      start + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  long started = 0;
  const auto epoch = std::chrono::system_clock::now().time_since_epoch();
  const auto planned = [&](long nth) {
    return start + std::chrono::duration_cast<Clock::duration>(
                       std::chrono::duration<double>(static_cast<double>(nth) / rate));
  };
  const auto send = [&](Connection& c) {
    using std::chrono::microseconds;
    const auto text = load.request(
        rate > 0
            ? std::chrono::duration_cast<microseconds>(epoch + (planned(started) - start)).count()
            : started);
    c.sent = Clock::now();
    // Blocks until all of it is taken; only a bulk request is too large for that to be at once.
    c.busy =
        ::send(c.fd, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
    ++started;
  };
  const auto may = [&] { return rate <= 0 || Clock::now() >= planned(started); };
  /// Until the next is due; the end is looked for often enough either way.
  const auto pause = [&] {
    const auto left = rate > 0 && Clock::now() < end
                          ? planned(started) - Clock::now()
                          : Clock::duration{std::chrono::milliseconds{100}};
    const auto ns = std::clamp<int64_t>(std::chrono::nanoseconds{left}.count(), 0, 100'000'000);
    return timespec{0, ns};
  };
  long open = 0;
  std::size_t turn = 0;
  for (auto& c : connections)
    if (may()) send(c), ++open;
  std::vector<epoll_event> events(connections.size());
  const auto last = end + std::chrono::seconds{10};
  while (Clock::now() < last && (open > 0 || Clock::now() < end)) {
    const bool full = open == static_cast<long>(connections.size());
    const auto wait = full ? timespec{0, 100'000'000} : pause();
    const int n = ::epoll_pwait2(poll, events.data(), count, &wait, nullptr);
    for (int i = 0; i < n; ++i) {
      auto& c = connections[events[static_cast<std::size_t>(i)].data.u64];
      char buffer[65536];
      const auto got = ::recv(c.fd, buffer, sizeof buffer, 0);
      if (got <= 0) return std::fprintf(stderr, "the daemon closed a connection\n"), 1;
      c.in.append(buffer, static_cast<std::size_t>(got));
      while (load.answer(c.in)) {
        c.busy = false;
        --open;
        load.latencies.push_back(static_cast<uint32_t>(
            std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - c.sent).count()));
      }
    }
    if (Clock::now() >= end) continue;
    // By turns: the daemon closes a connection on which nothing comes.
    for (std::size_t i = 0; i < connections.size() && may(); ++i) {
      auto& c = connections[turn++ % connections.size()];
      if (!c.busy) send(c), ++open;
    }
  }
  const auto took = std::chrono::duration<double>(Clock::now() - start).count();
  std::sort(load.latencies.begin(), load.latencies.end());
  const auto at = [&](double p) {
    return load.latencies.empty() ? 0U
                                  : load.latencies[static_cast<std::size_t>(
                                        p * static_cast<double>(load.latencies.size() - 1))];
  };
  std::printf(
      "{\"accepted\":%ld,\"refused\":%ld,\"seconds\":%.3f,\"per_second\":%.1f,\"p50_us\":%u,\"p99_"
      "us\":%u}\n",
      load.accepted, load.refused, took, static_cast<double>(load.accepted) / took, at(0.5),
      at(0.99));
  return 0;
}
