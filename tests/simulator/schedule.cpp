// Which faults of the daemon's surroundings strike in a run, and when.
#include "daemon.hpp"
#include "run.hpp"

namespace herald::simulator {

using namespace std::chrono_literals;

namespace {

Duration either_way(Dice& dice, Duration by) { return dice.percent(50) ? by : -by; }

/// Minutes, hours or a day: as when a machine gets its time late, or by hand.
Duration far(Dice& dice) {
  switch (dice.below(3)) {
    case 0:
      return either_way(dice, dice.between(1min, 30min));
    case 1:
      return either_way(dice, dice.between(1h, 5h));
    default:
      return either_way(dice, 24h + dice.between(-5min, 5min));
  }
}

}  // namespace

void Run::schedule_faults() {
  auto& dice = stage_.dice;
  const auto window = stage_.scenario.window + 2min;
  const auto times = [&](unsigned count, std::function<void()> what) {
    for (unsigned i = 0; i < count; ++i)
      stage_.later(dice.between(0us, window), [this, what] {
        if (!stage_.calm) what();
      });
  };
  times(stage_.scenario.crashes, [this] { weather_.arm_crash(); });
  times(stage_.scenario.store_failures, [this] { weather_.arm_store_failure(); });
  times(stage_.scenario.cancels, [this] {
    stage_.faults.count("cancel");
    producers_.cancel_one();
  });
  times(stage_.scenario.pauses, [this] { operator_.pauses_one(); });
  times(stage_.scenario.redrives, [this] { operator_.redrives_some(); });
  times(stage_.scenario.clock_jumps,
        [this] { set_clock(either_way(stage_.dice, stage_.dice.between(1s, 20s))); });
  times(stage_.scenario.clock_steps, [this] { set_clock(far(stage_.dice)); });
  times(stage_.scenario.reloads, [this] { reload(); });
}

void Run::set_clock(Duration by) {
  stage_.faults.count("clock set");
  stage_.story.tell("--- the clock is set by ", std::to_string(by.count() / 1'000'000), " s");
  stage_.clock.jump(by);
  truth_.clock_set.push_back({stage_.clock.mono(), by});
}

/// A channel leaves the configuration, or does not run, and comes back later.
void Run::reload() {
  auto& dice = stage_.dice;
  const std::string name = dice.any({"chat", "phone", "mail", "log"});
  auto& where = dice.percent(50) ? stage_.gone : stage_.stopped;
  where = name;
  stage_.faults.count("reload");
  stage_.story.tell("--- reload without ", name);
  stage_.scenario.routes = make_routes(dice, stage_.scenario.channels, name);
  if (stage_.daemon != nullptr) stage_.daemon->configure();
  stage_.later(dice.between(1s, 2min), [this] {
    stage_.gone.clear();
    stage_.stopped.clear();
    stage_.scenario.routes = make_routes(stage_.dice, stage_.scenario.channels, {});
    if (stage_.daemon != nullptr) stage_.daemon->configure();
  });
}

}  // namespace herald::simulator
