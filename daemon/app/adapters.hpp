#pragma once

#include <map>

#include "base/guarded.hpp"
#include "delivery/observer.hpp"
#include "inbox/inbox.hpp"
#include "journal/feed.hpp"
#include "plugin/ports.hpp"
#include "store/nodes.hpp"
#include "store/store.hpp"
#include "telemetry/metrics.hpp"

namespace herald::app {

/// Plugin key-value rows over the store.
class KvAdapter final : public plugin::KvPort {
 public:
  explicit KvAdapter(store::KvStore& store) : store_{store} {}
  void get(std::string instance, std::string key, plugin::Done<plugin::KvValue> done) override;
  void put(std::string instance, std::string key, std::string value, base::TimePoint expires,
           uint64_t if_version, plugin::Done<uint64_t> done) override;
  void remove(std::string instance, std::string key, plugin::Done<bool> done) override;

 private:
  store::KvStore& store_;
};

/// Metrics of plugins over the daemon's.
class MetricsAdapter final : public plugin::MetricsPort {
 public:
  explicit MetricsAdapter(telemetry::Metrics& metrics) : metrics_{metrics} {}
  base::Result<void> define(Kind kind, std::string name, std::string help) override;
  void record(const std::string& name, double value, const Labels& labels) override;

 private:
  telemetry::Metrics& metrics_;
};

/// What was recorded becomes metrics, a word to those who follow the journal, and news for those
/// who watch an inbox.
class Watcher final : public delivery::Observer {
 public:
  struct Needs {
    telemetry::Metrics& metrics;
    journal::Feed& feed;
    inbox::Inbox& inbox;
    base::Log& log;
    const base::Clock& clock;
    store::NodeStore* nodes;  ///< nullptr: there are no others
  };
  explicit Watcher(Needs needs);
  void accepted(const model::Notification& notification) override;
  void attempted(model::Duration after, const std::string& channel) override;
  void recorded(const store::Applied& applied, const std::vector<model::Event>& events) override;
  void inbox_changed(model::UserId user, int64_t seq) override;
  void breaker(const std::string& channel, bool open) override;
  void trouble(std::string_view event, std::string_view text, std::string_view id) override;

  /// Sends that may have told a person twice, by channel, since the start. Any thread.
  struct Repeats {
    uint64_t same_channel = 0, other_channel = 0;
  };
  std::map<std::string, Repeats> repeats() const;

 private:
  void count_repeats(const store::Applied& applied);

  Needs need_;
  base::Guarded<std::map<std::string, Repeats>> repeats_;
};

}  // namespace herald::app
