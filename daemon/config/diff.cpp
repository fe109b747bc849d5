#include <algorithm>
#include <tuple>

#include "config/load.hpp"

namespace herald::config {
namespace {

// Places in the files do not count: only what is set.
auto values(const Channel& c) {
  return std::tie(c.plugin, c.enabled, c.isolation, c.timeout, c.max_in_flight, c.limits,
                  c.settings_json, c.secrets, c.grants, c.prefix, c.sha256);
}
auto values(const Step& s) {
  return std::tie(s.channel, s.until, s.within, s.try_for, s.attempts, s.backoff);
}
auto values(const Match& m) { return std::tie(m.kinds, m.priorities, m.producers); }

bool same(const Step& a, const Step& b) { return values(a) == values(b); }
bool same(const Route& a, const Route& b) {
  return std::tie(a.name, a.expires_after, a.receipts_for, a.rounds) ==
             std::tie(b.name, b.expires_after, b.receipts_for, b.rounds) &&
         values(a.match) == values(b.match) &&
         std::equal(a.chain.begin(), a.chain.end(), b.chain.begin(), b.chain.end(),
                    [](const Step& x, const Step& y) { return same(x, y); });
}

}  // namespace

std::vector<Change> diff(const Config& a, const Config& b) {
  std::vector<Change> out;
  const auto note = [&](const char* what, const auto& before, const auto& after,
                        bool restart = false) {
    if (!(before == after)) out.push_back({what, restart});
  };
  note("development", a.development, b.development, true);
  note("store.url", a.store.url, b.store.url, true);
  note("store.queue", a.store.queue, b.store.queue, true);
  note("store.retention", a.store.retention, b.store.retention);
  note("store.schema", a.store.schema, b.store.schema, true);
  note("store.password", a.store.password, b.store.password, true);
  note("store.tables", a.store.tables, b.store.tables, true);
  note("store.allow_unsafe", a.store.allow_unsafe, b.store.allow_unsafe, true);
  note("store.nodes", a.store.nodes, b.store.nodes, true);
  note("store.node", a.store.node, b.store.node, true);
  note("store.lease", a.store.lease, b.store.lease, true);
  note("http.address", a.http.address, b.http.address, true);
  note("http.port", a.http.port, b.http.port, true);
  note("http.threads", a.http.threads, b.http.threads, true);
  auto http = b.http;  // the rest of the section
  http.address = a.http.address;
  http.port = a.http.port;
  http.threads = a.http.threads;
  note("http", a.http, http, true);
  note("control.socket", a.control.socket, b.control.socket, true);
  auto control = b.control;
  control.socket = a.control.socket;
  note("control", a.control, control, true);
  note("log", a.log, b.log);
  note("plugins", a.plugin_path, b.plugin_path, true);
  note("limits", a.limits, b.limits);
  note("directory", a.directory, b.directory);
  note("inbox", a.inbox_keep, b.inbox_keep);
  note("locale", a.locale, b.locale);
  note("time_zone", a.time_zone, b.time_zone);
  note("quiet_hours", a.quiet_hours, b.quiet_hours);
  note("secrets", a.secrets, b.secrets);
  // Keys rotate while the daemon runs; who is the audience and which cookie counts is fixed at its
  // start.
  note("auth.user_tokens.keys", a.auth.user_tokens.keys, b.auth.user_tokens.keys);
  note("auth.user_tokens.lifetime", a.auth.user_tokens.lifetime, b.auth.user_tokens.lifetime);
  auto auth = b.auth;
  auth.user_tokens.keys = a.auth.user_tokens.keys;
  auth.user_tokens.lifetime = a.auth.user_tokens.lifetime;
  note("auth", a.auth, auth, true);
  note("webhooks", a.webhooks, b.webhooks);
  note("outbound", a.outbound_allow, b.outbound_allow);
  note("templates", a.templates, b.templates);
  for (const auto& channel : a.channels) {
    const auto* after = b.channel(channel.name);
    if (after == nullptr || values(channel) != values(*after))
      out.push_back({"channels." + channel.name, false});
  }
  for (const auto& channel : b.channels)
    if (a.channel(channel.name) == nullptr) out.push_back({"channels." + channel.name, false});
  if (!std::equal(a.routes.begin(), a.routes.end(), b.routes.begin(), b.routes.end(),
                  [](const Route& x, const Route& y) { return same(x, y); }))
    out.push_back({"routes", false});
  return out;
}

}  // namespace herald::config
