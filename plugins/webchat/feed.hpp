// feed.hpp - brings what happens in inboxes to those who wait for it: long-polls, event streams and
// WebSockets. One subscription per person, and one question to the host for all of that person's
// clients that stand at the same place. On the instance's strand only.
#pragma once

#include <herald/herald.hpp>

#include <map>
#include <memory>

#include "batch.hpp"

namespace webchat {

/// Why a client is let go.
enum class End { expired, revoked, replaced, slow };
/// As the client reads it: "expired", ...
const char* reason_of(End end);

/// A client that waits. It belongs to the feeds until its exchange has closed.
class Member {
 public:
  Member(herald::Exchange exchange, const herald::Incoming& request, std::optional<Cursor> cursor)
      : exchange_{std::move(exchange)},
        user_{request.user},
        expires_unix_ms_{request.who.expires_unix_ms},
        at_{cursor} {}
  virtual ~Member() = default;

  const herald::Exchange& exchange() const { return exchange_; }
  const std::string& user() const { return user_; }
  const std::optional<Cursor>& at() const { return at_; }

  /// What came after at(), perhaps nothing; again after each change. Not called while blocked().
  virtual void take(const Batch& batch) = 0;
  /// Cannot be given anything now; Feeds::unblocked() ends that.
  virtual bool blocked() const { return false; }
  /// Says goodbye, ends the exchange and leaves the feeds; what comes later is ignored.
  virtual void end(End why) = 0;
  /// What came up to this cursor is known to have arrived.
  virtual void acknowledged(const Cursor&) {}
  /// Once a second.
  virtual void tick(int64_t now_unix_ms) {
    if (expires_unix_ms_ != 0 && now_unix_ms >= expires_unix_ms_) end(End::expired);
  }

 protected:
  void move_to(const Cursor& cursor) { at_ = cursor; }

 private:
  const herald::Exchange exchange_;
  const std::string user_;
  const int64_t expires_unix_ms_;  // 0: never
  std::optional<Cursor> at_;       // nothing: the client knows nothing yet
};

struct FeedLimits {
  std::size_t streams = 20'000;      ///< waiting clients, all together
  std::size_t streams_per_user = 8;  ///< beyond it the oldest is let go
};

class Feeds {
 public:
  explicit Feeds(herald::Host host) : host_{std::move(host)} {}

  void set_limits(const FeedLimits& limits) { limits_ = limits; }
  /// Call it once, in start().
  void start();
  bool full() const { return count_ >= limits_.streams; }
  std::size_t size() const { return count_; }
  void join(const std::shared_ptr<Member>& member);
  /// It has answered, or its exchange has closed.
  void leave(const Member& member);
  void unblocked(const Member& member);
  void acknowledged(const std::string& user, const Cursor& cursor);

 private:
  struct Entry {
    std::shared_ptr<Member> member;  // shared with the callbacks of its exchange
    bool behind = true;              // there may be something it was not given
  };
  struct Feed {
    herald::Subscription subscription;
    std::vector<Entry> members;  // oldest first
    bool asking = false;
    uint64_t life = 0;  // an answer to an earlier feed of that person is not this one's
  };

  void changed(const std::string& user);
  void ask(const std::string& user);
  void answered(const std::string& user, uint64_t life, const std::optional<Cursor>& place,
                const herald::Items& answer);
  void tick();

  herald::Host host_;
  FeedLimits limits_;
  std::map<std::string, Feed> feeds_;  // by user
  std::size_t count_ = 0;
  uint64_t lives_ = 0;
};

}  // namespace webchat
