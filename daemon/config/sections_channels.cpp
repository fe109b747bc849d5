#include <algorithm>

#include "config/rules.hpp"
#include "config/sections.hpp"

namespace herald::config {
namespace {

std::string grant(const std::string& text) {
  return text == "submit" ? "" : "must be `submit`, the only grant there is";
}

void read_limits(Reader& r, model::ChannelLimits& limits) {
  r.rate("rate", limits.rate, "how many may be sent on it, such as 80/s; by default any number");
  r.number("burst", limits.burst, 0, 100'000,
           "of `rate`, how many at once after a pause; 0: what it gives in a second");
  r.rate("recipient_rate", limits.recipient_rate,
         "how many one person may get on it, such as 1/6s; by default any number");
  r.number("recipient_burst", limits.recipient_burst, 1, 10'000,
           "of `recipient_rate`, how many at once after a pause");
  r.quiet_hours("quiet_hours", limits.quiet_hours,
                "when it waits, instead of the configuration's own quiet_hours; none: never");
  for (const auto* of : {"rate", "recipient_rate"}) {
    const std::string burst = of == std::string_view{"rate"} ? "burst" : "recipient_burst";
    if (r.has(burst) && !r.has(of))
      r.error(burst, "`" + burst + "` needs `" + of + "`, which it is the burst of");
  }
}

void read_channel(Reader& r, Channel& ch) {
  r.text("plugin", ch.plugin, "the plugin that this channel is an instance of", rules::plugin_name,
         true);
  r.flag("enabled", ch.enabled, "false: nothing is sent on it, chains step over it");
  r.choice("isolation", ch.isolation,
           {{"daemon", Isolation::daemon}, {"process", Isolation::process}},
           "where the plugin runs: in the daemon or in a process of its own");
  r.duration("timeout", ch.timeout, "how long one attempt may take",
             {std::chrono::milliseconds{100}, std::chrono::minutes{10}});
  r.number("max_in_flight", ch.max_in_flight, 0, 100'000,
           "attempts under way at once; 0: what the plugin says");
  read_limits(r, ch.limits);
  r.text("prefix", ch.prefix,
         "where its HTTP routes lie; by default /api/web-chat for webchat, else /hooks/NAME",
         rules::prefix);
  r.free("settings", ch.settings_json, "what the plugin itself understands");
  r.pairs("secrets", ch.secrets, "the plugin's name of a secret -> its name under `secrets`",
          rules::instance_name);
  r.text("sha256", ch.sha256, "the checksum that the plugin's file must have", rules::sha256);
  r.texts("grants", ch.grants, "what the plugin may do beyond its channel: submit", grant);
}

}  // namespace

void read_channels(Reader& root, Config& c) {
  root.section("templates", "where texts come from", [&](Reader& r) {
    r.text("plugin", c.templates.plugin, "the template plugin", rules::plugin_name);
    r.free("settings", c.templates.settings_json,
           "what the plugin itself understands; of catalog: folder");
    r.text("sha256", c.templates.sha256, "the checksum that the plugin's file must have",
           rules::sha256);
    r.duration("timeout", c.templates.timeout, "how long one rendering may take",
               {std::chrono::milliseconds{10}, std::chrono::minutes{1}});
  });
  root.named("channels", "ways to reach people, by name", rules::instance_name,
             [&](const std::string& name, Reader& r) {
               Channel ch;
               ch.name = name;
               read_channel(r, ch);
               ch.mark = c.mark("channels." + name);
               if (ch.prefix.empty())
                 ch.prefix = ch.plugin == "webchat" ? "/api/web-chat" : "/hooks/" + name;
               if (!r.describing()) c.channels.push_back(std::move(ch));
             });
}

void read_auth(Reader& root, Config& c) {
  root.named(
      "secrets", "secrets by name: each from a file or a systemd credential, never written here",
      rules::instance_name,
      [&](const std::string& name, Reader& r) {
        Secret secret;
        r.path("file", secret.file, "path of a file that holds it");
        r.text("credential", secret.credential,
               "name of a systemd credential (LoadCredential=) that holds it",
               r.describing() ? Check{} : rules::credential);
        r.hide_unknown();
        if (r.describing()) return;
        if (secret.file.empty() == secret.credential.empty() &&
            r.has("file") == r.has("credential"))
          r.context().diagnostics.error(
              r.mark(), "secret `" + name + "` needs one of `file` and `credential`");
        c.secrets.emplace(name, std::move(secret));
      },
      [&](const std::string& name, const Mark& mark) {
        root.context().diagnostics.hide(mark);
        root.context().diagnostics.error(
            mark, "the value of secret `" + name +
                      "` must not stand in the configuration; put it into a file and write "
                      "{file: PATH}, or {credential: NAME}");
        c.secrets.emplace(name, Secret{});
      });
  root.section("auth", "who may call the HTTP interface", [&](Reader& r) {
    r.section("user_tokens", "signed tokens of people (JWT)", [&](Reader& t) {
      auto& tokens = c.auth.user_tokens;
      t.duration("lifetime", tokens.lifetime, "how long a token may live",
                 {std::chrono::seconds{10}, std::chrono::days{1}});
      t.text("audience", tokens.audience, "what `aud` must be", rules::not_empty);
      t.text("issuer", tokens.issuer, "what `iss` must be; empty: not looked at");
      t.items("keys", "keys that verify tokens; the first one signs", [&](Reader& k) {
        TokenKey key;
        k.text("id", key.id, "the key's id (`kid`)", rules::key_id, true);
        using enum TokenAlgorithm;
        k.choice("algorithm", key.algorithm,
                 {{"HS256", hs256}, {"HS384", hs384}, {"HS512", hs512}, {"EdDSA", eddsa}},
                 "the one algorithm of this key");
        k.text("secret", key.secret,
               "name of the secret, of 32 bytes or more; EdDSA: an Ed25519 key in PEM, public or "
               "private",
               rules::instance_name, true);
        std::string until;
        k.text("verify_until", until,
               "when this key stops being accepted, such as 2026-01-31T12:00Z; for rotation",
               rules::moment);
        if (!until.empty()) key.verify_until = *base::parse_iso8601(until);
        if (!k.describing()) tokens.keys.push_back(std::move(key));
      });
    });
    r.text("cookie", c.auth.cookie, "name of the cookie that may carry a person's token",
           rules::cookie);
  });
}

void read_all(Reader& root, Config& config) {
  read_daemon(root, config);
  read_people(root, config);
  read_auth(root, config);
  read_channels(root, config);
  read_routes(root, config);
  read_webhooks(root, config);
  root.finish();
}

}  // namespace herald::config
