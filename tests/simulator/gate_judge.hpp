#pragma once

#include "stage.hpp"
#include "truth.hpp"

namespace herald::simulator {

/// Judges what went through the gates by what the world saw of it: nothing is sent on a paused
/// channel, in quiet hours, above a rate, or to a channel that has just said that it is down (R8,
/// R17).
class GateJudge {
 public:
  GateJudge(const Stage& stage, const Truth& truth);
  std::vector<std::string> judge();

 private:
  void paused(const Call& call);
  void quiet(const Call& call);
  void rates();
  void breakers();
  void rate(const std::string& whose, const model::Rate& rate, unsigned burst,
            const std::vector<base::MonoPoint>& sent);
  void breaks(const std::string& rule, const Call& call, const std::string& what);

  const Stage& stage_;
  const Truth& truth_;
  /// From the gates to the call of the channel, at most: address, text and a commit lie between.
  const Duration way_;
  std::vector<std::string> broken_;
};

}  // namespace herald::simulator
