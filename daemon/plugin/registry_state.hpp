#pragma once

#include <map>
#include <mutex>
#include <shared_mutex>

#include "plugin/instance.hpp"
#include "plugin/registry.hpp"
#include "plugin/routes.hpp"

namespace herald::plugin {

/// One channel of the configuration, running or not.
struct Entry {
  InstanceSpec spec;
  std::shared_ptr<Instance> instance;  // shared with its own work on the lane
  std::string problem;
};

struct Registry::State {
  State(boost::asio::io_context& io, const HostPorts& p, Options o)
      : ports{p},
        options{std::move(o)},
        runtime{io, p.clock},
        routes{std::make_shared<Routes>(ports.mounts)} {}

  Instance::Parts parts() { return {runtime, ports, routes, options}; }
  /// The plugin's present file: the generation we already have of it, or a new one.
  base::Result<std::shared_ptr<Library>> library(const std::string& plugin,
                                                 const std::string& sha256);
  base::Result<std::shared_ptr<Instance>> make(const InstanceSpec& spec,
                                               std::string_view interface_id);
  base::Result<std::shared_ptr<const model::Catalog>> ask_catalog(
      const std::shared_ptr<Instance>& instance, base::Duration timeout);
  std::shared_ptr<Instance> running(std::string_view name) const;
  void retire(std::shared_ptr<Instance> instance, base::Duration grace);
  /// Forgets retired instances that have stopped; keeps for ever what a plugin of theirs might
  /// still call.
  void sweep();

  const HostPorts ports;
  const Options options;
  Runtime runtime;
  const std::shared_ptr<Routes> routes;
  std::vector<std::weak_ptr<Library>> libraries;

  mutable std::shared_mutex mutex;  ///< guards what follows
  std::map<std::string, Entry, std::less<>> entries;
  TemplateSpec templates;
  Entry source;  ///< the template source
  std::shared_ptr<const model::Catalog> catalog = std::make_shared<model::Catalog>();
  std::vector<std::shared_ptr<Instance>> retired;
  std::atomic<bool> stopping{false};
};

/// The template source as an instance of a plugin.
InstanceSpec source_spec(const TemplateSpec& spec);
model::ChannelInfo info_of(const Entry& entry);

}  // namespace herald::plugin
