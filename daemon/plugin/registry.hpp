// plugin: finds, loads and runs plugins; owns their instances, the operations they owe answers for
// and what they asked for. Plugins run on a strand each, over the core's threads; blocking ones
// have threads of their own. Calls come from any thread. Never trusts a plugin: files, symbols,
// descriptors, answers and texts are checked, time is bounded, exceptions end here.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/ports/channels.hpp"
#include "plugin/ports.hpp"
#include "plugin/spec.hpp"

namespace boost::asio {
class io_context;
}

namespace herald::plugin {

/// The running channels and the template source. load, start, reload, drain and stop block (at most
/// Options::call_limit per plugin, or as said), belong to one thread at a time, and must not be
/// called from a thread that runs `io`, which must be running meanwhile: they wait for plugins that
/// run there.
class Registry final : public model::ports::Channels {
 public:
  /// Everything behind the references outlives this; `io` must not run any more when this is
  /// destroyed.
  Registry(boost::asio::io_context& io, const HostPorts& ports, Options options);
  ~Registry() override;

  /// Loads and configures at the daemon's start. A plugin that cannot be used costs only its
  /// channel, which is then there but not running, with the problem. Gives the problems, one line
  /// each.
  std::vector<base::Error> load(std::vector<InstanceSpec> channels, TemplateSpec templates);
  /// Starts what load() made and asks for the catalog. Gives the problems.
  std::vector<base::Error> start();
  /// Brings everything to the new specifications: all that can fail first, with new instances
  /// beside the old ones, then one swap; replaced instances drain. Any problem: nothing has
  /// changed, and they are all in the answer.
  std::vector<base::Error> reload(std::vector<InstanceSpec> channels, TemplateSpec templates);
  /// No new work; waits until nothing is open, at most `limit`. True when all is done.
  bool drain(base::Duration limit);
  /// Stops and destroys all instances; what is still open is answered `unknown`. A plugin that does
  /// not return is left behind.
  void stop();

  std::vector<model::ChannelInfo> channels() const override;
  std::optional<model::ChannelInfo> channel(std::string_view name) const override;
  void deliver(std::string_view channel, model::Delivery delivery,
               std::function<void(model::Outcome)> done) override;
  void cancel(std::string_view attempt_id) override;
  void reconcile(std::string_view channel, model::Delivery delivery, std::string provider_id,
                 std::function<void(model::Outcome)> done) override;
  void render(RenderRequest request,
              std::function<void(base::Result<model::Rendered>)> done) override;
  std::shared_ptr<const model::Catalog> catalog() const override;

  /// How often the channel's (or template source's) present instance broke its contract.
  uint64_t misbehaviours(std::string_view name) const;
  /// Credentials may have been revoked: ends what plugins hold open for their owners. Any thread.
  void end_revoked();
  /// Replaced instances that have not stopped yet.
  std::size_t retiring() const;
  /// Runs the timers that are due; for a clock that is moved by hand.
  void tick();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// What a plugin file says of itself, for a check of the configuration: loads it, starts nothing.
struct PluginInfo {
  std::string path, sha256, id, name, version, config_schema;
  std::vector<std::string> interfaces, addresses, formats;
  uint32_t evidence = 0;  ///< model::evidence_bit()s
  bool reaches_nobody = false;
};
base::Result<PluginInfo> inspect(std::string_view plugin, const std::vector<std::string>& path,
                                 std::string_view sha256 = {});

}  // namespace herald::plugin
