#include "control/session.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <utility>

namespace herald::control {
namespace {

namespace asio = boost::asio;

/// Answers that wait to be written, in bytes, above which no further call is begun.
constexpr std::size_t kOutHighWater = 1 << 20;
/// Events are moved from their queue to the socket in portions of about this size.
constexpr std::size_t kEventPortion = 64 << 10;

Reply herald_error(std::string_view name, boost::json::object parameters) {
  return Reply{.error = "io.herald." + std::string{name}, .parameters = std::move(parameters)};
}

}  // namespace

Session::Session(Socket socket, Caller caller, std::shared_ptr<const Context> context)
    : socket_(std::move(socket)),
      deadline_(socket_.get_executor()),
      caller_(std::move(caller)),
      context_(std::move(context)),
      frames_(kMaxRequest) {}

void Session::start() {
  arm();
  read();
}

void Session::read() {
  // Not reading is the back-pressure: the client's own socket buffer fills up.
  if (reading_ || closed_ || broken_ || no_more_ || finishing_ ||
      frames_.waiting() >= context_->limits.waiting_calls)
    return;
  reading_ = true;
  socket_.async_read_some(asio::buffer(buffer_),
                          [self = shared_from_this()](auto error, std::size_t n) {
                            self->reading_ = false;
                            if (self->closed_) return;
                            if (error) {
                              self->no_more_ = true;
                              // A stream's client that goes away has to be noticed; a caller may
                              // close its sending side and read on.
                              if (error != asio::error::eof || self->events_) return self->close();
                            } else if (!self->frames_.push({self->buffer_.data(), n})) {
                              self->broken_ = true;
                            }
                            self->process();
                            self->read();
                          });
}

void Session::process() {
  if (busy_ || closed_ || events_ || out_bytes_ > kOutHighWater) return;
  if (const auto frame = frames_.pop()) {
    handle(*frame);
    return;
  }
  if (broken_ && !finishing_) {
    finishing_ = true;
    enqueue(encode(
        herald_error("InvalidRequest", {{"field", ""}, {"message", "a message is over 1 MiB"}})));
  }
  if ((no_more_ || finishing_) && !writing_) close();
}

void Session::handle(const std::string& frame) {
  busy_ = true;
  arm();
  auto call = parse_call(frame);
  if (!call) {
    // Whoever sends what is no call is out of step, or no Varlink client at all: say so once and
    // part.
    broken_ = finishing_ = true;
    while (frames_.pop()) {
    }
    return answered(herald_error("InvalidRequest", {{"field", call.error().where},
                                                    {"message", call.error().message}}),
                    false);
  }
  const bool oneway = call->oneway;
  if (finishing_)
    return answered(herald_error("Busy", {{"message", "the daemon is stopping"}}), oneway);
  // A late answer finds the session gone: it holds it weakly, so that a stuck operation keeps no
  // connection open.
  auto request = context_->handlers->call(
      caller_, std::move(*call),
      [weak = weak_from_this(), executor = socket_.get_executor(), oneway](Reply reply) {
        asio::post(executor, [weak, oneway, reply = std::move(reply)] {
          if (const auto self = weak.lock()) self->answered(reply, oneway);
        });
      },
      [weak = weak_from_this(), executor = socket_.get_executor()](std::optional<Reply> reply) {
        if (weak.expired()) return false;
        if (reply)
          asio::post(executor, [weak, reply = std::move(*reply)] {
            if (const auto self = weak.lock()) self->told(reply);
          });
        return true;
      });
  if (request) monitor(*request, oneway);
}

void Session::answered(const Reply& reply, bool oneway) {
  if (closed_) return;
  busy_ = false;
  if (!oneway) enqueue(encode(reply));
  arm();
  // Posted, not called: a client that pipelines many calls must not deepen the stack.
  asio::post(socket_.get_executor(), [self = shared_from_this()] {
    self->process();
    self->read();
  });
}

/// How far a call is. A client that does not read misses some of it.
void Session::told(const Reply& reply) {
  if (closed_ || !busy_ || out_bytes_ > kOutHighWater) return;
  enqueue(encode(reply));
}

void Session::monitor(MonitorQuery query, bool oneway) {
  if (oneway) return answered({}, true);
  auto source = context_->operations->monitor(
      std::move(query), [weak = weak_from_this(), executor = socket_.get_executor()] {
        asio::post(executor, [weak] {
          if (const auto self = weak.lock()) self->pump_events();
        });
      });
  if (!source) return answered(reply_of(source.error(), {}, "io.herald.Monitor"), false);
  busy_ = false;
  events_ = std::move(*source);
  arm();
  read();
  pump_events();
}

/// Takes only what the socket takes: the rest waits in the journal.
void Session::pump_events() {
  while (events_ && !closed_ && out_bytes_ < kEventPortion) {
    auto next = events_->next();
    if (!next) return;
    if (!*next) {
      events_.reset();
      return answered(reply_of(next->error(), {}, "io.herald.Monitor"), false);
    }
    cursor_ = (*next)->at("cursor");
    enqueue(encode(Reply{.error = {}, .parameters = std::move(**next), .continues = true}));
  }
}

void Session::enqueue(std::string message) {
  out_bytes_ += message.size();
  out_.push_back(std::move(message));
  if (!writing_) write();
}

void Session::write() {
  writing_ = true;
  arm();
  asio::async_write(socket_, asio::buffer(out_.front()),
                    [self = shared_from_this()](auto error, std::size_t) {
                      self->writing_ = false;
                      if (self->closed_) return;
                      if (error) return self->close();
                      self->out_bytes_ -= self->out_.front().size();
                      self->out_.pop_front();
                      if (self->events_) self->pump_events();
                      if (!self->out_.empty()) {
                        if (!self->writing_) self->write();
                        return;
                      }
                      self->arm();
                      self->process();
                      self->read();
                    });
}

void Session::arm() {
  const auto& limits = context_->limits;
  if (writing_) {
    deadline_.expires_after(events_ ? limits.stream_stall : limits.write_stall);
  } else if (busy_ || events_) {
    deadline_.cancel();
    return;
  } else {
    deadline_.expires_after(limits.idle);
  }
  deadline_.async_wait([weak = weak_from_this()](auto error) {
    if (error) return;
    if (const auto self = weak.lock()) self->close();
  });
}

void Session::finish() {
  if (closed_ || finishing_) return;
  finishing_ = true;
  if (events_) {
    events_.reset();
    enqueue(encode(Reply{.error = {},
                         .parameters = {{"event", nullptr}, {"cursor", cursor_}, {"gap", false}}}));
  }
  process();
}

void Session::close() {
  if (std::exchange(closed_, true)) return;
  const auto self = shared_from_this();
  events_.reset();
  deadline_.cancel();
  boost::system::error_code ignored;
  socket_.close(ignored);
  context_->closed(self);
}

}  // namespace herald::control
