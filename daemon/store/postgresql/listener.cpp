#include "store/postgresql/listener.hpp"

#include <libpq-fe.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <memory>
#include <utility>
#include <vector>

#include "store/answering.hpp"

namespace herald::store::postgresql {
namespace {

// libpq itself: pqxx tells nothing while a transaction object is there.
using Connected = std::unique_ptr<PGconn, void (*)(PGconn*)>;
using Result = std::unique_ptr<PGresult, void (*)(PGresult*)>;

constexpr std::chrono::milliseconds kLimit{8000};
constexpr int kAgain = 1000;  // milliseconds
/// Words come in bursts, and each NOTIFY costs others a wait for one lock: so many share one.
constexpr std::chrono::milliseconds kGather{3};
constexpr std::size_t kMostWords = 2000;

const char* prefix(Listener::Channel channel) {
  // The first as the function send() has it.
  return channel == Listener::Channel::outbox ? "herald_" : "herald_nodes_";
}

/// PostgreSQL's text form of an array; no word needs quotes.
std::string array_of(const std::set<std::string>& words) {
  std::string out = "{";
  for (const auto& word : words) out += (out.size() > 1 ? "," : "") + word;
  return out + "}";
}

}  // namespace

Listener::Listener(const Address& address, Watchdog& watchdog, Channel channel, Hear heard)
    : address_(address),
      watchdog_(watchdog),
      channel_(channel),
      heard_(std::move(heard)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  // Without a descriptor nothing is heard: everything is looked for all the same.
  if (wake_ >= 0) thread_ = std::thread{[this] { loop(); }};
}

Listener::~Listener() {
  if (wake_ < 0) return;
  {
    const std::lock_guard lock{mutex_};
    over_ = true;
  }
  wake();
  thread_.join();
  ::close(wake_);
}

void Listener::wake() const { ::eventfd_write(wake_, 1); }

void Listener::say(std::string payload, const std::string& otherwise) {
  if (wake_ < 0) return;
  {
    const std::lock_guard lock{mutex_};
    if (words_.size() >= kMostWords) words_ = {otherwise};
    words_.insert(std::move(payload));
  }
  wake();
}

bool Listener::has_words() {
  const std::lock_guard lock{mutex_};
  return !words_.empty();
}

std::set<std::string> Listener::take_words() {
  const std::lock_guard lock{mutex_};
  return std::exchange(words_, {});
}

bool Listener::wait(int socket, int milliseconds) const {
  pollfd both[2] = {{wake_, POLLIN, 0}, {socket, POLLIN, 0}};
  ::poll(both, socket < 0 ? 1 : 2, milliseconds);
  eventfd_t count = 0;
  ::eventfd_read(wake_, &count);
  const std::lock_guard lock{mutex_};
  return over_;
}

void Listener::loop() {
  do {
    try {
      listen();
    } catch (const std::bad_alloc&) {  // tried again; everything is looked for all the same
    }
  } while (!wait(-1, kAgain));
}

void Listener::listen() {
  const Connected connection{PQconnectdb(address_.conninfo.c_str()), PQfinish};
  if (PQstatus(connection.get()) != CONNECTION_OK) return;
  const auto ask = [&](const std::string& sql, std::vector<const char*> values = {}) {
    const Watchdog::Watch watch{watchdog_, PQsocket(connection.get()), kLimit};
    return Result{PQexecParams(connection.get(), sql.c_str(), static_cast<int>(values.size()),
                               nullptr, values.data(), nullptr, nullptr, 0),
                  PQclear};
  };
  ask("SET search_path TO \"" + address_.schema + "\"");
  // What is said is kept nowhere, so no disk has to be waited for.
  ask("SET synchronous_commit TO off");
  const auto named = ask(std::string{"SELECT '"} + prefix(channel_) + "' || md5(current_schema())");
  if (PQresultStatus(named.get()) != PGRES_TUPLES_OK) return;
  const std::string name = PQgetvalue(named.get(), 0, 0);
  const auto listening = ask("LISTEN \"" + name + "\"");
  if (PQresultStatus(listening.get()) != PGRES_COMMAND_OK) return;
  answering([&] { heard_(nullptr); });
  for (;;) {
    // Also those that came with the answer to what we said: the socket tells of them no more.
    while (auto* word = PQnotifies(connection.get())) {
      answering([&] { heard_(word->extra); });
      PQfreemem(word);
    }
    if (has_words()) {
      std::this_thread::sleep_for(kGather);
      const auto words = array_of(take_words());
      const auto said = ask("SELECT pg_notify($1, w) FROM unnest($2::text[]) AS w",
                            {name.c_str(), words.c_str()});
      if (PQresultStatus(said.get()) != PGRES_TUPLES_OK) return;
      continue;
    }
    if (wait(PQsocket(connection.get()), -1) || PQconsumeInput(connection.get()) == 0) return;
  }
}

}  // namespace herald::store::postgresql
