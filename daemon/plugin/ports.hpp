#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "model/ports/answers.hpp"
#include "model/ports/delivery.hpp"
#include "model/ports/directory.hpp"
#include "model/ports/inbox.hpp"
#include "model/ports/producer.hpp"
#include "model/ports/web.hpp"

namespace herald::plugin {

template <class T>
using Done = std::function<void(base::Result<T>)>;

struct KvValue {
  std::string value;
  uint64_t version = 0;  ///< 0: there is none
};

/// Key-value rows of plugin instances. Any thread in, any thread out; each answer exactly once.
class KvPort {
 public:
  virtual ~KvPort() = default;
  static constexpr uint64_t kAnyVersion = ~uint64_t{0};
  virtual void get(std::string instance, std::string key, Done<KvValue>) = 0;
  /// `expires` epoch: never. Gives the new version; conflict when `if_version` is neither
  /// kAnyVersion nor the present one (0: only when there is none).
  virtual void put(std::string instance, std::string key, std::string value,
                   base::TimePoint expires, uint64_t if_version, Done<uint64_t>) = 0;
  virtual void remove(std::string instance, std::string key, Done<bool>) = 0;
};

/// Metrics of plugins. Any thread; never blocks. Names and label sets are already checked and
/// bounded.
class MetricsPort {
 public:
  virtual ~MetricsPort() = default;
  enum class Kind { counter, gauge, histogram };
  using Labels = std::vector<std::pair<std::string, std::string>>;
  /// `name` is complete (herald_plugin_...). The same name and kind again is fine.
  virtual base::Result<void> define(Kind kind, std::string name, std::string help) = 0;
  /// `labels` begin with instance.
  virtual void record(const std::string& name, double value, const Labels& labels) = 0;
};

/// Secrets by their name in the configuration. Any thread.
class SecretsPort {
 public:
  virtual ~SecretsPort() = default;
  using Changed = std::function<void(base::Result<std::string>)>;
  /// Tells the value now and after each rotation, on any thread, also inside this call; not_found
  /// when there is none.
  virtual uint64_t watch(std::string name, Changed) = 0;
  virtual void unwatch(uint64_t handle) = 0;
};

/// Everything host interfaces talk to. All outlive the registry and all callbacks they were given.
struct HostPorts {
  const base::Clock& clock;
  base::Log& log;
  model::ports::DeliveryEvents& delivery;
  model::ports::Inbox& inbox;
  model::ports::Answers& answers;
  model::ports::Directory& directory;
  model::ports::Producer& producer;
  model::web::Fetcher& fetcher;
  model::web::Mounts& mounts;
  KvPort& kv;
  MetricsPort& metrics;
  SecretsPort& secrets;
  /// Whether the credential of somebody who was let in has been revoked since. Any thread; quick.
  std::function<bool(const model::Principal&)> is_revoked{};
};

}  // namespace herald::plugin
