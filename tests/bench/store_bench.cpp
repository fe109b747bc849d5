// What a store can do on this machine: accept() and apply() through the writer with many callers
// waiting, for SQLite beside its plain one-row commits. Prints operations per second; arguments: a
// folder for SQLite, or the postgresql: URL of an empty database; number of notifications.
#include <sqlite3.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>

#include "base/ids.hpp"
#include "bench/window.hpp"
#include "store/store.hpp"

namespace {

using namespace herald;
using Steady = std::chrono::steady_clock;

constexpr std::size_t kInFlight = 256;
constexpr int kUsers = 1000;

double seconds_since(Steady::time_point start) {
  return std::chrono::duration<double>(Steady::now() - start).count();
}

/// Of all threads of this process, in microseconds: tells what an operation costs also on a busy
/// machine.
double cpu_us() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto us = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_usec);
  };
  return us(usage.ru_utime) + us(usage.ru_stime);
}

double plain_commits(const std::string& path) {
  sqlite3* db = nullptr;
  sqlite3_open(path.c_str(), &db);
  sqlite3_exec(db,
               "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t(id INTEGER "
               "PRIMARY KEY, body TEXT)",
               nullptr, nullptr, nullptr);
  sqlite3_stmt* insert = nullptr;
  sqlite3_prepare_v2(db, "INSERT INTO t(body) VALUES ('a body of some forty characters, as usual')",
                     -1, &insert, nullptr);
  constexpr int kCommits = 2000;
  const auto start = Steady::now();
  for (int i = 0; i < kCommits; ++i) {
    sqlite3_step(insert);
    sqlite3_reset(insert);
  }
  const double rate = kCommits / seconds_since(start);
  sqlite3_finalize(insert);
  sqlite3_close(db);
  return rate;
}

/// A state machine of two moves: due starts the attempt, completion ends it.
model::Decision decide(const model::Progress& p, const model::Event& event,
                       const model::Chain& chain, model::TimePoint now) {
  model::Decision d{p, {}};
  if (std::holds_alternative<model::event::Due>(event)) {
    auto& attempt = d.next.attempts.emplace_back();
    attempt.channel = chain.steps[0].channel;
    attempt.started = now;
    d.next.state = model::State::trying;
    d.effects.push_back(model::effect::Start{ref(attempt)});
  } else if (const auto* done = std::get_if<model::event::Completed>(&event)) {
    auto& attempt = d.next.attempts.back();
    attempt.in_flight = false;
    attempt.outcome = done->outcome;
    attempt.evidence = model::Evidence::accepted;
    attempt.ended = attempt.evidence_at = now;
    d.next.state = model::State::waiting;
    d.next.due = now + std::chrono::minutes{2};
  }
  return d;
}

template <class F>
void measure(const char* what, const store::Store& store, int count, F&& start_one) {
  bench::Window window{kInFlight};
  const auto before = store.health().commits;
  const double cpu = cpu_us();
  const auto start = Steady::now();
  for (int i = 0; i < count; ++i) {
    window.enter();
    start_one(i, [&window](bool ok) { window.leave(ok); });
  }
  const int failed = window.drain();
  const double seconds = seconds_since(start);
  const auto commits = store.health().commits - before;
  std::printf("%-28s %9.0f /s   %5.1f us CPU each   %6.1f per commit   %d failed\n", what,
              count / seconds, (cpu_us() - cpu) / count,
              count / static_cast<double>(commits == 0 ? 1 : commits), failed);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string where = argc > 1 ? argv[1] : "";
  const bool server = where.starts_with("postgresql:");
  const std::filesystem::path parent = where.empty() || server
                                           ? std::filesystem::temp_directory_path()
                                           : std::filesystem::path{where};
  const int count = argc > 2 ? std::stoi(argv[2]) : 50'000;
  const auto folder = parent / "herald_store_bench";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  if (!server)
    std::printf("%-28s %9.0f /s\n", "plain one-row commits", plain_commits(folder / "plain.db"));

  store::Options options;
  options.url = server ? where : "sqlite:" + (folder / "herald.db").string();
  auto opened = store::open(options, decide, base::Clock::system());
  if (!opened) {
    std::fprintf(stderr, "%s\n", opened.error().message.c_str());
    return 1;
  }
  auto& store = **opened;

  measure("put_user", store, kUsers, [&](int i, auto done) {
    store::User user;
    user.id = i + 1;
    user.identities = {{"phone", "+2376" + std::to_string(90'000'000 + i)}};
    store.put_user(user, [done](const auto& r) { done(r.has_value()); });
  });

  auto chain = std::make_shared<model::Chain>();
  chain->route = "default";
  chain->steps = {model::Step{"webchat"}, model::Step{"log"}};
  std::vector<std::string> ids;
  for (int i = 0; i < count; ++i)
    ids.push_back(base::make_id(base::Random::system(), base::Clock::system().now()));

  measure("accept", store, count, [&](int i, auto done) {
    const auto now = base::Clock::system().now();
    model::NewNotification n;
    n.id = ids[static_cast<std::size_t>(i)];
    n.producer = "token:shop";
    n.kind = "service_request.confirmed";
    n.type = "confirmation";
    n.to = {"phone", "+2376" + std::to_string(90'000'000 + i % kUsers)};
    n.params_json =
        R"({"service":"Plomberie","location":"Bonamoussadi","description":"Fuite d'eau","urgency":"Normal"})";
    n.created = now;
    n.expires = now + std::chrono::hours{24};
    n.idempotency_key = "order-" + std::to_string(i);
    n.body_digest = std::string(64, 'd');
    n.chain = chain;
    store.accept(std::move(n), [done](const auto& r) { done(r.has_value()); });
  });

  measure("apply (due, outcome, item)", store, count, [&](int i, auto done) {
    const auto& id = ids[static_cast<std::size_t>(i)];
    store::Apply apply;
    apply.id = id;
    model::Outcome outcome;
    outcome.kind = model::OutcomeKind::accepted;
    apply.events = {model::event::Due{}, model::event::Completed{{1, 0, 1}, outcome}};
    apply.append = model::NewItem{1 + i % kUsers,
                                  id,
                                  "confirmation",
                                  "Demande",
                                  "Votre demande a bien été reçue. Merci !",
                                  "Votre **demande** a bien été reçue. Merci !",
                                  {}};
    store.apply(std::move(apply), [done](const auto& r) { done(r.has_value()); });
  });

  store.close();
  std::filesystem::remove_all(folder);
}
