#pragma once

#include <vector>

#include "config/config.hpp"
#include "delivery/dispatcher.hpp"
#include "http/auth.hpp"
#include "http/server.hpp"
#include "plugin/spec.hpp"
#include "store/server.hpp"
#include "telemetry/log.hpp"

namespace herald::app {

/// The configuration in the words of each room. Pure.
telemetry::LogOptions log_options(const config::Config& config);
store::Options store_options(const config::Config& config);
/// With the password, read from its secret now. invalid when it cannot be read.
base::Result<store::Server> store_server(const config::Config& config);
/// What this daemon is called where it is one of several.
std::string node_name(const config::Config& config);
http::ServerOptions http_options(const config::Config& config);
delivery::DispatcherOptions dispatcher_options(const config::Config& config);
/// Enabled channels only.
std::vector<plugin::InstanceSpec> channel_specs(const config::Config& config);
plugin::TemplateSpec template_spec(const config::Config& config);
/// Where plugins are searched: the configured folders, or those of the installation and of the
/// build tree.
std::vector<std::string> plugin_path(const config::Config& config);

/// The daemon's version, as built.
const char* version();

}  // namespace herald::app
