#pragma once

#include <boost/json/object.hpp>

#include "stage.hpp"
#include "truth.hpp"

namespace herald::simulator {

/// Who looks after the daemon: stops channels and lets them go on, sends dead letters again.
class Operator {
 public:
  Operator(Stage& stage, Truth& truth) : stage_{stage}, truth_{truth} {}
  /// Stops one of the channels, and lets it go on later, at times soon and several times in a row.
  void pauses_one();
  /// Some dead letters again, or one that is none.
  void redrives_some();

 private:
  void pause(const std::string& channel, unsigned again);
  void resume(const std::string& channel, unsigned again);
  /// `answered` is told whether the order was obeyed, unless the daemon dies over it.
  void order(const std::string& channel, bool paused, std::function<void(bool)> answered);
  /// `died` when that life of the daemon is over and `settled` is still false.
  void outlives(std::weak_ptr<int> life, std::shared_ptr<bool> settled, std::function<void()> died);
  void knows(const std::string& channel, PauseKnown::Is is);
  void redrive(boost::json::object query);

  Stage& stage_;
  Truth& truth_;
  std::set<std::string> busy_;  ///< channels with a pause under way
};

}  // namespace herald::simulator
