#pragma once

#include <memory>
#include <set>

#include "loop.hpp"
#include "scenario.hpp"
#include "story.hpp"

namespace herald::simulator {

class Daemon;

/// What everybody in one run shares.
struct Stage {
  Stage(uint64_t seed, bool story_kept)
      : dice{seed}, story{clock, story_kept}, scenario{make_scenario(dice)} {}

  Dice dice;
  VirtualClock clock;
  Loop loop{dice, clock};
  Story story;
  Faults faults;
  Scenario scenario;
  Loop::Lane& world = loop.lane(false);

  bool calm = false;         ///< faults have healed: everything works from now on
  std::string gone;          ///< channel that the configuration has no more
  std::string stopped;       ///< channel that is there and not running
  Daemon* daemon = nullptr;  ///< while its doors are open
  std::shared_ptr<int> life = std::make_shared<int>(0);  ///< replaced when the daemon dies

  /// Runs `what` in the world after that time.
  void later(Duration delay, std::function<void()> what) { world.after(delay, std::move(what)); }
  /// Whether something goes wrong now, and if so counts it.
  bool fault(unsigned percent, std::string_view kind) {
    if (calm || !dice.percent(percent)) return false;
    faults.count(kind);
    return true;
  }
};

}  // namespace herald::simulator
