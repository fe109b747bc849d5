// routing: which route a notification takes and what its chain is, as pure functions of
// configuration and channels. Runs on any thread; a Router is immutable and shared. Never does I/O,
// never looks at the clock, never asks a plugin.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/config.hpp"
#include "config/diagnostics.hpp"
#include "model/chain.hpp"
#include "model/ports/channels.hpp"

namespace herald::routing {

/// The steps of a route with everything filled in (architecture, section 5). A step that names a
/// channel which is not among `channels` keeps conservative defaults (`until: accepted`): at run
/// time it is left with `channel_removed`.
model::Chain resolve_chain(const config::Config& config, const config::Route& route,
                           const std::vector<model::ChannelInfo>& channels);

/// Does the route match? Pure pattern matching; nothing else decides.
bool matches(const config::Match& match, std::string_view kind, model::Priority priority,
             std::string_view producer);

/// All routes of one configuration with their chains computed once; a submission only looks up. One
/// ChainPtr per route is shared by all its notifications. Build a new one when the configuration or
/// the set of channels changes.
class Router {
 public:
  Router(config::ConfigPtr config, const std::vector<model::ChannelInfo>& channels);
  /// The chain of the first matching route. not_found when none matches; unprocessable when the
  /// chain waits for an answer and the notification offers no actions.
  base::Result<model::ChainPtr> resolve(std::string_view kind, model::Priority priority,
                                        std::string_view producer, bool has_actions) const;
  const config::Config& config() const { return *config_; }

 private:
  struct Entry {
    model::ChainPtr chain;
    bool wants_answer = false;
  };
  config::ConfigPtr config_;    // shared: the router refers to its routes
  std::vector<Entry> entries_;  // parallel to config_->routes
};

/// The same without a Router, for tools that ask once.
base::Result<model::ChainPtr> resolve(const config::ConfigPtr& config,
                                      const std::vector<model::ChannelInfo>& channels,
                                      std::string_view kind, model::Priority priority,
                                      std::string_view producer, bool has_actions);

/// Everything that can be wrong between routes, channels and kinds; findings carry their place in
/// the files. `channels` are the descriptors of the configured channels (running or not); a channel
/// of the configuration that is missing among them is not reported here but by the plugin room.
void check(const config::Config& config, const std::vector<model::ChannelInfo>& channels,
           const model::Catalog& catalog, config::Diagnostics& diagnostics);

/// Only that the steps name configured channels: all that can be told of a configuration which has
/// other mistakes (config::Also).
void check_names(const config::Config& config, config::Diagnostics& diagnostics);

}  // namespace herald::routing
