#pragma once

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/strand.hpp>
#include <memory>
#include <optional>
#include <string>

#include "http/access.hpp"
#include "http/answer.hpp"
#include "http/chunked.hpp"
#include "http/core.hpp"
#include "http/head.hpp"
#include "http/websocket.hpp"

namespace herald::http {

using Strand = boost::asio::strand<boost::asio::io_context::executor_type>;
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Strand>;

/// What a streamed answer's writer and its connection share: any thread adds, the strand takes
/// away.
struct StreamGauge {
  static constexpr std::size_t kHighWater = 256 * 1024;
  static constexpr std::size_t kHardLimit = 8 * kHighWater;
  std::atomic<std::size_t> buffered{0};
  std::atomic<bool> wants_room{
      false};                     ///< write() answered false: call `writable` once there is room
  std::atomic<bool> dead{false};  ///< the connection takes nothing any more
};

/// One client connection: requests are read, judged and answered strictly one after the other. Runs
/// on its strand; the calls of an exchange and of the server may come from any thread. Kept alive
/// by its pending operations and its exchange.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<Core> core, Socket socket, std::string peer, std::string address_key);
  ~Connection();

  void start();

  /// From the server, any thread.
  void expire();
  void interrupt();
  void end_stream();
  void abort();
  int64_t deadline() const { return deadline_.load(std::memory_order_relaxed); }

  /// From the exchange number `turn`, any thread; ignored (with written(false)) once that turn is
  /// over.
  void answer(uint64_t turn, model::web::Response response, std::function<void(bool)> written);
  void begin(uint64_t turn, model::web::Response response, std::shared_ptr<StreamGauge> gauge,
             std::function<void()> writable, std::function<void(bool)> closed);
  void stream(uint64_t turn, std::string chunk, std::shared_ptr<StreamGauge> gauge);
  /// `code` and `reason` are for a WebSocket.
  void end(uint64_t turn, unsigned code, std::string reason);
  void accept_socket(uint64_t turn, std::shared_ptr<StreamGauge> gauge,
                     std::function<void(std::string)> text, std::function<void()> writable,
                     std::function<void(bool)> closed);
  void abandon(uint64_t turn);

 private:
  enum class Phase : uint8_t {
    head,
    admitting,
    greeting,  ///< a WebSocket whose first message shall say who it is
    body,
    handling,
    writing,
    streaming,
    lingering,
    closed
  };

  // connection.cpp: reading
  void run();
  bool step();
  bool on_head();
  bool on_body();
  void on_read(boost::system::error_code ec, std::size_t n);
  void read_rest(boost::system::error_code& ec);
  void read_more();
  void open_request(const Head& head);
  void route_request();
  void answer_options(const Router::Match& match);
  void admit();
  bool is_limited(const std::optional<model::web::Response>& refusal);
  void on_resolved(uint64_t turn, const base::Result<model::UserId>& user);
  void begin_body();
  void dispatch();
  void refuse(const Refusal& refusal);
  void reject(model::web::Response response);
  void on_expired();
  void consume(std::size_t n);
  void arm(std::chrono::milliseconds timeout);

  // connection_socket.cpp: WebSockets
  void admit_socket(const Identified& caller, bool development);
  bool upgrade();
  bool on_frames();
  bool on_text(std::string text);
  void greet(const std::string& text);
  void on_greeted(uint64_t turn, const base::Result<model::UserId>& user);
  void take_socket(uint64_t turn, std::shared_ptr<StreamGauge> gauge,
                   std::function<void(std::string)> text, std::function<void()> writable,
                   std::function<void(bool)> closed);
  void send_frame(Opcode opcode, std::string_view payload);
  void close_frames(unsigned code, std::string_view reason);
  void on_quiet();

  // connection_write.cpp: writing
  void take_answer(uint64_t turn, model::web::Response response, std::function<void(bool)> written);
  void take_begin(uint64_t turn, model::web::Response response, std::shared_ptr<StreamGauge> gauge,
                  std::function<void()> writable, std::function<void(bool)> closed);
  void take_chunk(uint64_t turn, std::string chunk, const std::shared_ptr<StreamGauge>& gauge);
  void take_end(uint64_t turn, unsigned code, std::string_view reason);
  void append_chunk(std::string_view chunk);
  void start_write(model::web::Response response);
  void make_head(model::web::Response& response, bool streamed);
  void flush();
  void flush_stream();
  void on_all_written();
  void on_stream_written();
  void finish_turn(bool all);
  void linger();
  void shut();
  template <class F, class... Args>
  void call_later(F callback, Args... args);
  template <class F>
  void on_strand(F&& f);
  /// Out of memory, or a callback that throws: this connection cannot go on, the others can.
  template <class F>
  void guarded(F&& f) {
    try {
      f();
    } catch (...) {
      shut();
    }
  }

  std::shared_ptr<Core> core_;
  Socket socket_;
  const std::string peer_, address_key_;
  std::atomic<int64_t> deadline_{0};

  Phase phase_ = Phase::head;
  uint64_t turn_ = 1;     ///< number of the request under way
  bool running_ = false;  ///< run() is on the stack
  bool reading_ = false;  ///< a read is pending
  bool listed_ = true;    ///< counted in the registry
  bool eof_ = false;      ///< nothing more will come
  bool peer_gone_ =
      false;  ///< it ended before the answer was begun: what is written then is no evidence

  std::string in_;  ///< received, from in_pos_ not yet consumed
  std::size_t in_pos_ = 0;
  std::array<char, 512> chunk_;  ///< what a read fills first: most requests, at no cost while idle
  HeadScan scan_;
  Head head_;

  // the request under way
  std::shared_ptr<const model::web::Route> route_;
  model::web::Request request_;
  std::string method_, host_, cors_origin_;
  std::string renewed_cookie_;  ///< goes with the answer
  Framing framing_ = Framing::none;
  uint64_t content_length_ = 0;
  std::optional<Chunked> chunked_;
  bool expect_continue_ = false, body_unread_ = false, close_after_ = false;
  bool minor_zero_ = false, forwarded_ = false;
  base::MonoPoint started_{};
  std::size_t bytes_in_ = 0, discarded_ = 0;

  // the answer under way
  unsigned status_ = 0;
  std::string out_head_, out_body_;
  std::size_t out_done_ = 0;
  std::function<void(bool)> written_;
  bool flushing_ = false;
  std::string stream_queue_;  ///< framed chunks that wait for the write under way
  std::size_t queue_bytes_ = 0,
              flight_bytes_ =
                  0;  ///< of the writer's bytes in stream_queue_ and in the write under way
  std::shared_ptr<StreamGauge> gauge_;
  std::function<void()> writable_;
  std::function<void(bool)> stream_closed_;
  bool stream_ended_ = false, stream_chunked_ = false;

  // the WebSocket, once upgraded
  std::unique_ptr<SocketState> socket_state_;
};

}  // namespace herald::http
