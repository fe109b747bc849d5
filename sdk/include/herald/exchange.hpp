// exchange.hpp - one inbound request and its answer.
#pragma once

#include <herald/detail/link.hpp>
#include <herald/http.hpp>

#pragma GCC visibility push(hidden)
namespace herald::inline v1 {

/// A handle, cheap to copy, usable from any thread. Exactly one of respond, begin, ws_accept
/// answers it; all return HERALD_E_STATE once it is answered or closed. Register on_... inside the
/// handler.
class Exchange {
 public:
  Exchange(std::shared_ptr<detail::Link> link, herald_exchange id)
      : link_{std::move(link)}, id_{id} {}

  herald_exchange id() const noexcept { return id_; }

  /// The whole answer.
  herald_status respond(const Response& response) const {
    const detail::ResponseView c{response};
    return call([&](const auto& t, auto* host) { return t.respond(host, id_, c.get()); });
  }
  /// Headers and the first chunk of a stream; then write() and end().
  herald_status begin(const Response& response) const {
    const detail::ResponseView c{response};
    return call([&](const auto& t, auto* host) { return t.begin(host, id_, c.get()); });
  }
  /// HERALD_E_LIMIT: nothing was taken, wait for on_writable.
  herald_status write(std::string_view chunk) const {
    return call([&](const auto& t, auto* host) { return t.write(host, id_, str(chunk)); });
  }
  herald_status end() const {
    return call([&](const auto& t, auto* host) { return t.end(host, id_); });
  }
  herald_status ws_accept(std::string_view subprotocol = {}) const {
    return call(
        [&](const auto& t, auto* host) { return t.ws_accept(host, id_, str(subprotocol)); });
  }
  herald_status ws_send(std::string_view text) const {
    return call([&](const auto& t, auto* host) { return t.ws_send(host, id_, str(text)); });
  }
  herald_status ws_close(uint32_t code, std::string_view reason = {}) const {
    return call(
        [&](const auto& t, auto* host) { return t.ws_close(host, id_, code, str(reason)); });
  }

  /// f(status): HERALD_OK only if every byte given was written to the socket. Called once.
  void on_closed(Callback<herald_status> f) const {
    link_->on_exchange(id_, [&](auto& handlers) { handlers.closed = std::move(f); });
  }
  /// f(skipped): the stream drained; skipped: write_many() had left out a chunk.
  void on_writable(Callback<bool> f) const {
    link_->on_exchange(id_, [&](auto& handlers) { handlers.writable = std::move(f); });
  }
  /// f(): the caller's token was revoked; say goodbye now, for the host ends what is open 3 s
  /// later.
  void on_revoked(Callback<> f) const {
    link_->on_exchange(id_, [&](auto& handlers) { handlers.revoked = std::move(f); });
  }
  /// f(text): one message of a WebSocket.
  void on_text(Callback<std::string_view> f) const {
    link_->on_exchange(id_, [&](auto& handlers) { handlers.text = std::move(f); });
  }

 private:
  template <class F>
  herald_status call(F&& f) const {
    return link_->call(link_->http, std::forward<F>(f));
  }
  std::shared_ptr<detail::Link> link_;
  herald_exchange id_;
};

}  // namespace herald::inline v1
#pragma GCC visibility pop
