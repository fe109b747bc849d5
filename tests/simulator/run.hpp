#pragma once

#include <optional>

#include "cells.hpp"
#include "channels.hpp"
#include "operator.hpp"
#include "people.hpp"
#include "producers.hpp"
#include "weather.hpp"
#include "witness.hpp"

namespace herald::simulator {

class Daemon;

/// What came of one seed.
struct Verdict {
  std::vector<std::string> broken;  ///< invariants, for people; empty: all held
  std::vector<std::string> story;
  uint64_t hash = 0;  ///< over every step and every stored event
  uint64_t notifications = 0, events = 0, lives = 0;
  Faults faults;
  Cells cells;
};

/// One seed from the first boot to the judgement.
class Run {
 public:
  /// `folder` is empty, or the store of the seed before, which is thrown away.
  Run(uint64_t seed, std::string folder, bool story_kept);
  ~Run();
  Verdict play();

 private:
  Duration disk(Duration usual);
  void boot();
  void die();
  void all_declared_lost();
  void schedule_faults();
  void set_clock(Duration by);
  void reload();
  void heal();
  bool turn(base::MonoPoint limit);
  void pass(Duration time);
  bool until_ended();
  /// Asks the store and waits for the answer.
  template <class T, class Call>
  base::Result<T> ask(Call&& call);
  void judge(Verdict& verdict);

  static constexpr unsigned kFewestFaults = 50, kFewest = 20;

  Stage stage_;
  Cells cells_;
  Truth truth_;
  Witness witness_{stage_, cells_};
  People people_{stage_, truth_};
  Producers producers_{stage_, truth_};
  Operator operator_{stage_, truth_};
  SimChannels::Providers providers_;
  const std::string folder_;
  Loop::Lane &delivery_, &writes_, &reads_, &plugins_;
  std::unique_ptr<Daemon> daemon_;
  Weather weather_{stage_};
  base::MonoPoint calm_since_ = base::MonoPoint::max();  ///< everything works
  std::vector<std::string> broken_;
};

}  // namespace herald::simulator
