#include "witness.hpp"

#include <algorithm>

#include "delivery/decide.hpp"

namespace herald::simulator {

store::Decide Witness::decide() {
  return [this](const model::Progress& before, const model::Event& event, const model::Chain& chain,
                model::TimePoint now) {
    auto decision = delivery::decide(before, event, chain, now);
    mono_[base::unix_us(now)].push_back(stage_.clock.mono());
    first_expiry_.emplace(before.id, before.expires);
    // A redrive that is refused is decided with a chain that never is this one's.
    const bool redrive = std::holds_alternative<model::event::Redrive>(event);
    if (!redrive || decision.next.run != before.run) {
      auto& known = chains_[{before.id, decision.next.run}];
      if (!known || *known != chain) known = std::make_shared<const model::Chain>(chain);
    }
    cells_.enter(before, event, chain, decision, now);
    if (stage_.story.kept())
      stage_.story.tell(before.id.substr(10, 6), " ", model::to_json_text(event), " ",
                        to_string(before.state), " -> ", to_string(decision.next.state), " (",
                        to_string(decision.next.reason), ") step ",
                        std::to_string(decision.next.step));
    return decision;
  };
}

std::optional<base::MonoPoint> Witness::mono(model::TimePoint wall, base::MonoPoint since) const {
  const auto it = mono_.find(base::unix_us(wall));
  if (it == mono_.end()) return std::nullopt;
  const auto at = std::lower_bound(it->second.begin(), it->second.end(), since);
  if (at == it->second.end()) return std::nullopt;
  return *at;
}

std::optional<model::TimePoint> Witness::first_expiry(const std::string& id) const {
  const auto it = first_expiry_.find(id);
  if (it == first_expiry_.end()) return std::nullopt;
  return it->second;
}

model::ChainPtr Witness::chain(const std::string& id, unsigned run) const {
  const auto it = chains_.find({id, run});
  return it == chains_.end() ? nullptr : it->second;
}

}  // namespace herald::simulator
