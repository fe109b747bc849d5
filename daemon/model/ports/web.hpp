#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "model/ports/principal.hpp"

namespace herald::model::web {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// An inbound request after the guard, authentication and path matching. Header names are lower
/// case.
struct Request {
  std::string method, path, query;  ///< path percent-decoded per segment by the router; query raw
  std::string target;               ///< as received
  Headers headers;
  std::string body;
  std::string peer;  ///< address without port
  Principal who;
  std::map<std::string, std::string> params;  ///< "{name}" parts of the path, percent-decoded
  UserId user = 0;  ///< what "{user}" resolved to, for routes with access path_user / any_user
  std::string user_spelled;
};

struct Response {
  unsigned status = 200;
  Headers headers;
  std::string body;
  std::string content_type = "application/json";
};

enum class Access { anyone, path_user, any_user, service };

/// One request waiting for its answer. Any thread; the answer is sent once; dropping the last
/// reference without an answer sends 500.
class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual const Request& request() const = 0;
  /// `written(true)` once every byte was written to the socket, `written(false)` when the peer went
  /// away before.
  virtual void respond(Response, std::function<void(bool all)> written = {}) = 0;
  /// Streamed answers: headers and first chunk, chunks, end. write() answers false when the buffer
  /// is over its high-water mark (256 KiB): wait for `writable`.
  virtual void begin(Response, std::function<void()> writable,
                     std::function<void(bool all)> closed) = 0;
  virtual bool write(std::string chunk) = 0;
  virtual void end() = 0;
  /// On a route with `websocket`, instead of begin(): the handshake is done and the caller known.
  /// `text` is told each message of the peer, in order, on the connection's thread. Each write() is
  /// one text message then, and close_socket() the end, with a code of RFC 6455 section 7.4.
  virtual void accept_socket(std::function<void(std::string)> text, std::function<void()> writable,
                             std::function<void(bool all)> closed) = 0;
  virtual void close_socket(unsigned code, std::string reason) = 0;
};
using ExchangePtr = std::shared_ptr<Exchange>;

struct Route {
  std::vector<std::string> methods;
  std::string path;  ///< "/api/web-chat/notifications/{user}"; literals win over "{...}"
  Access access = Access::service;
  std::string scope;                  ///< needed of a service token
  std::size_t max_body = 256 * 1024;  ///< of a WebSocket: of one message
  /// A WebSocket: the caller is who the request's credentials or, without any, the first message
  /// name; `{user}` is not looked at.
  bool websocket = false;
  std::chrono::milliseconds timeout{30'000};  ///< 504-free: after it 503
  std::function<void(ExchangePtr)> handler;
};

/// The router as plugins and the producer API use it. Any thread.
class Mounts {
 public:
  virtual ~Mounts() = default;
  /// conflict when the same method and path shape is already mounted. The handle unmounts.
  virtual base::Result<uint64_t> mount(Route) = 0;
  virtual void unmount(uint64_t handle) = 0;
};

/// Outbound HTTP. Any thread in, a thread of the client out.
struct FetchRequest {
  std::string method = "GET", url;
  Headers headers;
  std::string body;
  std::chrono::milliseconds timeout{30'000};
  bool once = false;  ///< never resent by the client itself (trap 15)
  std::size_t max_response = 1 << 20;
};
struct FetchResult {
  enum class Reached { nothing_sent, maybe_sent, answered } reached = Reached::nothing_sent;
  unsigned status = 0;
  Headers headers;
  std::string body;
  std::string error;  ///< for people, empty when answered; no secret, no URL query
  bool cancelled = false, timed_out = false;
};
class Fetcher {
 public:
  virtual ~Fetcher() = default;
  /// Gives a handle for cancel(). `done` is called exactly once.
  virtual uint64_t fetch(FetchRequest, std::function<void(FetchResult)> done) = 0;
  virtual void cancel(uint64_t handle) = 0;
};

}  // namespace herald::model::web
