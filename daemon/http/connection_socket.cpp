#include <boost/asio/buffer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/json/object.hpp>

#include "base/json.hpp"
#include "http/connection.hpp"
#include "http/origin.hpp"
#include "http/problem.hpp"

// A connection that became a WebSocket. Its frames are written as a streamed answer is.
namespace herald::http {

namespace asio = boost::asio;
namespace web = model::web;
using boost::system::error_code;

namespace {

constexpr std::size_t kMaxGreeting = 8 * 1024;
/// Answers to pings wait here while a message is on its way; more than that is no honest peer.
constexpr std::size_t kMaxPongs = 16 * 1024;

std::string_view text_of(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string_view{value->get_string()}
                                                : std::string_view{};
}

}  // namespace

/// Browsers let every page open a WebSocket to every host, with its cookies: a foreign Origin is
/// refused whatever credentials there are, and a cookie needs an Origin that is known.
void Connection::admit_socket(const Identified& caller, bool development) {
  if (const auto refusal = examine_handshake(request_, minor_zero_)) {
    auto r = problem(refusal->status, refusal->why);
    r.headers.emplace_back("Sec-WebSocket-Version", "13");
    return reject(std::move(r));
  }
  const auto origin = origin_of(request_.headers, host_, core_->options.allowed_origins, false);
  if (origin == Origin::foreign || (caller.from_cookie && origin == Origin::absent))
    return reject(
        problem(base::Code::denied, "A WebSocket must come from this site or an allowed origin."));
  const bool anybody = development && is_loopback_host(host_);
  if (caller.kind != Identified::Kind::none) {
    auto verdict = judge(*route_, request_, caller, core_->directory,
                         {host_, core_->options.allowed_origins, false});
    if (is_limited(verdict.refusal)) return;
    if (verdict.refusal) return reject(std::move(*verdict.refusal));
  }
  if (framing_ != Framing::none || !upgrade()) return shut();
  socket_state_->development = anybody;
  if (caller.kind != Identified::Kind::none) return dispatch();
  phase_ = Phase::greeting;
  arm(core_->options.header_timeout);
}

/// 101: from here on the connection speaks frames. False when the peer is gone.
bool Connection::upgrade() {
  const auto head =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: " +
      accept_of(request_) + "\r\n\r\n";
  error_code ec;
  // Nothing else was written to this connection lately: there is room for it.
  if (socket_.write_some(asio::buffer(head), ec) != head.size() || ec) return false;
  status_ = 101;
  close_after_ = true;
  body_unread_ = false;
  socket_state_ = std::make_unique<SocketState>(std::max<std::size_t>(route_->max_body, 1));
  socket_state_->filled = core_->clock.mono();
  return true;
}

bool Connection::on_frames() {
  auto& state = *socket_state_;
  if (state.closing) {
    consume(in_.size() - in_pos_);
    return false;
  }
  std::size_t used = 0;
  auto message = state.frames.feed(std::string_view{in_}.substr(in_pos_), used);
  consume(used);
  if (used > 0) state.awaits_pong = false;
  switch (message.kind) {
    case Frames::Kind::none:
      return false;
    case Frames::Kind::pong:
      return true;
    case Frames::Kind::text:
      return on_text(std::move(message.data));
    case Frames::Kind::ping:
      if (stream_queue_.size() > kMaxPongs && flushing_)
        return close_frames(kPolicy, "too many pings"), false;
      send_frame(Opcode::pong, message.data);
      return phase_ != Phase::closed;
    case Frames::Kind::close:
      return close_frames(message.code, {}), false;
    case Frames::Kind::failed:
      return close_frames(message.code, "the frame is not allowed here"), false;
  }
  return false;
}

bool Connection::on_text(std::string text) {
  auto& state = *socket_state_;
  const auto now = core_->clock.mono();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - state.filled).count();
  if (seconds > 0) {
    const auto more = static_cast<unsigned>(std::min<int64_t>(seconds, SocketState::kBurst));
    state.allowance =
        std::min(SocketState::kBurst, state.allowance + more * SocketState::kPerSecond);
    state.filled = now;
  }
  if (state.allowance == 0) return close_frames(kPolicy, "too many messages"), false;
  --state.allowance;
  if (phase_ == Phase::greeting) {
    greet(text);
    return phase_ != Phase::closed;
  }
  if (state.text) state.text(std::move(text));
  return phase_ == Phase::streaming;
}

