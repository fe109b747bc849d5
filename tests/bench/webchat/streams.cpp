// Holds event streams open and publishes to them, in one process and by one clock.
//
//   herald_bench_streams port= streams= targets= subscribe= publish= body= header= publishers=
//   rate= seconds=
//
// subscribe, publish: paths; body: what is published, as JSON; {n} in them is the target's number,
// from 1 to `targets`, {m} in the body nine digits that tell publications apart, which must arrive
// as "mark:{m}". header: one more for every request, or empty. The nth stream belongs to the nth
// target, by turns, and so do publications.
//
// When all streams are open it prints {"open", "seconds"} and keeps them until its input ends. A
// line "go" on its input makes it publish: `rate` a second for `seconds`, evenly spaced; 0: as fast
// as answers come over `publishers` connections. Then it waits, ten seconds at most, until all has
// arrived everywhere, and prints what came of it:
// {"published", "refused", "missing", "ended", "per_second", "p50_us", "p99_us", "worst_us",
// "answer_p50_us", "answer_p99_us"}. A latency is the time from when a publication was planned
// (rate 0: sent) until the last of its target's streams had it; per_second counts until the last
// had everything.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "requesters.hpp"
#include "subscribers.hpp"

using namespace herald::bench;

namespace {

constexpr uint64_t kInput = uint64_t{1} << 62, kPublishers = uint64_t{1} << 40;

struct Publication {
  Clock::time_point from, last;
  std::size_t left = 0;  // streams that have not had it
  bool refused = false;
};

class Run {
 public:
  Run(const Arguments& given, Poller& poller, Subscribers& streams)
      : publish_{given.text("publish")},
        body_{given.text("body")},
        header_{given.text("header")},
        targets_{given.count("targets")},
        rate_{given.number("rate")},
        seconds_{given.number("seconds")},
        poller_{poller},
        streams_{streams},
        publishers_{poller, static_cast<uint16_t>(given.count("port")), given.count("publishers"),
                    kPublishers} {}

  void publish();
  void print();

 private:
  std::string request(std::size_t mark) const;
  void send(Clock::time_point from);
  void take(const epoll_event& event);
  Clock::time_point after(double seconds) const {
    return start_ +
           std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>{seconds});
  }

  const std::string publish_, body_, header_;
  const std::size_t targets_;
  const double rate_, seconds_;
  Poller& poller_;
  Subscribers& streams_;
  Requesters publishers_;
  Clock::time_point start_;
  std::vector<Publication> all_;
  std::vector<std::size_t> under_way_ = std::vector<std::size_t>(publishers_.size());
  std::vector<uint32_t> answers_;
  std::size_t open_ = 0;  // copies that have not arrived
};

std::string Run::request(std::size_t mark) const {
  const auto target = std::to_string(1 + mark % targets_);
  auto digits = std::to_string(mark);
  digits.insert(0, 9 - digits.size(), '0');
  const auto body = filled(filled(body_, "{n}", target), "{m}", digits);
  return "POST " + filled(publish_, "{n}", target) +
         " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
         (header_.empty() ? "" : header_ + "\r\n") +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

void Run::send(Clock::time_point from) {
  const auto mark = all_.size();
  all_.push_back({from, from, streams_.of_target(mark % targets_), false});
  open_ += all_.back().left;
  const auto which = publishers_.next_free();
  under_way_[which] = mark;
  publishers_.send(which, request(mark), from);
}

void Run::take(const epoll_event& event) {
  const auto number = event.data.u64;
  if (streams_.is_one(number))
    return streams_.receive(number, [&](std::size_t, uint32_t mark, Clock::time_point at) {
      if (mark >= all_.size() || all_[mark].left == 0) return;
      --all_[mark].left;
      --open_;
      all_[mark].last = at;
    });
  if (!publishers_.is_one(number)) return;
  const auto which = publishers_.index_of(number);
  const auto status = publishers_.receive(which);
  if (!status) return;
  answers_.push_back(publishers_.took(which));
  if (*status >= 200 && *status < 300) return;
  auto& refused = all_[under_way_[which]];
  refused.refused = true;
  open_ -= std::exchange(refused.left, 0);
}

void Run::publish() {
  start_ = Clock::now();
  const auto end = after(seconds_), last = end + std::chrono::seconds{10};
  const auto planned = [&] { return after(static_cast<double>(all_.size()) / rate_); };
  for (auto now = start_; now < last && (now < end || publishers_.busy() > 0 || open_ > 0);
       now = Clock::now()) {
    while (now < end && publishers_.busy() < publishers_.size() && (rate_ == 0 || planned() <= now))
      send(rate_ == 0 ? Clock::now() : planned());
    const bool waits = rate_ > 0 && now < end && publishers_.busy() < publishers_.size();
    const auto pause = waits ? planned() - now : Clock::duration{std::chrono::milliseconds{20}};
    for (const auto& event : poller_.wait(pause)) take(event);
  }
}

void Run::print() {
  std::vector<uint32_t> latencies;
  std::size_t refused = 0;
  auto last = start_;
  for (const auto& one : all_) {
    refused += one.refused ? 1 : 0;
    if (one.refused || one.left > 0) continue;
    latencies.push_back(us_between(one.from, one.last));
    last = std::max(last, one.last);
  }
  const auto took = std::chrono::duration<double>(last - start_).count();
  const auto whole = static_cast<double>(latencies.size());
  const auto p50 = quantile(latencies, 0.5), p99 = quantile(latencies, 0.99);
  std::printf(
      "{\"published\":%zu,\"refused\":%zu,\"missing\":%zu,\"ended\":%zu,\"per_second\":%.1f,"
      "\"p50_us\":%u,\"p99_us\":%u,\"worst_us\":%u,\"answer_p50_us\":%u,\"answer_p99_us\":%u}\n",
      all_.size(), refused, open_, streams_.ended(), took > 0 ? whole / took : 0.0, p50, p99,
      latencies.empty() ? 0 : latencies.back(), quantile(answers_, 0.5), quantile(answers_, 0.99));
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments given{argc, argv};
  Poller poller;
  const auto start = Clock::now();
  Subscribers streams{poller,
                      static_cast<uint16_t>(given.count("port")),
                      given.text("subscribe"),
                      given.text("header"),
                      given.count("targets"),
                      0};
  streams.open(given.count("streams"));
  std::printf("{\"open\":%zu,\"seconds\":%.3f}\n", streams.size(),
              std::chrono::duration<double>(Clock::now() - start).count());
  std::fflush(stdout);
  poller.add(STDIN_FILENO, kInput);
  while (true) {
    bool told = false;
    for (const auto& event : poller.wait(std::chrono::milliseconds{200})) {
      if (event.data.u64 == kInput)
        told = true;
      else
        streams.receive(event.data.u64, [](std::size_t, uint32_t, Clock::time_point) {});
    }
    if (streams.ended() > 0) {
      std::fprintf(stderr, "the server ended %zu streams\n", streams.ended());
      return 1;
    }
    if (!told) continue;
    char line[16];
    if (::read(STDIN_FILENO, line, sizeof line) <= 0) return 0;
    Run run{given, poller, streams};
    run.publish();
    run.print();
    return 0;
  }
}
