#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/clock.hpp"

namespace herald::plugin {

/// One channel, as the configuration describes it.
struct InstanceSpec {
  std::string name;                  ///< of the channel: [a-z][a-z0-9_-]*
  std::string plugin;                ///< short name ("webchat"), or a path below the plugin path
  std::string settings_json = "{}";  ///< JSON object that only the plugin understands
  std::map<std::string, std::string>
      secrets;                      ///< the plugin's name for it -> name SecretsPort knows
  std::vector<std::string> grants;  ///< of: submit
  std::string prefix;               ///< of its HTTP routes, no slash at the end; empty: none
  base::Duration timeout{std::chrono::seconds{30}};  ///< of an attempt that names none itself
  unsigned max_in_flight = 0;                        ///< 0: what the plugin says
  std::string sha256;                                ///< of the file, hex; empty: not pinned
  friend bool operator==(const InstanceSpec&, const InstanceSpec&) = default;
};

/// The template source.
struct TemplateSpec {
  std::string plugin = "catalog";
  std::string settings_json = "{}";
  std::string sha256;
  base::Duration timeout{std::chrono::seconds{5}};  ///< of one rendering
  friend bool operator==(const TemplateSpec&, const TemplateSpec&) = default;
};

/// What does not change while the daemon runs.
struct Options {
  std::vector<std::string> path;                        ///< folders with plugins, searched in order
  base::Duration drain{std::chrono::seconds{30}};       ///< what a replaced instance gets to finish
  base::Duration call_limit{std::chrono::seconds{10}};  ///< of create, configure, start, stop
  std::string version = "0.1.0";                        ///< of the daemon, told to plugins
  bool unload = false;  ///< tests only: unloading can crash a process (sdk-notes), so it never
                        ///< happens in production
};

/// Name of the template source among the instances.
inline constexpr std::string_view kTemplates = "templates";

}  // namespace herald::plugin
