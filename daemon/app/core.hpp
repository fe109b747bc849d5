#pragma once

#include <boost/asio/io_context.hpp>

#include "answers/answers.hpp"
#include "app/adapters.hpp"
#include "app/executor.hpp"
#include "app/secrets.hpp"
#include "app/specs.hpp"
#include "app/webhooks.hpp"
#include "delivery/decide.hpp"
#include "delivery/explain.hpp"
#include "delivery/producer.hpp"
#include "delivery/sql_producer.hpp"
#include "directory/directory.hpp"
#include "http/client.hpp"
#include "http/router.hpp"
#include "inbox/inbox.hpp"
#include "plugin/registry.hpp"

namespace herald::app {

/// Every room, connected. The order of the members is the order of construction: each needs those
/// above it, and those below only once something runs. References between them replace includes
/// between their folders.
struct Core {
  Core(const config::Config& config, std::unique_ptr<store::Store> opened, const base::Clock& time,
       telemetry::Logging& logging);

  const base::Clock& clock;
  telemetry::Logging& log;
  boost::asio::io_context io;
  std::unique_ptr<store::Store> store;
  store::NodeStore* const nodes;  ///< where this is one of several; else nullptr
  telemetry::Metrics metrics;
  Secrets secrets;
  directory::Directory directory;
  http::Router router;
  http::Authenticator authenticator;
  http::Client client;
  OutboundNetworks networks;
  http::Client webhook_client;  // its own: slow endpoints of producers hold up no provider
  StrandExecutor journal_thread;
  journal::Feed feed;
  KvAdapter kv;
  MetricsAdapter plugin_metrics;
  StrandExecutor delivery_thread;
  plugin::Registry
      plugins;  // reports to dispatcher, inbox, answers and producer below once it is started
  Watcher watcher;
  journal::Webhooks webhooks;
  delivery::Dispatcher dispatcher;
  inbox::Inbox inbox;
  answers::Answers answers;
  delivery::Producer producer;
  delivery::SqlProducer sql_producer;
  delivery::Explainer explainer;
};

}  // namespace herald::app
