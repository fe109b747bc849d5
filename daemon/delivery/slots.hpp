#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "model/notification.hpp"

namespace herald::delivery {

/// Who may start an attempt now (R18): at most `limit` in all, `max_in_flight` on a channel, one
/// for a recipient and channel. Those who may not wait here in order of priority, then age, then
/// id. Not thread-safe: belongs to the delivery thread.
class Slots {
 public:
  explicit Slots(std::size_t limit) : limit_{limit} {}

  struct Want {
    std::string id;  ///< of the notification
    model::Priority priority = model::Priority::normal;
    model::TimePoint created{};
    std::string channel;
    model::UserId user = 0;
    unsigned channel_limit = 0;  ///< 0: none
  };

  /// True: the slot is taken, give it back with release(). False: it waits, and release() or
  /// forget() will name it. Who waited before for something else may leave others behind: see
  /// take_named().
  bool acquire(const Want& want);
  /// Frees what `id` holds. Answers who must try acquire() again now, best first.
  std::vector<std::string> release(const std::string& id);
  /// No longer wants anything (cancelled, expired, gone); a held slot is left alone. Answers as
  /// release().
  std::vector<std::string> forget(const std::string& id);

  /// Who must try acquire() now because the latest acquire() gave up a place in a queue.
  std::vector<std::string> take_named() { return std::exchange(named_, {}); }

  std::size_t taken() const { return held_.size(); }
  std::size_t taken(const std::string& channel) const;
  void set_limit(std::size_t limit) { limit_ = limit; }

 private:
  using Pair = std::pair<model::UserId, std::string>;
  /// Order of a queue: highest priority first, then oldest.
  using Rank = std::tuple<int, model::TimePoint, std::string>;
  using Queue = std::set<Rank>;
  struct OfPair {
    bool taken = false;
    Queue queue;
  };
  struct OfChannel {
    std::size_t taken = 0;
    Queue queue;
  };
  struct Waiting {
    Want want;
    Queue* queue;
  };
  static Rank rank(const Want& w) { return {-static_cast<int>(w.priority), w.created, w.id}; }
  bool wait(Queue& queue, const Want& want);
  void leave(const std::string& id);
  void name_next(const Want& gone);
  void name_first(const Queue& queue, std::vector<std::string>& out) const;
  void tidy(const Pair& pair);

  std::size_t limit_;
  std::unordered_map<std::string, Want> held_;
  std::unordered_map<std::string, Waiting> waiting_;
  std::map<Pair, OfPair> pairs_;  // only pairs that are taken or waited for
  std::map<std::string, OfChannel> channels_;
  Queue all_;
  std::vector<std::string> named_;
};

}  // namespace herald::delivery
