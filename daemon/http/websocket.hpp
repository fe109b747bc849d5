#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "http/head.hpp"
#include "model/ports/web.hpp"

namespace herald::http {

enum class Opcode : uint8_t { more = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// Close codes (RFC 6455 section 7.4; ours from 4000 on).
inline constexpr unsigned kNormal = 1000, kGoingAway = 1001, kProtocol = 1002, kUnsupported = 1003,
                          kNotUtf8 = 1007, kPolicy = 1008, kTooLarge = 1009, kTryAgain = 1013,
                          kUnauthenticated = 4401;

/// Why a request is no handshake of version 13 (RFC 6455 section 4.2.1); nothing when it is one.
std::optional<Refusal> examine_handshake(const model::web::Request& request, bool minor_zero);
/// Sec-WebSocket-Accept for the request's key.
std::string accept_of(const model::web::Request& request);

/// Appends one unmasked frame, as servers send them.
void append_frame(std::string& out, Opcode opcode, std::string_view payload);
/// The payload of a close frame; the reason is cut to what fits.
std::string close_payload(unsigned code, std::string_view reason);

/// Reads a client's frames strictly: masked, no extension, control frames whole and small, lengths
/// in their shortest form, texts well-formed UTF-8. Holds no more than one message.
class Frames {
 public:
  enum class Kind : uint8_t { none, text, ping, pong, close, failed };
  struct Message {
    Kind kind = Kind::none;
    std::string data{};  ///< text, ping
    unsigned code = 0;   ///< close: the peer's; failed: what to close with
  };
  explicit Frames(std::size_t max_message) : max_(max_message) {}

  /// Takes bytes until one message is complete or all are used; none: more are needed. `used`: how
  /// many were taken.
  Message feed(std::string_view data, std::size_t& used);

 private:
  /// Length of the header when it is complete; 0: more bytes are needed.
  std::size_t read_header(std::string_view data, unsigned& failure);
  Message finish_frame();

  const std::size_t max_;
  std::string message_, control_;
  std::array<unsigned char, 4> mask_{};
  uint64_t left_ = 0;   ///< of the frame's payload
  uint64_t taken_ = 0;  ///< of the frame's payload
  Opcode opcode_ = Opcode::more;
  bool in_frame_ = false, final_ = false, fragmented_ = false;
};

/// What a connection keeps of its WebSocket.
struct SocketState {
  explicit SocketState(std::size_t max_message) : frames(max_message) {}
  Frames frames;
  std::function<void(std::string)> text;
  bool development = false;  ///< the first message may name anybody
  bool awaits_pong = false;
  bool closing = false;         ///< our close frame is on its way: nothing more is sent
  unsigned allowance = kBurst;  ///< messages the peer may send now
  base::MonoPoint filled{};     ///< when the allowance was counted
  static constexpr unsigned kBurst = 40, kPerSecond = 20;
};

}  // namespace herald::http
