// http: the daemon's one HTTP listener: guard, router, authentication, exchanges; and the outbound
// client. Server and connections run on the io_context they are given, each connection on its own
// strand; the client has its thread. Never knows what a route does, never blocks an I/O thread,
// never keeps a connection after refusing what came over it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/auth.hpp"
#include "http/head.hpp"
#include "http/router.hpp"
#include "model/ports/directory.hpp"

namespace boost::asio {
class io_context;
}

namespace herald::http {

/// What one answered request was, for metrics and access logs. No query, no user: nothing secret.
struct Served {
  std::string_view method;
  std::string_view route;  ///< the path as mounted; empty when none matched
  unsigned status = 0;
  base::Duration took{};
  std::size_t bytes_in = 0;  ///< of the body
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  uint16_t port = 8080;                  ///< 0: any free port
  std::size_t max_connections = 20'000;  ///< beyond: 503 and close
  std::size_t max_per_address =
      256;  ///< IPv6 counts by /64; configured proxies are exempt; beyond: 429 and close
  double person_per_second = 100, person_burst = 200;   ///< requests of one person; beyond: 429
  double failures_per_second = 2, failures_burst = 50;  ///< refused credentials from one address;
                                                        ///< beyond: 429 instead of 401
  std::vector<std::string>
      trusted_proxies;  ///< addresses and networks whose X-Forwarded-For is believed
  std::vector<std::string>
      allowed_origins;  ///< exact origins for CORS and cookies, "https://shop.example"; never "*"
  bool development = false;            ///< callers from loopback need no credentials
  std::string server_name = "herald";  ///< Server field; empty: none
  HeadLimits limits;
  std::chrono::milliseconds header_timeout{10'000};
  std::chrono::milliseconds body_timeout{30'000};
  std::chrono::milliseconds idle_timeout{60'000};
  std::chrono::milliseconds write_timeout{30'000};  ///< plus one second per 32 KiB of the answer
  std::chrono::milliseconds stream_timeout{
      10'000};  ///< how long a streamed answer may wait for its reader
  std::chrono::milliseconds ping_interval{30'000};  ///< of WebSockets; one that is not answered
                                                    ///< until the next ends the connection
  std::chrono::milliseconds linger_timeout{1'000};  ///< how long a refused peer may go on sending
  /// Called once per answer, on the connection's thread; must be quick.
  std::function<void(const Served&)> on_served;
};

class Server {
 public:
  /// The parts are borrowed and must outlive the io_context's run. Throws nothing; listen() reports
  /// what is wrong.
  Server(boost::asio::io_context& io, ServerOptions options, const Router& router,
         const Authenticator& authenticator, model::ports::Directory& directory,
         const base::Clock& clock);
  /// Closes everything at once; call interrupt() and drain() first for a polite end.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Binds and begins to accept. Answers the port. invalid: address, origin or proxy list;
  /// unavailable: cannot bind.
  base::Result<uint16_t> listen();

  /// First step of the stop, any thread: no new connections, idle ones are closed, new requests on
  /// open ones get 503 with Retry-After, answers under way say Connection: close.
  void interrupt();
  /// Second step: ends streams, waits for the answers under way, and closes by force what is left
  /// at the deadline. True when nothing was cut off. Blocks: call it from a thread that does not
  /// run the io_context. The io_context must be kept running (work guard) until exchanges that
  /// handlers still hold are gone: their `written` is called on it.
  bool drain(std::chrono::milliseconds deadline);

  struct Stats {
    std::size_t open = 0;  ///< connections
    uint64_t accepted = 0, refused_connections = 0, accept_pauses = 0;
    uint64_t requests = 0;  ///< answered, whatever the status
    uint64_t refused = 0;   ///< by the guard or a timeout
  };
  Stats stats() const;

 private:
  class Listener;
  std::shared_ptr<Listener> listener_;
};

}  // namespace herald::http
