// Asks one server for as long as told, over connections that are kept, and prints one JSON line:
// {"answers", "per_second", "p50_us", "p99_us", "worst_us", "statuses": {"304": 123}}.
//
//   herald_bench_requests port= connections= seconds= rate= file=
//
// file: requests, one a line; a tab stands for the end of a header's line. The nth connection sends
// the nth line, by turns. rate: so many a second, evenly spaced; a latency then begins when the
// request was planned, so that a server that stands still is not spared what it kept from being
// sent. 0: as fast as answers come.
#include <algorithm>
#include <cstdio>
#include <fstream>

#include "requesters.hpp"

using namespace herald::bench;

namespace {

std::vector<std::string> requests_of(const std::string& path) {
  std::ifstream file{path};
  std::vector<std::string> requests;
  for (std::string line; std::getline(file, line);) {
    std::string request;
    for (const char c : line) c == '\t' ? request.append("\r\n") : request.append(1, c);
    requests.push_back(request + "\r\n\r\n");
  }
  if (requests.empty()) fail(path.c_str());
  return requests;
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments given{argc, argv};
  const auto requests = requests_of(given.text("file"));
  const auto rate = given.number("rate");
  Poller poller;
  Requesters all{poller, static_cast<uint16_t>(given.count("port")), given.count("connections"), 0};

  std::vector<uint32_t> latencies;
  latencies.reserve(4'000'000);
  std::map<int, uint64_t> statuses;
  const auto start = Clock::now();
  const auto after = [&](double seconds) {
    return start +
           std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>{seconds});
  };
  const auto end = after(given.number("seconds"));
  uint64_t begun = 0;
  const auto planned = [&] { return after(static_cast<double>(begun) / rate); };
  const auto send = [&](std::size_t which, Clock::time_point from) {
    all.send(which, requests[which % requests.size()], from);
    ++begun;
  };
  if (rate == 0)
    for (std::size_t i = 0; i < all.size(); ++i) send(i, Clock::now());
  for (auto now = start; now < end || all.busy() > 0; now = Clock::now()) {
    while (rate > 0 && now < end && all.busy() < all.size() && planned() <= now)
      send(all.next_free(), planned());
    const bool waits = rate > 0 && now < end && all.busy() < all.size();
    const auto pause = waits ? planned() - now : Clock::duration{std::chrono::milliseconds{50}};
    for (const auto& event : poller.wait(pause)) {
      const auto which = all.index_of(event.data.u64);
      const auto status = all.receive(which);
      if (!status) continue;
      ++statuses[*status];
      latencies.push_back(all.took(which));
      if (rate == 0 && now < end) send(which, Clock::now());
    }
    if (now > end + std::chrono::seconds{10}) {
      std::fprintf(stderr, "answers are missing ten seconds after the end\n");
      return 1;
    }
  }
  const auto took = std::chrono::duration<double>(Clock::now() - start).count();
  const auto p50 = quantile(latencies, 0.5), p99 = quantile(latencies, 0.99);
  std::string list;
  for (const auto& [status, count] : statuses)
    list += (list.empty() ? "\"" : ",\"") + std::to_string(status) + "\":" + std::to_string(count);
  std::printf(
      "{\"answers\":%zu,\"per_second\":%.1f,\"p50_us\":%u,\"p99_us\":%u,\"worst_us\":%u,"
      "\"statuses\":{%s}}\n",
      latencies.size(), static_cast<double>(latencies.size()) / took, p50, p99,
      latencies.empty() ? 0 : latencies.back(), list.c_str());
  return 0;
}
