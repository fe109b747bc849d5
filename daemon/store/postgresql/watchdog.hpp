#pragma once

#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

namespace herald::store::postgresql {

/// Cuts connections whose server does not answer in time: libpq waits for ever on a peer that is
/// silent but alive. The cut is of our socket only; a commit under way is never cancelled (trap 3),
/// it is in doubt. One thread, which sleeps while nobody waits for anything.
class Watchdog {
 public:
  Watchdog();
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// While it lives, the socket is shut down once the limit is over; 0: never. Any thread.
  class Watch {
   public:
    Watch(Watchdog& dog, int socket, std::chrono::milliseconds limit);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

   private:
    Watchdog& dog_;
    bool set_ = false;
    std::list<std::pair<int, std::chrono::steady_clock::time_point>>::iterator entry_;
  };

 private:
  using Waiting = std::list<std::pair<int, std::chrono::steady_clock::time_point>>;
  void loop();

  std::mutex mutex_;
  std::condition_variable wake_;
  Waiting waiting_;      // sockets and until when
  bool asleep_ = false;  // until there is something to watch
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace herald::store::postgresql
