#include "app/check.hpp"

#include <unistd.h>

#include <cstdio>

#include "app/specs.hpp"
#include "plugin/registry.hpp"
#include "routing/routing.hpp"

namespace herald::app {

base::Result<void> check_file(const std::string& path, config::Diagnostics& diagnostics) {
  auto loaded = config::load(path, diagnostics, routing::check_names);
  if (!loaded) return loaded.error();
  const auto& config = **loaded;
  const auto folders = plugin_path(config);
  std::vector<model::ChannelInfo> channels;
  for (const auto& channel : config.channels) {
    if (!channel.enabled) continue;
    auto info = plugin::inspect(channel.plugin, folders);
    if (!info) {
      diagnostics.error(channel.mark, info.error().message);
      continue;
    }
    model::ChannelInfo known;
    known.name = channel.name;
    known.plugin = channel.plugin;
    known.version = info->version;
    known.addresses = info->addresses;
    known.formats = info->formats;
    known.evidence = info->evidence;
    known.reaches_nobody = info->reaches_nobody;
    channels.push_back(std::move(known));
  }
  if (auto templates = plugin::inspect(config.templates.plugin, folders); !templates)
    diagnostics.error(config.mark("templates.plugin"), templates.error().message);
  for (const auto& [name, secret] : config.secrets)
    if (auto value = config::read_secret(secret); !value && secret.credential.empty())
      diagnostics.warning(config.mark("secrets." + name),
                          "secret '" + name + "': " + value.error().message);
  // Which kinds there are is known only once the template plugin runs; the daemon checks that at
  // start and reload.
  routing::check(config, channels, {}, diagnostics);
  if (diagnostics.ok()) return {};
  return base::fail(base::Code::invalid, diagnostics.first());
}

int check_command(const std::string& path) {
  config::Diagnostics diagnostics;
  const auto result = check_file(path, diagnostics);
  std::fputs(diagnostics.render(::isatty(STDERR_FILENO) == 1).c_str(), stderr);
  if (result) {
    std::printf("%s: no mistake found\n", path.c_str());
    return 0;
  }
  if (diagnostics.ok())
    std::fprintf(stderr, "heraldd: %s\n", result.error().message.c_str());
  else
    std::fprintf(stderr, "heraldd: %s: %zu mistake%s\n", path.c_str(), diagnostics.errors(),
                 diagnostics.errors() == 1 ? "" : "s");
  return 2;
}

}  // namespace herald::app
