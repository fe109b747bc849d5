#pragma once

#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "store/postgresql/address.hpp"
#include "store/postgresql/watchdog.hpp"

namespace herald::store::postgresql {

/// Hears on a connection and a thread of its own what others say with NOTIFY, and says it too. A
/// connection that is lost is made again, once a second; what is said meanwhile is missed.
class Listener {
 public:
  /// Of a schema; the md5 of its name follows.
  enum class Channel {
    outbox,  ///< applications wrote into the outbox: the function send() says so, without words
    nodes    ///< what nodes tell each other
  };
  /// Called on that thread: after every word, and with nullptr whenever a connection was made, for
  /// some may have been missed.
  using Hear = std::function<void(const char* payload)>;
  Listener(const Address& address, Watchdog& watchdog, Channel channel, Hear heard);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// Says it soon, equal ones once, in a transaction that nothing waits for. At most 200 bytes of
  /// [0-9a-z:]. Any thread. When too much waits, `otherwise` is said in place of all of it.
  void say(std::string payload, const std::string& otherwise);

 private:
  void loop();
  /// Until the connection is lost or the end has come.
  void listen();
  void wake() const;
  /// True when the end has come before.
  bool wait(int socket, int milliseconds) const;
  bool has_words();
  std::set<std::string> take_words();

  const Address& address_;
  Watchdog& watchdog_;
  const Channel channel_;
  const Hear heard_;
  int wake_ = -1;  // an eventfd: readable once it is to end, or has something to say
  mutable std::mutex mutex_;
  std::set<std::string> words_;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace herald::store::postgresql
