#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "delivery/clock_watch.hpp"
#include "delivery/dispatcher.hpp"

namespace herald::delivery {

/// Lets every waiting notification follow a wall clock that was set (R22): at once those in memory,
/// page by page those in the store, and before anything else whatever is loaded meanwhile. A crash
/// on the way leaves the rest with the timers they had; none follows twice. Belongs to the delivery
/// thread.
class Dispatcher::ClockMoves {
 public:
  explicit ClockMoves(Dispatcher& dispatcher);

  /// Finds out whether the clock was set while the daemon was down, then watches it. `ready` when
  /// what is loaded from now on follows.
  void start(std::function<void()> ready);
  void stop();
  /// Looks at the clock. Cheap.
  void look();
  /// Wall minus monotonic clock, as it was at the latest look.
  model::Duration offset() const { return watch_.offset(); }
  /// Made just now, when the wall clock stood so far from the monotonic one: by the clock as it is,
  /// or as it was before it was set.
  void made(const std::string& id, model::Duration offset);
  /// A move is under way that this one, not loaded yet, may have to follow first.
  bool unsettled(const Work& work) const;
  /// True while a move is not noted on stable storage: nothing may be recorded that follows it, or
  /// the next life would let it be followed again. The work is written as soon as it is.
  bool hold_back(Work& work);
  /// Puts the move that a loaded one has not followed yet before everything it has to record.
  void settle(Work& work);

 private:
  void compare(const std::string& noted);
  std::string present() const;
  void note();
  /// Until the present offset is on stable storage; then lets go on who was held back.
  void note_for_sure();
  void watch();
  void moved(model::Duration by);
  void walk();
  void next_page(unsigned walk);
  void follow(const model::Notification& notification);
  /// What this notification still has to follow; it is taken for done from now on.
  std::optional<model::Event> owed(const model::Notification& notification);

  Dispatcher& d_;
  ClockWatch watch_;
  uint64_t timer_ = 0;
  bool moving_ = false;
  unsigned moves_ = 0;
  bool noting_ = false;
  std::vector<std::string> held_back_;
  model::Duration goal_{0};                                 // of the moves under way, together
  std::unordered_map<uint64_t, model::Duration> followed_;  // by hash of the id
  unsigned walk_ = 0;
  std::vector<int64_t> rows_;
  std::size_t at_ = 0;
};

}  // namespace herald::delivery
