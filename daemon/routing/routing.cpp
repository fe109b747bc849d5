#include "routing/routing.hpp"

#include <algorithm>

namespace herald::routing {
namespace {

using model::Evidence;

model::Step resolve_step(const config::Config& config, const config::Step& written,
                         const std::vector<model::ChannelInfo>& channels) {
  model::Step step;
  step.channel = written.channel;
  step.until = Evidence::accepted;
  const auto info = std::find_if(channels.begin(), channels.end(),
                                 [&](const auto& c) { return c.name == written.channel; });
  if (info != channels.end()) {
    if (!info->reaches_nobody && (info->evidence & model::evidence_bit(Evidence::delivered)) != 0)
      step.until = Evidence::delivered;
    step.idempotent = info->idempotent;
    step.reaches_nobody = info->reaches_nobody;
    step.reconciles = info->reconciles;
  }
  step.until = written.until.value_or(step.until);
  step.within =
      step.until == Evidence::accepted ? model::Duration{0} : written.within.value_or(step.within);
  step.try_for = written.try_for.value_or(step.try_for);
  step.attempts = written.attempts.value_or(step.attempts);
  step.backoff = written.backoff.value_or(step.backoff);
  if (const auto* channel = config.channel(written.channel)) step.timeout = channel->timeout;
  return step;
}

}  // namespace

model::Chain resolve_chain(const config::Config& config, const config::Route& route,
                           const std::vector<model::ChannelInfo>& channels) {
  model::Chain chain;
  chain.route = route.name;
  chain.rounds = route.rounds;
  chain.receipts_for = route.receipts_for;
  chain.expires_after = route.expires_after;
  for (const auto& step : route.chain) chain.steps.push_back(resolve_step(config, step, channels));
  return chain;
}

Router::Router(config::ConfigPtr config, const std::vector<model::ChannelInfo>& channels)
    : config_(std::move(config)) {
  for (const auto& route : config_->routes) {
    auto chain = std::make_shared<const model::Chain>(resolve_chain(*config_, route, channels));
    const bool wants_answer =
        std::any_of(chain->steps.begin(), chain->steps.end(),
                    [](const auto& s) { return s.until == Evidence::answered; });
    entries_.push_back({std::move(chain), wants_answer});
  }
}

base::Result<model::ChainPtr> Router::resolve(std::string_view kind, model::Priority priority,
                                              std::string_view producer, bool has_actions) const {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (!matches(config_->routes[i].match, kind, priority, producer)) continue;
    if (entries_[i].wants_answer && !has_actions)
      return base::fail(base::Code::unprocessable,
                        "route `" + config_->routes[i].name +
                            "` waits for an answer, but this notification offers no actions; add "
                            "actions, or send it by a "
                            "route without `until: answered`",
                        "kind");
    return entries_[i].chain;
  }
  return base::fail(base::Code::not_found,
                    "no route takes it; add a route without `match` at the end of `routes`",
                    "kind");
}

base::Result<model::ChainPtr> resolve(const config::ConfigPtr& config,
                                      const std::vector<model::ChannelInfo>& channels,
                                      std::string_view kind, model::Priority priority,
                                      std::string_view producer, bool has_actions) {
  return Router{config, channels}.resolve(kind, priority, producer, has_actions);
}

}  // namespace herald::routing
