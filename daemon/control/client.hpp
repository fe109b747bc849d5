// control client: a blocking Varlink client on a Unix socket, for heraldctl and tests.
// Runs on the caller's thread, one thread at a time per Client.
// Never interprets what a method means.
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <functional>
#include <string>

#include "base/result.hpp"
#include "control/frame.hpp"
#include "control/wire.hpp"

namespace herald::control {

class Client {
 public:
  /// Errors: unavailable (nobody answers there), denied (no permission on the socket), invalid
  /// (path too long).
  static base::Result<Client> connect(const std::string& path);
  Client(Client&& other) noexcept;
  Client& operator=(Client&& other) noexcept;
  ~Client();

  /// How long to wait for one reply; 0: for ever.
  void set_timeout(std::chrono::milliseconds timeout);

  /// One call, one reply, which may be a Varlink error. A Result error is about the connection:
  /// unavailable.
  base::Result<Reply> call(const std::string& method, boost::json::object parameters = {});
  /// Calls with `more` and hands every continuing reply to `each` until it answers false. The reply
  /// that ends the stream is returned; when `each` stopped it, that is its last one, and the
  /// connection is of no further use.
  base::Result<Reply> stream(const std::string& method, boost::json::object parameters,
                             const std::function<bool(const Reply&)>& each);

  /// Sends bytes as they are, and reads one message: for tests of the wire format.
  base::Result<void> send(std::string_view bytes);
  base::Result<Reply> receive();
  int descriptor() const noexcept { return fd_; }

 private:
  explicit Client(int fd) : fd_(fd), frames_(kMaxReply) {}
  int fd_ = -1;
  FrameReader frames_;
};

}  // namespace herald::control
