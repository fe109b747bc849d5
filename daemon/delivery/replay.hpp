#pragma once

#include "base/result.hpp"
#include "delivery/decide.hpp"

namespace herald::delivery {

/// Plays recorded events through decide() again, each with the time and the chain it was decided
/// with then. Because decide() is pure, what comes out is what must be stored. Not shared between
/// threads.
class Replay {
 public:
  /// `first`: first_progress() of the notification as it was accepted.
  explicit Replay(model::Progress first) : progress_{std::move(first)} {}

  /// The run whose chain the event was decided with: a redrive that is not refused begins the next.
  unsigned run_of(const model::Event& event) const;
  /// internal when decide() calls the event impossible; then the progress is left as it was.
  base::Result<void> play(const model::Event& event, const model::Chain& chain,
                          model::TimePoint at);
  const model::Progress& progress() const { return progress_; }

 private:
  model::Progress progress_;
};

}  // namespace herald::delivery
