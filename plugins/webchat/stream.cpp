#include "stream.hpp"

#include "problem.hpp"

namespace webchat {
namespace {
constexpr unsigned kHeartbeat = 15, kPatience = 10;  // seconds
}

Stream::Stream(Feeds& feeds, const Wire& wire, herald::Exchange exchange,
               const herald::Incoming& request, std::optional<Cursor> cursor)
    : Member{std::move(exchange), request, cursor}, feeds_{feeds}, wire_{wire} {}

Cursor Stream::next(const Batch& batch) const {
  if (at() && !batch.gap()) return {batch.epoch(), at()->from, at()->list, batch.seq()};
  // It begins with the active list.
  const auto from = batch.has_items() ? batch.first() - 1 : batch.seq();
  return {batch.epoch(), from, batch.seq(), batch.seq()};
}

herald_status Stream::write(const std::string& words) {
  const auto status = open_ ? wire_.send(exchange(), words) : wire_.open(exchange(), words);
  if (status == HERALD_OK) {
    // Those that came together do not all speak in one second: others would wait for that.
    quiet_ = open_ ? 0 : static_cast<unsigned>(feeds_.size() + kHeartbeat - 1) % kHeartbeat;
    open_ = true;
  } else if (status == HERALD_E_LIMIT) {
    blocked_ = true;
  } else {
    closed();
  }
  return status;
}

void Stream::take(const Batch& batch) {
  if (open_ && !batch.has_news()) return;
  const auto cursor = next(batch);
  if (write(wire_.batch(batch.json(cursor), to_text(cursor))) == HERALD_OK) move_to(cursor);
}

void Stream::end(End why) {
  if (over_) return;
  over_ = true;
  if (!blocked_) write(wire_.goodbye(reason_of(why), at() ? to_text(*at()) : std::string{}));
  wire_.close(exchange(), why);
  feeds_.leave(*this);
}

void Stream::acknowledged(const Cursor& cursor) {
  if (!at() || at()->epoch != cursor.epoch || at()->from != cursor.from ||
      at()->list != cursor.list || cursor.seq > at()->seq)
    return;
  move_to({cursor.epoch, cursor.seq, cursor.seq, at()->seq});
}

void Stream::tick(int64_t now_unix_ms) {
  Member::tick(now_unix_ms);
  if (over_) return;
  if (blocked_) {
    if (++waiting_ >= kPatience) end(End::slow);
    return;
  }
  waiting_ = 0;
  if (!open_ || ++quiet_ < kHeartbeat) return;
  if (const auto words = wire_.heartbeat(); !words.empty()) write(words);
}

void Stream::writable() {
  blocked_ = false;
  if (!over_) feeds_.unblocked(*this);
}

void Stream::closed() {
  over_ = true;
  feeds_.leave(*this);
}

bool may_begin(Feeds& feeds, const herald::Exchange& to, bool cursor_is_ours) {
  if (!cursor_is_ours)
    refuse(to, 400, "cursor is none of ours; send the one of the last answer unchanged");
  else if (feeds.full())
    refuse(to, 503, "too many streams are open; poll, or try again in a moment");
  else
    return true;
  return false;
}

}  // namespace webchat