/// {"type":"auth","token":"..."}; in development mode also {"type":"auth","user":"..."}. Until then
/// no handler has heard of the connection.
void Connection::greet(const std::string& text) {
  const auto message = base::parse_json(text, {.depth = 4, .bytes = kMaxGreeting});
  if (!message || !message->is_object() || text_of(message->get_object(), "type") != "auth")
    return close_frames(kUnauthenticated, "the first message must be of type auth");
  const auto& greeting = message->get_object();
  if (const auto token = text_of(greeting, "token"); !token.empty()) {
    const auto caller = core_->authenticator.identify_token(token);
    const auto verdict = judge(*route_, request_, caller, core_->directory,
                               {host_, core_->options.allowed_origins, false});
    if (verdict.refusal || caller.kind != Identified::Kind::known) {
      const bool guesses = !core_->failures.allow(request_.peer, core_->clock.mono());
      return close_frames(guesses ? kTryAgain : kUnauthenticated, "the token is not accepted");
    }
    dispatch();
    return run();
  }
  if (!socket_state_->development)
    return close_frames(kUnauthenticated, "the first message must hold a token");
  auto identity = core_->directory.parse(text_of(greeting, "user"));
  if (!identity) return close_frames(kPolicy, "user is neither an id nor a phone");
  phase_ = Phase::admitting;
  arm(route_->timeout);
  core_->directory.resolve(std::move(*identity), [self = shared_from_this(),
                                                  turn = turn_](base::Result<model::UserId> user) {
    asio::dispatch(self->socket_.get_executor(), [self, turn, user = std::move(user)] {
      self->guarded([&] { self->on_resolved(turn, user); });
    });
  });
}

void Connection::on_greeted(uint64_t, const base::Result<model::UserId>& user) {
  if (!user || *user == 0) return close_frames(kPolicy, "there is no such user");
  request_.who.kind = model::Principal::Kind::user;
  request_.who.user = *user;
  request_.who.development = true;
  request_.user = *user;
  dispatch();
  run();
}

void Connection::take_socket(uint64_t turn, std::shared_ptr<StreamGauge> gauge,
                             std::function<void(std::string)> text, std::function<void()> writable,
                             std::function<void(bool)> closed) {
  if (turn != turn_ || phase_ != Phase::handling || !socket_state_) {
    gauge->dead = true;
    if (closed) asio::post(socket_.get_executor(), [closed = std::move(closed)] { closed(false); });
    return;
  }
  gauge_ = std::move(gauge);
  writable_ = std::move(writable);
  stream_closed_ = std::move(closed);
  if (eof_) return shut();
  phase_ = Phase::streaming;
  stream_ended_ = stream_chunked_ = false;
  stream_queue_.clear();
  queue_bytes_ = flight_bytes_ = 0;
  socket_state_->text = std::move(text);
  arm(core_->options.ping_interval);
  run();
}

void Connection::send_frame(Opcode opcode, std::string_view payload) {
  append_frame(stream_queue_, opcode, payload);
  if (phase_ == Phase::streaming && !flushing_) flush_stream();
}

void Connection::close_frames(unsigned code, std::string_view reason) {
  if (socket_state_->closing) return;
  socket_state_->closing = true;
  append_frame(stream_queue_, Opcode::close, close_payload(code, reason));
  if (!gauge_) gauge_ = std::make_shared<StreamGauge>();  // it ends before a handler took it
  phase_ = Phase::streaming;
  stream_ended_ = true;
  if (!flushing_) flush_stream();
}

/// Nothing was written for a while: is somebody there?
void Connection::on_quiet() {
  if (socket_state_->awaits_pong) return shut();
  socket_state_->awaits_pong = true;
  send_frame(Opcode::ping, {});
}

}  // namespace herald::http
