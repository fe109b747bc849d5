#pragma once

#include <functional>
#include <string>
#include <thread>

#include "store/postgresql/address.hpp"
#include "store/postgresql/watchdog.hpp"

namespace herald::store::postgresql {

/// Hears on a connection and a thread of its own that applications wrote into the outbox. A
/// connection that is lost is made again, once a second; what is said meanwhile is missed.
class Listener {
 public:
  /// `heard` is called on that thread: after every word, and whenever a connection was made.
  Listener(const Address& address, Watchdog& watchdog, std::function<void()> heard);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

 private:
  void loop();
  /// Until the connection is lost or the end has come.
  void listen();
  /// True when the end has come before.
  bool wait(int socket, int milliseconds) const;

  const Address& address_;
  Watchdog& watchdog_;
  const std::function<void()> heard_;
  int end_ = -1;  // an eventfd: readable once it is to end
  std::thread thread_;
};

}  // namespace herald::store::postgresql
