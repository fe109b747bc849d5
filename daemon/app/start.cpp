// The order in which the daemon comes up: configuration, store, plugins, recovery, doors. Each step
// can refuse.
#include <unistd.h>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/signal_set.hpp>
#include <cstdio>

#include "app/answer.hpp"
#include "app/app.hpp"
#include "app/descriptors.hpp"
#include "app/notify.hpp"
#include "app/operations.hpp"
#include "base/faults.hpp"
#include "http/producer_api.hpp"
#include "routing/routing.hpp"

namespace herald::app {
namespace {

constexpr int kFailed = 1, kConfiguration = 2;
constexpr base::Duration kPatience{std::chrono::seconds{60}};

unsigned thread_count(const config::Config& config) {
  if (config.http.threads != 0) return config.http.threads;
  return std::clamp(std::thread::hardware_concurrency(), 2U, 4U);
}

}  // namespace

int App::start() {
  config::Diagnostics diagnostics;
  auto loaded = config::load(config_path_, diagnostics, routing::check_names);
  if (!loaded) {
    std::fputs(diagnostics.render(::isatty(STDERR_FILENO) == 1).c_str(), stderr);
    std::fprintf(stderr, "heraldd: %s\n", loaded.error().message.c_str());
    return kConfiguration;
  }
  config_ = *loaded;
  auto log = telemetry::Logging::open(log_options(*config_));
  if (!log) return fail("log.refused", log.error()), kConfiguration;
  log_ = std::move(*log);
  for (const auto& warning : diagnostics.all()) log_->warning("config.warning", warning.message);

  HERALD_POINT("app.configured");
  if (auto opened = open_core(); !opened) return fail("store.refused", opened.error()), kFailed;
  HERALD_POINT("app.store_open");
  for (const auto& problem : core_->secrets.load(*config_)) fail("secret.unreadable", problem);
  if (auto keys = load_keys(*config_); !keys)
    return fail("auth.refused", keys.error()), kConfiguration;
  if (!start_plugins()) return kFailed;
  HERALD_POINT("app.plugins_started");
  config::Diagnostics together;
  if (!check_together(*config_, together)) return kConfiguration;
  apply_rules();
  if (auto delivering = start_delivery(); !delivering)
    return fail("delivery.refused", delivering.error()), kFailed;
  HERALD_POINT("app.delivery_started");
  if (auto doors = open_doors(); !doors) return fail("door.refused", doors.error()), kFailed;
  return 0;
}

base::Result<void> App::open_core() {
  auto server = store_server(*config_);
  if (!server) return server.error();
  if (server->node) server->node->clock = &clock_;
  auto opened = store::open(store_options(*config_), *server, delivery::decide, clock_);
  if (!opened) return opened.error();
  core_ = std::make_unique<Core>(*config_, std::move(*opened), clock_, *log_);
  work_ =
      std::make_unique<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>>(
          core_->io.get_executor());
  watch_signals();
  for (unsigned i = 0; i < thread_count(*config_); ++i)
    threads_.emplace_back([this] {
      core_->io.run();
      ended_.release();
    });
  return {};
}

bool App::start_plugins() {
  auto problems = core_->plugins.load(channel_specs(*config_), template_spec(*config_));
  for (auto& problem : core_->plugins.start()) problems.push_back(std::move(problem));
  for (const auto& problem : problems) fail("plugin.refused", problem);
  for (const auto& channel : core_->plugins.channels())
    if (channel.running)
      log_->info(
          "channel.running", "channel started",
          {{"channel", channel.name}, {"plugin", channel.plugin}, {"version", channel.version}});
  if (!core_->plugins.catalog()->kinds.empty()) return true;
  fail("catalog.empty", base::fail(base::Code::invalid,
                                   "the template plugin offers no kind, so nothing could be sent; "
                                   "see `templates:` in the configuration"));
  return false;
}

bool App::check_together(const config::Config& config, config::Diagnostics& diagnostics) {
  routing::check(config, core_->plugins.channels(), *core_->plugins.catalog(), diagnostics);
  for (const auto& d : diagnostics.all())
    if (d.severity == config::Severity::warning) log_->warning("config.warning", d.message);
  if (diagnostics.ok()) return true;
  std::fputs(diagnostics.render(::isatty(STDERR_FILENO) == 1).c_str(), stderr);
  fail("config.refused", base::fail(base::Code::invalid, diagnostics.first()));
  return false;
}

base::Result<void> App::load_keys(const config::Config& config) {
  std::vector<http::KeyRecord> keys;
  for (const auto& key : config.auth.user_tokens.keys) {
    auto secret = core_->secrets.value(key.secret);
    if (!secret) return secret.error();
    http::KeyRecord record;
    record.kid = key.id;
    record.secret = std::move(*secret);
    switch (key.algorithm) {
      case config::TokenAlgorithm::hs256:
        record.algorithm = http::JwtAlgorithm::hs256;
        break;
      case config::TokenAlgorithm::hs384:
        record.algorithm = http::JwtAlgorithm::hs384;
        break;
      case config::TokenAlgorithm::hs512:
        record.algorithm = http::JwtAlgorithm::hs512;
        break;
      case config::TokenAlgorithm::eddsa:
        record.algorithm = http::JwtAlgorithm::eddsa;
        break;
    }
    record.verify_until = key.verify_until;
    keys.push_back(std::move(record));
  }
  return core_->authenticator.set_keys(std::move(keys));
}

void App::apply_rules() {
  const auto now = config();
  auto router = std::make_shared<const routing::Router>(now, core_->plugins.channels());
  delivery::SubmissionRules rules;
  rules.catalog = core_->plugins.catalog();
  rules.chain = [router](std::string_view kind, model::Priority priority, std::string_view producer,
                         bool has_actions) {
    return router->resolve(kind, priority, producer, has_actions);
  };
  rules.directory = &core_->directory;
  rules.create_recipients = now->directory.create_unknown;
  const auto options = dispatcher_options(*now);
  core_->explainer.set_rules({rules, options.locale, options.time_zone});
  core_->producer.set_rules(std::move(rules));
}

void App::refresh_tokens(std::function<void(base::Result<void>)> done) {
  core_->store->tokens([this, done = std::move(done)](
                           base::Result<std::vector<store::ServiceToken>> tokens) {
    if (!tokens) return done(tokens.error());
    std::vector<http::TokenRecord> records;
    for (auto& t : *tokens)
      records.push_back({std::move(t.name), std::move(t.digest), std::move(t.scopes), t.expires});
    if (auto set = core_->authenticator.set_tokens(std::move(records)); !set) return done(set);
    core_->store->revoked_users([this, done](base::Result<std::vector<store::RevokedTokens>> all) {
      if (!all) return done(all.error());
      std::vector<http::Revocation> revocations;
      for (const auto& one : *all) revocations.push_back({one.user, one.before});
      core_->authenticator.set_revocations(std::move(revocations));
      // Also when another node revoked them, or this is another refresh than the one that told.
      const auto generation = core_->authenticator.generation();
      if (swept_.exchange(generation) != generation) core_->plugins.end_revoked();
      done({});
    });
  });
}

base::Result<void> App::start_delivery() {
  Answer<base::Result<void>> tokens, recovered;
  refresh_tokens(tokens.callback());
  if (auto answer = tokens.wait(kPatience); !answer || !*answer)
    return answer ? answer->error()
                  : base::fail(base::Code::unavailable, "the store does not answer");
  core_->dispatcher.start(recovered.callback());
  auto answer = recovered.wait(kPatience);
  core_->networks.allow(config_->outbound_allow);
  if (core_->nodes == nullptr)
    begin_periodic();
  else
    join_nodes();
  if (!answer)
    return base::fail(base::Code::unavailable,
                      "what a previous run left in flight could not be recorded within a minute");
  return *answer;
}

base::Result<void> App::open_doors() {
  auto api = http::mount_producer_api(core_->router, core_->producer);
  if (!api) return api.error();
  auto pages = http::mount_service_pages(
      core_->router,
      {[this] { return not_ready(); }, [this] { return metrics_text(); }, http::openapi_document});
  if (!pages) return pages.error();

  operations_ = std::make_unique<ControlOperations>(*this);
  control::ServerOptions options;
  options.path = config_->control.socket;
  options.group = config_->control.group;
  options.admin_group = config_->control.admin_group;
  options.inherited = inherited_socket("control");
  options.version = version();
  options.warn = [this](const std::string& message) { log_->warning("control.warning", message); };
  control_ = std::make_unique<control::Server>(core_->io, *operations_, std::move(options));
  if (auto listening = control_->listen(); !listening) return listening.error();

  HERALD_POINT("app.control_open");
  auto http = http_options(*config_);
  if (const auto most = connections_within_descriptors(http.max_connections);
      most < http.max_connections) {
    log_->warning("http.connections_limited",
                  "fewer HTTP connections than http.max_connections: the limit of open files "
                  "(LimitNOFILE=) does not hold more",
                  {{"most", std::to_string(most)}});
    http.max_connections = most;
  }
  if (auto defined = core_->metrics.define(telemetry::MetricKind::histogram, "herald_http_seconds",
                                           "Answered requests, by route and status.");
      !defined)
    return defined.error();
  http.on_served = [this](const http::Served& served) {
    core_->metrics.record("herald_http_seconds", std::chrono::duration<double>(served.took).count(),
                          {{"route", served.route.empty() ? "none" : std::string{served.route}},
                           {"status", std::to_string(served.status)}});
  };
  http_ = std::make_unique<http::Server>(core_->io, std::move(http), core_->router,
                                         core_->authenticator, core_->directory, core_->clock);
  auto port = http_->listen();
  if (!port) return port.error();
  http_port_ = *port;
  return {};
}

std::string App::not_ready() const {
  if (!ready_) return "starting or stopping";
  return core_->store->health().writable ? "" : "the store cannot be written";
}

std::string App::metrics_text() {
  const auto health = core_->store->health();
  auto text = core_->metrics.expose();
  const auto line = [&text](std::string_view name, std::string_view kind, std::string_view help,
                            uint64_t value) {
    ((text += "# HELP ") += name) += ' ';
    ((text += help) += "\n# TYPE ") += name;
    ((((text += ' ') += kind) += '\n') += name) += ' ' + std::to_string(value) + '\n';
  };
  line("herald_store_commits_total", "counter", "Transactions since start.", health.commits);
  line("herald_store_writes_total", "counter", "Write requests those transactions answered.",
       health.writes);
  line("herald_store_queued", "gauge", "Write requests waiting.", health.queued);
  line("herald_store_deleted_total", "counter",
       "Notifications deleted since start, because they ended long ago.", health.deleted);
  if (health.oldest != base::TimePoint{})
    line("herald_store_oldest_seconds", "gauge",
         "When the oldest notification kept was accepted, in seconds since 1970.",
         static_cast<uint64_t>(base::unix_us(health.oldest)) / 1'000'000);
  if (const auto* history = store::history_of(*core_->store))
    line("herald_store_losses_total", "counter",
         "Times that a database server took over without what had been acknowledged.",
         history->losses());
  return text;
}

}  // namespace herald::app
