#include "app/webhooks.hpp"

#include <algorithm>

#include "http/reach.hpp"
#include "journal/message.hpp"
#include "journal/signature.hpp"
#include "routing/match.hpp"

namespace herald::app {
namespace {

unsigned topics(const std::vector<std::string>& events) {
  using journal::Topic;
  constexpr std::pair<std::string_view, Topic> kNames[] = {
      {"ended", Topic::ended},       {"corrected", Topic::corrected},
      {"redriven", Topic::redriven}, {"answered", Topic::answered},
      {"evidence", Topic::evidence}, {"progress", Topic::progress}};
  if (events.empty())
    return bit(Topic::ended) | bit(Topic::corrected) | bit(Topic::redriven) | bit(Topic::answered);
  unsigned out = 0;
  for (const auto& [name, topic] : kNames)
    if (std::find(events.begin(), events.end(), name) != events.end()) out |= bit(topic);
  return out;
}

template <class F>
bool any(const std::vector<std::string>& patterns, std::string_view name, F matches) {
  return patterns.empty() || std::any_of(patterns.begin(), patterns.end(),
                                         [&](const auto& p) { return matches(p, name); });
}

}  // namespace

OutboundNetworks::OutboundNetworks()
    : allowed_{std::make_shared<base::Guarded<http::Networks>>()} {}

void OutboundNetworks::allow(const std::vector<std::string>& networks) {
  auto parsed = http::Networks::parse(networks);
  if (parsed) allowed_->with([&](http::Networks& value) { value = std::move(*parsed); });
}

http::ClientOptions OutboundNetworks::options() const {
  http::ClientOptions out;
  out.may_connect = [allowed = allowed_](const http::Address& address) {
    return http::is_public(address) ||
           allowed->with([&](const http::Networks& value) { return value.contains(address); });
  };
  return out;
}

std::vector<journal::Endpoint> endpoints(const config::Config& config, const Secrets& secrets,
                                         std::vector<base::Error>* problems) {
  std::vector<journal::Endpoint> out;
  for (const auto& webhook : config.webhooks) {
    journal::Endpoint endpoint;
    endpoint.name = webhook.name;
    endpoint.url = webhook.url;
    for (const auto& name : webhook.secrets) {
      const auto secret = secrets.value(name);
      auto key = secret ? journal::key_of(*secret) : base::Result<std::string>{secret.error()};
      if (key) {
        endpoint.keys.push_back(std::move(*key));
        continue;
      }
      endpoint.problem =
          secret ? "secret '" + name + "' " + key.error().message : key.error().message;
      if (problems != nullptr)
        problems->push_back(base::fail(base::Code::invalid,
                                       "webhook '" + webhook.name + "': " + endpoint.problem,
                                       "webhooks"));
    }
    endpoint.wanted = [wanted = topics(webhook.events), kinds = webhook.kinds,
                       producers = webhook.producers](const store::JournalEntry& entry) {
      return (journal::topics_of(entry) & wanted) != 0 &&
             any(kinds, entry.kind, routing::kind_matches) &&
             any(producers, entry.producer, routing::producer_matches);
    };
    if (!webhook.retry_after.empty()) endpoint.schedule = webhook.retry_after;
    endpoint.timeout = std::chrono::duration_cast<std::chrono::milliseconds>(webhook.timeout);
    endpoint.in_flight = webhook.in_flight;
    out.push_back(std::move(endpoint));
  }
  return out;
}

}  // namespace herald::app
