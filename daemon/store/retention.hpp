// Deleting what ended long ago, a little at a time: what is the same in every store.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.hpp"
#include "model/progress.hpp"

namespace herald::store {

/// Rows looked at, and notifications deleted, with one commit at most.
inline constexpr int64_t kLookedAtOnce = 256;
inline constexpr std::size_t kDeletedAtOnce = 64;
/// A webhook that was told of all but this many recorded changes is close behind: which
/// notifications it has yet to be told of can be looked up. Further behind, nothing is deleted.
inline constexpr int64_t kCloseBehind = 4096;
/// Never younger than that: keys of producers still lead to it.
inline constexpr base::Duration kLeastKept = std::chrono::hours{25};

/// What is known of a notification that may have ended long ago.
struct Ended {
  int64_t row = 0;
  bool over = false;                     ///< ended, nothing due, nothing in flight
  model::TimePoint created{}, latest{};  ///< accepted, last event
  bool listed = false;                   ///< its item is in somebody's list
  bool messages = false;                 ///< webhooks have messages about it
};
/// Whether nobody needs it any more, but for a question (see question_is_over) and webhooks.
bool may_go(const Ended& ended, model::TimePoint cutoff);
/// Whether what it asks cannot be answered any more. A question that was answered is no reason to
/// stay.
bool question_is_over(const model::Progress& progress, model::TimePoint cutoff);

/// When the next few rows are looked at, and which. It takes at most a twentieth of the writer's
/// time, so that nobody waits for it. Goes through all notifications in the order of their rows,
/// again and again, because what stays now may go later. Writer thread.
class Retention {
 public:
  struct Turn {
    int64_t after = 0;          ///< rows behind this one
    model::TimePoint cutoff{};  ///< what has ended before may go
  };
  /// Nothing: not now. `kept` 0: for good.
  std::optional<Turn> begin(const base::Clock& clock, base::Duration kept);

  struct Found {
    int64_t last = 0;                      ///< row looked at
    int64_t looked = 0;                    ///< rows
    bool old = false;                      ///< one of them is older than the cutoff
    std::size_t gone = 0;                  ///< notifications deleted
    std::optional<model::TimePoint> kept;  ///< when the first one that stays was accepted
    bool held = false;                     ///< nothing was looked at: a webhook is too far behind
  };
  void end(const base::Clock& clock, const Found& found);

  /// What was deleted is gone for good, or not gone at all.
  void committed();
  void rolled_back() { gone_ = 0; }
  /// Notifications deleted since it was last asked.
  uint64_t take_deleted();
  /// When the oldest one kept was accepted; epoch: not known.
  model::TimePoint oldest() const { return oldest_; }

 private:
  base::MonoPoint began_{}, next_{};
  int64_t after_ = 0;
  bool oldest_wanted_ = true;  ///< none that stays was met in this round
  unsigned young_ = 0;         ///< pages in a row without anything old
  uint64_t gone_ = 0, deleted_ = 0;
  model::TimePoint oldest_{};
};

}  // namespace herald::store
