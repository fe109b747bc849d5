#pragma once

// Private to the control room: brings in Asio.
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/json/value.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "control/frame.hpp"
#include "control/handlers.hpp"
#include "control/server.hpp"

namespace herald::control {

using Strand = boost::asio::strand<boost::asio::io_context::executor_type>;
using Socket = boost::asio::basic_stream_socket<boost::asio::local::stream_protocol, Strand>;

/// One connection: reads calls, answers them in order, one at a time. Everything runs on the
/// server's strand.
class Session : public std::enable_shared_from_this<Session> {
 public:
  /// Shared with the server because an answer may come after the server is gone.
  struct Context {
    std::shared_ptr<const Handlers> handlers;
    Operations* operations;
    ServerLimits limits;
    std::function<void(const std::shared_ptr<Session>&)> closed;
  };

  Session(Socket socket, Caller caller, std::shared_ptr<const Context> context);
  void start();
  /// Answers what was begun, refuses what waits, ends a stream; then closes.
  void finish();
  /// Closes now. Idempotent.
  void close();

 private:
  void read();
  void process();
  void handle(const std::string& frame);
  void answered(const Reply& reply, bool oneway);
  void told(const Reply& reply);
  void monitor(MonitorQuery query, bool oneway);
  void pump_events();
  void enqueue(std::string message);
  void write();
  void arm();

  Socket socket_;
  boost::asio::steady_timer deadline_;
  const Caller caller_;
  const std::shared_ptr<const Context> context_;
  FrameReader frames_;
  std::array<char, 16 * 1024> buffer_{};
  std::deque<std::string> out_;
  std::size_t out_bytes_ = 0;
  std::shared_ptr<EventSource> events_;  ///< shared with who feeds it; set while streaming
  boost::json::value cursor_;            ///< of the latest event
  bool reading_ = false, writing_ = false, busy_ = false;
  bool broken_ =
      false;  ///< the client's bytes cannot be trusted any more: one last error, then close
  bool no_more_ = false;  ///< the client sent its last byte
  bool finishing_ = false;
  bool closed_ = false;
};

}  // namespace herald::control
