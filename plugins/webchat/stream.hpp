// stream.hpp - a client that everything is written to as it happens: an event stream or a
// WebSocket.
#pragma once

#include "feed.hpp"

namespace webchat {

/// How a stream speaks.
class Wire {
 public:
  virtual ~Wire() = default;
  /// The first words; answers the exchange.
  virtual herald_status open(const herald::Exchange& to, const std::string& words) const = 0;
  virtual herald_status send(const herald::Exchange& to, const std::string& words) const = 0;
  /// Ends the exchange; the goodbye has been sent.
  virtual void close(const herald::Exchange& to, End why) const = 0;
  virtual std::string batch(const std::string& json, const std::string& cursor) const = 0;
  virtual std::string goodbye(const char* reason, const std::string& cursor) const = 0;
  /// Something that says nothing, so that nobody on the way takes the connection for dead; empty:
  /// the host sees to that.
  virtual std::string heartbeat() const = 0;
};

/// Never holds more than the host's buffer of a connection: a client that reads slowly is given
/// nothing more, catches up when it has read, and is let go with a cursor when that takes long.
class Stream final : public Member {
 public:
  Stream(Feeds& feeds, const Wire& wire, herald::Exchange exchange, const herald::Incoming& request,
         std::optional<Cursor> cursor);

  void take(const Batch& batch) override;
  bool blocked() const override { return blocked_ || over_; }
  void end(End why) override;
  void acknowledged(const Cursor& cursor) override;
  void tick(int64_t now_unix_ms) override;
  void writable();
  /// The exchange has closed.
  void closed();

 private:
  herald_status write(const std::string& words);
  Cursor next(const Batch& batch) const;

  Feeds& feeds_;
  const Wire& wire_;
  bool open_ = false, blocked_ = false, over_ = false;
  unsigned quiet_ = 0;    // seconds since something was written
  unsigned waiting_ = 0;  // seconds that it has been blocked
};

/// Whether one more stream may begin. Otherwise it is refused: its cursor is none of ours (400), or
/// there are too many (503).
bool may_begin(Feeds& feeds, const herald::Exchange& to, bool cursor_is_ours);

/// The wires; they have no state.
const Wire& event_wire();
const Wire& socket_wire();

}  // namespace webchat
