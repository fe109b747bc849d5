#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <charconv>

#include "http/connection.hpp"
#include "http/problem.hpp"

namespace herald::http {

namespace asio = boost::asio;
namespace web = model::web;
using boost::system::error_code;

/// Runs `callback` after the present work of the strand: a callback of a handler must not run
/// inside its own call.
template <class F, class... Args>
void Connection::call_later(F callback, Args... args) {
  if (!callback) return;
  asio::post(socket_.get_executor(), [callback = std::move(callback), args...]() noexcept {
    try {
      callback(args...);
    } catch (...) {
      // The answer is out already; a handler's failure after it concerns nobody on this connection.
      return;
    }
  });
}

template <class F>
void Connection::on_strand(F&& f) {
  if (socket_.get_executor().running_in_this_thread()) return f();
  asio::post(socket_.get_executor(),
             [self = shared_from_this(), f = std::forward<F>(f)]() mutable { self->guarded(f); });
}

void Connection::answer(uint64_t turn, web::Response response, std::function<void(bool)> written) {
  on_strand(
      [self = this, turn, response = std::move(response), written = std::move(written)]() mutable {
        self->take_answer(turn, std::move(response), std::move(written));
      });
}

void Connection::begin(uint64_t turn, web::Response response, std::shared_ptr<StreamGauge> gauge,
                       std::function<void()> writable, std::function<void(bool)> closed) {
  on_strand([self = this, turn, response = std::move(response), gauge = std::move(gauge),
             writable = std::move(writable), closed = std::move(closed)]() mutable {
    self->take_begin(turn, std::move(response), std::move(gauge), std::move(writable),
                     std::move(closed));
  });
}

void Connection::stream(uint64_t turn, std::string chunk, std::shared_ptr<StreamGauge> gauge) {
  on_strand([self = this, turn, chunk = std::move(chunk), gauge = std::move(gauge)]() mutable {
    self->take_chunk(turn, std::move(chunk), gauge);
  });
}

void Connection::end(uint64_t turn, unsigned code, std::string reason) {
  on_strand([self = this, turn, code, reason = std::move(reason)] {
    self->take_end(turn, code, reason);
  });
}

void Connection::accept_socket(uint64_t turn, std::shared_ptr<StreamGauge> gauge,
                               std::function<void(std::string)> text,
                               std::function<void()> writable, std::function<void(bool)> closed) {
  on_strand([self = this, turn, gauge = std::move(gauge), text = std::move(text),
             writable = std::move(writable), closed = std::move(closed)]() mutable {
    self->take_socket(turn, std::move(gauge), std::move(text), std::move(writable),
                      std::move(closed));
  });
}

void Connection::abandon(uint64_t turn) {
  if (core_->closed) return;  // the io_context may be gone already
  on_strand([self = this, turn] {
    if (turn != self->turn_) return;
    if (self->phase_ == Phase::streaming) return self->shut();
    if (self->phase_ == Phase::handling)
      self->take_answer(
          turn, problem(base::Code::internal, "The handler of this path gave no answer."), {});
  });
}

void Connection::end_stream() {
  asio::post(socket_.get_executor(), [self = shared_from_this()] {
    self->guarded([&] {
      if (self->phase_ != Phase::streaming || self->stream_ended_) return;
      self->close_after_ = true;
      self->gauge_->dead = true;
      self->take_end(self->turn_, kGoingAway, "the server is restarting");
    });
  });
}

void Connection::take_answer(uint64_t turn, web::Response response,
                             std::function<void(bool)> written) {
  if (turn != turn_ || phase_ != Phase::handling) return call_later(std::move(written), false);
  if (socket_state_) {
    // Upgraded already: what the handler refuses is refused in the other protocol.
    call_later(std::move(written), false);
    return close_frames(response.status >= 500 ? kTryAgain : kPolicy, phrase_of(response.status));
  }
  written_ = std::move(written);
  start_write(std::move(response));
  run();
}

void Connection::make_head(web::Response& response, bool streamed) {
  if (core_->stopping || eof_) close_after_ = true;
  status_ = response.status >= 200 && response.status <= 599 ? response.status : 500;
  stream_chunked_ = streamed && !minor_zero_ && may_have_body(status_);
  if (streamed && minor_zero_) close_after_ = true;
  if (!renewed_cookie_.empty())
    response.headers.emplace_back("Set-Cookie", std::move(renewed_cookie_));
  renewed_cookie_.clear();
  AnswerFrame frame;
  frame.close = close_after_;
  frame.keep_alive_zero = minor_zero_;
  frame.chunked = stream_chunked_;
  frame.until_close = streamed && !stream_chunked_;
  frame.server = core_->options.server_name;
  frame.cors_origin = cors_origin_;
  out_head_.clear();
  out_done_ = 0;
  write_head(out_head_, response, frame, core_->clock.now());
}

void Connection::start_write(web::Response response) {
  phase_ = Phase::writing;
  make_head(response, false);
  out_body_.clear();
  if (method_ != "HEAD" && may_have_body(status_)) out_body_ = std::move(response.body);
  // A peer that takes less than 32 KiB a second after the first half minute holds our memory for
  // nothing.
  arm(core_->options.write_timeout + std::chrono::milliseconds{out_body_.size() / 32});
  flush();
}

void Connection::flush() {
  const auto total = out_head_.size() + out_body_.size();
  while (out_done_ < total) {
    error_code ec;
    std::size_t n = 0;
    if (out_done_ < out_head_.size()) {
      const std::array<asio::const_buffer, 2> both{asio::buffer(out_head_) + out_done_,
                                                   asio::buffer(out_body_)};
      n = socket_.write_some(both, ec);
    } else {
      n = socket_.write_some(asio::buffer(out_body_) + (out_done_ - out_head_.size()), ec);
    }
    if (ec == asio::error::would_block || ec == asio::error::try_again) {
      flushing_ = true;
      socket_.async_wait(Socket::wait_write, [self = shared_from_this()](const error_code& failed) {
        self->guarded([&] {
          self->flushing_ = false;
          if (self->phase_ == Phase::closed) return;
          if (failed) return self->shut();
          if (self->phase_ == Phase::streaming) self->arm(self->core_->options.stream_timeout);
          self->flush();
          self->run();
        });
      });
      return;
    }
    if (ec) return shut();
    out_done_ += n;
  }
  on_all_written();
}

void Connection::on_all_written() {
  if (phase_ == Phase::streaming) return on_stream_written();
  finish_turn(true);
}

void Connection::finish_turn(bool all) {
  ++core_->requests;
  call_later(std::exchange(written_, nullptr), all && !peer_gone_);
  call_later(std::exchange(stream_closed_, nullptr), all && !peer_gone_);
  writable_ = nullptr;
  if (gauge_) gauge_->dead = true;
  gauge_.reset();
  socket_state_.reset();
  if (core_->options.on_served)
    core_->options.on_served({method_, route_ ? std::string_view{route_->path} : std::string_view{},
                              status_, core_->clock.mono() - started_, bytes_in_});
  ++turn_;
  peer_gone_ = false;
  out_body_ = {};
  if (out_head_.capacity() > 4096) out_head_ = {};
  route_.reset();
  method_.clear();
  cors_origin_.clear();
  chunked_.reset();
  scan_.reset();
  if (close_after_) return linger();
  phase_ = Phase::head;
  if (in_.empty() && in_.capacity() > 4096) in_ = {};
  arm(in_.empty() ? core_->options.idle_timeout : core_->options.header_timeout);
}

/// Closing a socket with unread bytes in it makes the kernel send a reset, which can destroy the
/// answer on its way (RFC 9112 section 9.6): say that nothing more will come, and read on for a
/// moment.
void Connection::linger() {
  phase_ = Phase::lingering;
  discarded_ = 0;
  error_code ec;
  socket_.shutdown(Socket::shutdown_send, ec);
  if (ec || eof_) return shut();
  arm(core_->options.linger_timeout);
  run();
}

void Connection::shut() {
  if (phase_ == Phase::closed) return;
  phase_ = Phase::closed;
  deadline_.store(0, std::memory_order_relaxed);
  if (gauge_) gauge_->dead = true;
  gauge_.reset();
  error_code ignored;
  socket_.close(ignored);
  // Not only in the destructor: a handler may keep its exchange, and with it this object, for long.
  if (std::exchange(listed_, false)) core_->registry.remove(this, address_key_);
  auto written = std::exchange(written_, nullptr);
  auto closed = std::exchange(stream_closed_, nullptr);
  const auto writable = std::exchange(writable_, nullptr);
  call_later(std::move(written), false);
  call_later(std::move(closed), false);
}

void Connection::take_begin(uint64_t turn, web::Response response,
                            std::shared_ptr<StreamGauge> gauge, std::function<void()> writable,
                            std::function<void(bool)> closed) {
  if (turn != turn_ || phase_ != Phase::handling || socket_state_) {
    gauge->dead = true;
    return call_later(std::move(closed), false);
  }
  gauge_ = std::move(gauge);
  writable_ = std::move(writable);
  stream_closed_ = std::move(closed);
  if (eof_) return shut();
  phase_ = Phase::streaming;
  stream_ended_ = false;
  stream_queue_.clear();
  queue_bytes_ = 0;
  make_head(response, true);
  flight_bytes_ = response.body.size();
  gauge_->buffered += flight_bytes_;
  out_body_.clear();
  append_chunk(response.body);
  std::swap(stream_queue_, out_body_);
  arm(core_->options.stream_timeout);
  flush();
  run();
}

void Connection::append_chunk(std::string_view chunk) {
  if (socket_state_) return append_frame(stream_queue_, Opcode::text, chunk);
  if (chunk.empty() || method_ == "HEAD" || !may_have_body(status_)) return;
  if (!stream_chunked_) {
    stream_queue_.append(chunk);
    return;
  }
  std::array<char, 20> size{};
  const auto end = std::to_chars(size.data(), size.data() + size.size(), chunk.size(), 16).ptr;
  stream_queue_.append(size.data(), end).append("\r\n").append(chunk).append("\r\n");
}

void Connection::take_chunk(uint64_t turn, std::string chunk,
                            const std::shared_ptr<StreamGauge>& gauge) {
  if (turn != turn_ || phase_ != Phase::streaming || stream_ended_) {
    gauge->buffered -= chunk.size();
    return;
  }
  append_chunk(chunk);
  queue_bytes_ += chunk.size();
  if (!flushing_) flush_stream();
}

void Connection::take_end(uint64_t turn, unsigned code, std::string_view reason) {
  if (turn != turn_ || phase_ != Phase::streaming || stream_ended_) return;
  if (socket_state_) return close_frames(code, reason);
  stream_ended_ = true;
  if (stream_chunked_ && method_ != "HEAD") stream_queue_.append("0\r\n\r\n");
  if (!flushing_) flush_stream();
  run();
}

void Connection::flush_stream() {
  out_head_.clear();
  out_body_ = std::move(stream_queue_);
  stream_queue_ = {};
  out_done_ = 0;
  flight_bytes_ = std::exchange(queue_bytes_, 0);
  arm(core_->options.stream_timeout);
  flush();
}

void Connection::on_stream_written() {
  out_head_.clear();
  out_body_.clear();
  out_done_ = 0;
  gauge_->buffered -= std::exchange(flight_bytes_, 0);
  if (!stream_queue_.empty() || queue_bytes_ > 0) return flush_stream();
  if (stream_ended_) return finish_turn(true);
  out_body_ = {};
  arm(socket_state_ ? core_->options.ping_interval : std::chrono::milliseconds{0});
  if (gauge_->buffered < StreamGauge::kHighWater / 2 && gauge_->wants_room.exchange(false))
    call_later(writable_);
}

}  // namespace herald::http
