// control: the Varlink server on the Unix socket, through which heraldctl and any Varlink client
// speak to the daemon. Runs on one strand of the io_context it is given; public functions come from
// any other thread. Never does the work itself (Operations does), never trusts a byte of a client,
// never blocks on one.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "control/operations.hpp"

namespace boost::asio {
class io_context;
}

namespace herald::control {

struct ServerLimits {
  std::size_t connections = 64;             ///< further ones get the error Busy and are closed
  std::size_t waiting_calls = 32;           ///< per connection, before it is read no further
  std::chrono::milliseconds idle{300'000};  ///< without a call, a stream or bytes to write
  std::chrono::milliseconds write_stall{30'000};  ///< one answer that cannot be written
  /// The same while streaming: a client that does not read costs a page of events, and goes on
  /// later from its cursor.
  std::chrono::milliseconds stream_stall{600'000};
};

struct ServerOptions {
  std::string path = "/run/herald/control";
  std::string group = "herald";  ///< of the socket and of those who may operate; empty: none
  std::string admin_group = "herald-admin";  ///< of those who may do all; empty: none
  int inherited = -1;         ///< a listening socket from the service manager, used instead of path
  std::string version = "0";  ///< of the daemon, for GetInfo
  std::function<void(std::string message)> warn;  ///< what an administrator should know; any thread
  ServerLimits limits;
};

class Server {
 public:
  /// `context` must run until join() returned; `operations` must live that long.
  Server(boost::asio::io_context& context, Operations& operations, ServerOptions options);
  ~Server();  ///< interrupt(), join()

  /// Makes the socket and begins to accept. Errors: conflict (another daemon answers), invalid
  /// (path or descriptor).
  base::Result<void> listen();

  /// First step of stopping: no new connection, no new call; calls under way are answered, streams
  /// get their last reply. Any thread, does not wait, idempotent.
  void interrupt();
  /// Second step: waits until every connection is closed, and closes what is left after `grace`.
  /// Not on a thread of the io_context.
  void join(std::chrono::milliseconds grace = std::chrono::seconds{2});

 private:
  class Core;
  std::shared_ptr<Core> core_;  ///< shared with completion handlers, which may outlive the server
};

}  // namespace herald::control
