#include "operator.hpp"

#include "daemon.hpp"

namespace herald::simulator {

using namespace std::chrono_literals;
namespace json = boost::json;
using base::Result;
using Is = PauseKnown::Is;

void Operator::knows(const std::string& channel, Is is) {
  stage_.story.tell("operator: ", channel,
                    is == Is::paused ? " is paused"
                    : is == Is::open ? " is open"
                                     : " is being changed");
  truth_.pauses[channel].push_back({stage_.clock.mono(), is});
}

void Operator::pauses_one() {
  const std::string channel = stage_.dice.any({"chat", "phone", "phone", "mail", "log"});
  if (!busy_.insert(channel).second) return;
  stage_.faults.count("pause");
  pause(channel, stage_.scenario.theme == Theme::pauses ? stage_.dice.below(4) : 0);
}

void Operator::pause(const std::string& channel, unsigned again) {
  order(channel, true, [this, channel, again](bool paused) {
    if (!paused) return pause(channel, again);
    const bool soon = stage_.dice.percent(again > 0 ? 70 : 20);
    stage_.later(soon ? stage_.dice.between(1ms, 3s) : stage_.dice.between(3s, 3min),
                 [this, channel, again] {
                   // Some are forgotten: what waits for them must end all the same.
                   if (!stage_.calm || stage_.dice.percent(70)) resume(channel, again);
                 });
  });
}

void Operator::resume(const std::string& channel, unsigned again) {
  order(channel, false, [this, channel, again](bool resumed) {
    if (!resumed) return resume(channel, again);
    busy_.erase(channel);
    if (again == 0 || stage_.calm) return;
    stage_.later(stage_.dice.between(1ms, 5s), [this, channel, again] {
      if (!stage_.calm && busy_.insert(channel).second) pause(channel, again - 1);
    });
  });
}

void Operator::order(const std::string& channel, bool paused, std::function<void(bool)> answered) {
  if (stage_.daemon == nullptr)
    return stage_.later(stage_.dice.between(200ms, 3s),
                        [this, channel, paused, answered] { order(channel, paused, answered); });
  knows(channel, Is::unsure);
  const auto settled = std::make_shared<bool>(false);
  const auto again = [this, answered] {
    stage_.later(stage_.dice.between(200ms, 3s), [answered] { answered(false); });
  };
  outlives(stage_.life, settled, again);
  const auto done = [this, channel, paused, answered, settled, again](Result<store::Nothing> said) {
    *settled = true;
    // One that is not paused when it is to go on, goes on.
    const bool obeyed = said || (!paused && said.error().code == base::Code::not_found);
    if (!obeyed) return again();
    knows(channel, paused ? Is::paused : Is::open);
    stage_.world.post([answered] { answered(true); });
  };
  auto& dispatcher = stage_.daemon->dispatcher();
  if (!paused) return dispatcher.resume(channel, done);
  dispatcher.pause({channel, "maintenance", "uid:0", stage_.clock.now()}, done);
}

void Operator::outlives(std::weak_ptr<int> life, std::shared_ptr<bool> settled,
                        std::function<void()> died) {
  stage_.later(
      1s, [this, life = std::move(life), settled = std::move(settled), died = std::move(died)] {
        if (*settled) return;
        if (!life.expired()) return outlives(life, settled, died);
        died();
      });
}

void Operator::redrives_some() {
  auto& dice = stage_.dice;
  if (stage_.daemon == nullptr) return;
  json::object query;
  if (dice.percent(40)) query["resend"] = true;
  if (dice.percent(20)) {
    query["all"] = true;
    return redrive(std::move(query));
  }
  if (dice.percent(40) && !truth_.intents.empty()) {
    const auto& acks = truth_.intents[dice.below(truth_.intents.size())].acks;
    if (acks.empty()) return;
    query["id"] = acks.front();
    return redrive(std::move(query));
  }
  stage_.daemon->producer().dead_letters({}, [this, query](Result<json::object> answer) {
    if (!answer) return;
    stage_.world.post([this, query, answer = std::move(*answer)]() mutable {
      const auto& letters = answer.at("notifications").as_array();
      if (letters.empty() || stage_.daemon == nullptr) return;
      query["id"] = letters[stage_.dice.below(letters.size())].at("id");
      redrive(std::move(query));
    });
  });
}

void Operator::redrive(json::object query) {
  stage_.faults.count("redrive");
  stage_.daemon->producer().redrive(query, "uid:0", [this](Result<json::object> answer) {
    if (!answer) return;
    stage_.world.post([this, answer = std::move(*answer)] {
      std::set<std::string> ids;
      for (const auto& id : answer.at("ids").as_array()) ids.emplace(id.as_string());
      for (const auto& refused : answer.at("refused").as_array())
        ids.erase(std::string{refused.at("id").as_string()});
      for (const auto& id : ids) {
        stage_.story.tell("redrive of ", id.substr(10, 6), " acknowledged");
        ++truth_.redriven[id];
      }
    });
  });
}

}  // namespace herald::simulator
