#include "store/postgresql/listener.hpp"

#include <libpq-fe.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <memory>

#include "store/answering.hpp"

namespace herald::store::postgresql {
namespace {

// libpq itself: pqxx tells nothing while a transaction object is there.
using Connected = std::unique_ptr<PGconn, void (*)(PGconn*)>;
using Result = std::unique_ptr<PGresult, void (*)(PGresult*)>;

constexpr std::chrono::milliseconds kLimit{8000};
constexpr int kAgain = 1000;  // milliseconds

}  // namespace

Listener::Listener(const Address& address, Watchdog& watchdog, std::function<void()> heard)
    : address_(address),
      watchdog_(watchdog),
      heard_(std::move(heard)),
      end_(::eventfd(0, EFD_CLOEXEC)) {
  // Without a descriptor nothing is heard: the outbox is read all the same.
  if (end_ >= 0) thread_ = std::thread{[this] { loop(); }};
}

Listener::~Listener() {
  if (end_ < 0) return;
  ::eventfd_write(end_, 1);
  thread_.join();
  ::close(end_);
}

bool Listener::wait(int socket, int milliseconds) const {
  pollfd both[2] = {{end_, POLLIN, 0}, {socket, POLLIN, 0}};
  ::poll(both, socket < 0 ? 1 : 2, milliseconds);
  return both[0].revents != 0;
}

void Listener::loop() {
  do {
    try {
      listen();
    } catch (const std::bad_alloc&) {  // tried again; the outbox is read all the same
    }
  } while (!wait(-1, kAgain));
}

void Listener::listen() {
  const Connected connection{PQconnectdb(address_.conninfo.c_str()), PQfinish};
  if (PQstatus(connection.get()) != CONNECTION_OK) return;
  const auto ask = [&](const std::string& sql) {
    const Watchdog::Watch watch{watchdog_, PQsocket(connection.get()), kLimit};
    return Result{PQexec(connection.get(), sql.c_str()), PQclear};
  };
  ask("SET search_path TO \"" + address_.schema + "\"");
  // The name that the function send() has.
  const auto name = ask("SELECT 'herald_' || md5(current_schema())");
  if (PQresultStatus(name.get()) != PGRES_TUPLES_OK) return;
  const auto listening = ask("LISTEN \"" + std::string{PQgetvalue(name.get(), 0, 0)} + "\"");
  if (PQresultStatus(listening.get()) != PGRES_COMMAND_OK) return;
  answering(heard_);
  while (!wait(PQsocket(connection.get()), -1)) {
    if (PQconsumeInput(connection.get()) == 0) return;
    bool told = false;
    while (auto* word = PQnotifies(connection.get())) {
      told = true;
      PQfreemem(word);
    }
    if (told) answering(heard_);
  }
}

}  // namespace herald::store::postgresql
