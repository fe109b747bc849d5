#pragma once

#include "app/secrets.hpp"
#include "base/guarded.hpp"
#include "config/config.hpp"
#include "http/client.hpp"
#include "journal/webhooks.hpp"

namespace herald::app {

/// Where webhooks may connect to: the public internet, and what outbound.allow adds. Any thread.
class OutboundNetworks {
 public:
  OutboundNetworks();
  /// The texts were checked by config.
  void allow(const std::vector<std::string>& networks);
  http::ClientOptions options() const;

 private:
  // Shared with the client, whose thread asks.
  std::shared_ptr<base::Guarded<http::Networks>> allowed_;
};

/// The webhooks of a configuration with their keys. One whose key is missing or malformed has a
/// problem and is added to `problems` when given.
std::vector<journal::Endpoint> endpoints(const config::Config& config, const Secrets& secrets,
                                         std::vector<base::Error>* problems);

}  // namespace herald::app
