#pragma once

#include <map>
#include <mutex>

#include "config/config.hpp"
#include "plugin/ports.hpp"

namespace herald::app {

/// The secrets the configuration names. Values are read at start and at every reload; watchers hear
/// of a changed one.
class Secrets final : public plugin::SecretsPort {
 public:
  /// Reads all of them; errors name the secret, never its value. What cannot be read keeps its last
  /// value, if there was one.
  std::vector<base::Error> load(const config::Config& config);
  /// not_found when there is none by that name or it could not be read.
  base::Result<std::string> value(std::string_view name) const;

  uint64_t watch(std::string name, Changed changed) override;
  void unwatch(uint64_t handle) override;

 private:
  struct Watcher {
    std::string name;
    std::shared_ptr<Changed> changed;  // shared with a call under way
  };
  base::Result<std::string> value_locked(std::string_view name) const;
  mutable std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> values_;
  std::map<uint64_t, Watcher> watchers_;
  uint64_t next_ = 1;
};

}  // namespace herald::app
