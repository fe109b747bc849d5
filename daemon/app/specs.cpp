#include "app/specs.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "config/load.hpp"

namespace herald::app {

telemetry::LogOptions log_options(const config::Config& config) {
  telemetry::LogOptions out;
  out.level = static_cast<base::LogLevel>(config.log.level);
  out.json = config.log.format == config::LogFormat::json;
  out.to = config.log.to;
  return out;
}

std::string node_name(const config::Config& config) {
  if (!config.store.node.empty()) return config.store.node;
  char host[65] = {};
  ::gethostname(host, sizeof host - 1);
  return host[0] == '\0' ? "node" : host;
}

base::Result<store::Server> store_server(const config::Config& config) {
  store::Server out;
  out.schema = config.store.schema;
  out.allow_unsafe = config.store.allow_unsafe;
  out.users = config.store.tables.users;
  out.conversations = config.store.tables.conversations;
  if (config.store.nodes)
    out.node = store::NodeOptions{node_name(config), version(), config.store.lease};
  const auto secret = config.secrets.find(config.store.password);
  if (secret == config.secrets.end()) return out;
  auto value = config::read_secret(secret->second);
  if (!value)
    return base::fail(base::Code::invalid,
                      "secret '" + secret->first + "' (store.password): " + value.error().message,
                      "store.password");
  out.password = std::move(*value);
  return out;
}

store::Options store_options(const config::Config& config) {
  store::Options out;
  out.url = config.store.url;
  out.queue = config.store.queue;
  out.inbox_keep = config.inbox_keep;
  out.backlog = config.limits.backlog;
  out.journal = config.limits.journal;
  out.keep_ended = config.store.retention.ended;
  return out;
}

namespace {

double per_second(const model::Rate& rate) {
  return rate.count / std::chrono::duration<double>(rate.per).count();
}

}  // namespace

http::ServerOptions http_options(const config::Config& config) {
  http::ServerOptions out;
  out.address = config.http.address;
  out.port = static_cast<uint16_t>(config.http.port);
  out.max_connections = config.http.max_connections;
  out.max_per_address = config.http.max_per_address;
  out.person_per_second = per_second(config.http.person_rate);
  out.person_burst = config.http.person_burst;
  out.failures_per_second = per_second(config.http.failure_rate);
  out.failures_burst = config.http.failure_burst;
  out.trusted_proxies = config.http.trusted_proxies;
  out.allowed_origins = config.http.allowed_origins;
  out.development = config.development;
  return out;
}

namespace {

/// What another node makes due is found by then, though nobody told of it.
constexpr std::chrono::seconds kNodeBackstop{1};

/// A name for the time since the machine was started; empty when the kernel tells none.
std::string boot_id() {
  std::ifstream file{"/proc/sys/kernel/random/boot_id"};
  std::string id;
  std::getline(file, id);
  return id;
}

}  // namespace

delivery::DispatcherOptions dispatcher_options(const config::Config& config) {
  delivery::DispatcherOptions out;
  out.held = config.limits.accepted_queue;
  out.in_flight = config.limits.in_flight;
  out.locale = config.locale;
  out.time_zone = config.time_zone;
  if (config.store.nodes) {
    out.node = node_name(config);
    // Which clock was set while it was down cannot be told by what others worked on.
    out.backstop = kNodeBackstop;
  } else {
    out.boot = boot_id();
  }
  out.gates.quiet_hours = config.quiet_hours;
  out.gates.time_zone = config.time_zone;
  for (const auto& channel : config.channels) out.gates.channels[channel.name] = channel.limits;
  return out;
}

std::vector<plugin::InstanceSpec> channel_specs(const config::Config& config) {
  std::vector<plugin::InstanceSpec> out;
  for (const auto& channel : config.channels) {
    if (!channel.enabled) continue;
    plugin::InstanceSpec spec;
    spec.name = channel.name;
    spec.plugin = channel.plugin;
    spec.settings_json = channel.settings_json;
    spec.secrets = channel.secrets;
    spec.grants = channel.grants;
    spec.prefix = channel.prefix;
    spec.timeout = channel.timeout;
    spec.max_in_flight = channel.max_in_flight;
    spec.sha256 = channel.sha256;
    out.push_back(std::move(spec));
  }
  return out;
}

plugin::TemplateSpec template_spec(const config::Config& config) {
  plugin::TemplateSpec out;
  out.plugin = config.templates.plugin;
  out.settings_json = config.templates.settings_json;
  out.sha256 = config.templates.sha256;
  out.timeout = config.templates.timeout;
  return out;
}

std::vector<std::string> plugin_path(const config::Config& config) {
  if (!config.plugin_path.empty()) return config.plugin_path;
  std::error_code ec;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", ec);
  // In a build tree bin/heraldd stands beside plugins/.
  const auto beside = self.parent_path().parent_path() / "plugins";
  if (!ec && std::filesystem::is_directory(beside, ec)) return {beside.string()};
  return {HERALD_PLUGIN_DIR};
}

const char* version() { return HERALD_VERSION; }

}  // namespace herald::app
