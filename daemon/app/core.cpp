#include "app/core.hpp"

namespace herald::app {
namespace {

http::Authenticator::Options authenticator_options(const config::Config& config) {
  http::Authenticator::Options out;
  out.cookie = config.auth.cookie;
  out.secure_cookie = config.http.public_url.starts_with("https://");
  out.jwt.audience = config.auth.user_tokens.audience;
  out.jwt.issuer = config.auth.user_tokens.issuer;
  return out;
}

plugin::Options plugin_options(const config::Config& config) {
  plugin::Options out;
  out.path = plugin_path(config);
  out.version = version();
  return out;
}

}  // namespace

Core::Core(const config::Config& config, std::unique_ptr<store::Store> opened,
           const base::Clock& time, telemetry::Logging& logging)
    : clock{time},
      log{logging},
      store{std::move(opened)},
      nodes{store::nodes_of(*store)},
      directory{*store, store::history_of(*store), config.directory.region},
      authenticator{authenticator_options(config), clock},
      webhook_client{networks.options()},
      journal_thread{io},
      feed{*store, journal_thread},
      kv{*store},
      plugin_metrics{metrics},
      delivery_thread{io},
      plugins{io,
              plugin::HostPorts{
                  clock, log, dispatcher, inbox, answers, directory, producer, client, router, kv,
                  plugin_metrics, secrets,
                  [this](const model::Principal& who) { return authenticator.is_revoked(who); }},
              plugin_options(config)},
      watcher{{metrics, feed, inbox, log, clock, nodes}},
      webhooks{{journal_thread, *store, feed, webhook_client, clock, log,
                [this](const std::string& webhook, std::string_view result) {
                  metrics.record("herald_webhooks_total", 1,
                                 {{"webhook", webhook}, {"result", std::string{result}}});
                }}},
      dispatcher{{delivery_thread, *store, plugins, clock, watcher, nodes},
                 dispatcher_options(config)},
      inbox{*store, dispatcher,
            [this](model::UserId user) {
              if (nodes != nullptr) nodes->tell({store::Word::Kind::inbox, {}, user});
            }},
      answers{{*store, directory, dispatcher, clock, base::Random::system()}},
      producer{{*store, dispatcher, clock, base::Random::system()}},
      sql_producer{{delivery_thread, store::outbox_of(*store), producer, watcher}},
      explainer{{store::previews_of(*store), *store, plugins, dispatcher, clock,
                 base::Random::system()}} {}

}  // namespace herald::app
