#include "store/decided.hpp"

#include <algorithm>

namespace herald::store {

base::Result<void> decide_all(const Decide& decide, const std::vector<model::Event>& events,
                              const model::Progress& stored, const model::ChainPtr& new_chain,
                              model::TimePoint now, Decided& out) {
  out.steps.reserve(out.steps.size() + events.size());
  try {
    for (const auto& event : events) {
      const auto& present = out.steps.empty() ? stored : out.steps.back();
      auto decision = decide(present, event, *out.chain, now);
      if (new_chain && std::holds_alternative<model::event::Redrive>(event)) {
        // The new chain decides from the run on that it begins; a redrive that is refused keeps the
        // old one. So a replay knows the chain of every event by its run.
        auto begun = decide(present, event, *new_chain, now);
        if (begun.next.run != present.run) {
          decision = std::move(begun);
          out.chain = new_chain;
        }
      }
      out.steps.push_back(std::move(decision.next));
      for (auto& effect : decision.effects) out.effects.push_back(std::move(effect));
    }
  } catch (const std::exception& error) {
    return base::fail(base::Code::internal, "the event cannot be applied to notification " +
                                                stored.id + ": " + std::string{error.what()});
  }
  return {};
}

bool withdraws(const std::vector<model::Effect>& effects) {
  return std::any_of(effects.begin(), effects.end(), [](const auto& e) {
    return std::holds_alternative<model::effect::WithdrawItem>(e);
  });
}

bool tells_of_unmade(const std::vector<model::Event>& events, const Decided& decided) {
  if (decided.steps.empty()) return false;
  const auto& attempts = decided.steps.back().attempts;
  return std::any_of(events.begin(), events.end(), [&](const auto& event) {
    const auto* completed = std::get_if<model::event::Completed>(&event);
    return completed != nullptr &&
           std::none_of(attempts.begin(), attempts.end(),
                        [&](const auto& a) { return model::ref(a) == completed->attempt; });
  });
}

std::optional<model::AttemptRef> attempt_of(const model::Event& event) {
  return std::visit(
      [](const auto& e) -> std::optional<model::AttemptRef> {
        if constexpr (requires { e.attempt; })
          return e.attempt;
        else
          return std::nullopt;
      },
      event);
}

}  // namespace herald::store
