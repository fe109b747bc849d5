#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "http/peer.hpp"
#include "model/ports/web.hpp"

namespace herald::http {

struct ClientOptions {
  std::size_t max_in_flight = 64;  ///< beyond it requests wait
  std::size_t max_queued = 1024;   ///< beyond it they fail at once, with nothing sent
  std::size_t max_per_host = 16;   ///< connections, and requests under way to one host and port
  std::chrono::milliseconds connect_timeout{10'000};
  std::string user_agent = "herald";
  std::string proxy;    ///< empty: none, whatever the environment says
  std::string ca_file;  ///< empty: the system's
  /// Asked with every address before it is connected to, after names were resolved, so that no name
  /// can lead to where it may not (SSRF). Client thread; empty: any.
  std::function<bool(const Address&)> may_connect;
};

/// Outbound HTTP/1.1 over libcurl, on one thread of its own: pooled connections, TLS verified, http
/// and https only, no redirects, no proxy from the environment. Every request ends within its
/// timeout, the waits in the queue and for its host's address included (transfer.cpp).
///
/// Requests that are not GET or HEAD, and all with `once`, are never sent twice (trap 15): libcurl
/// repeats a request by itself when a kept connection dies before the first byte of the answer,
/// unless it cannot rewind the body. So the body comes from a callback without rewind, and a
/// request without a body gets a fresh connection.
class Client final : public model::web::Fetcher {
 public:
  /// Throws std::runtime_error when libcurl cannot start.
  explicit Client(ClientOptions options = {});
  /// Ends what is under way as cancelled and joins the thread. Not to be called from a `done`.
  ~Client() override;

  uint64_t fetch(model::web::FetchRequest request,
                 std::function<void(model::web::FetchResult)> done) override;
  void cancel(uint64_t handle) override;

  /// Waiting and under way.
  std::size_t pending() const;

 private:
  class Loop;
  const std::unique_ptr<Loop> loop_;
};

}  // namespace herald::http
