#include "app/secrets.hpp"

#include "config/load.hpp"

namespace herald::app {

std::vector<base::Error> Secrets::load(const config::Config& config) {
  std::vector<base::Error> problems;
  std::vector<std::pair<std::shared_ptr<Changed>, base::Result<std::string>>> tell;
  {
    const std::lock_guard lock{mutex_};
    std::map<std::string, std::string, std::less<>> fresh;
    for (const auto& [name, where] : config.secrets) {
      auto value = config::read_secret(where);
      if (value) {
        fresh[name] = std::move(*value);
        continue;
      }
      problems.push_back(base::fail(base::Code::invalid,
                                    "secret '" + name + "': " + value.error().message,
                                    "secrets." + name));
      if (const auto old = values_.find(name); old != values_.end()) fresh[name] = old->second;
    }
    std::swap(values_, fresh);
    for (const auto& [handle, watcher] : watchers_) {
      const auto before = fresh.find(watcher.name), now = values_.find(watcher.name);
      const bool same = (before == fresh.end()) == (now == values_.end()) &&
                        (now == values_.end() || before->second == now->second);
      if (!same) tell.emplace_back(watcher.changed, value_locked(watcher.name));
    }
  }
  for (auto& [changed, value] : tell) (*changed)(std::move(value));
  return problems;
}

base::Result<std::string> Secrets::value_locked(std::string_view name) const {
  const auto it = values_.find(name);
  if (it == values_.end())
    return base::fail(base::Code::not_found,
                      "there is no secret '" + std::string{name} + "'; name it under `secrets:`");
  return it->second;
}

base::Result<std::string> Secrets::value(std::string_view name) const {
  const std::lock_guard lock{mutex_};
  return value_locked(name);
}

uint64_t Secrets::watch(std::string name, Changed changed) {
  auto shared = std::make_shared<Changed>(std::move(changed));
  uint64_t handle = 0;
  base::Result<std::string> now = std::string{};
  {
    const std::lock_guard lock{mutex_};
    handle = next_++;
    now = value_locked(name);
    watchers_.emplace(handle, Watcher{std::move(name), shared});
  }
  (*shared)(std::move(now));
  return handle;
}

void Secrets::unwatch(uint64_t handle) {
  const std::lock_guard lock{mutex_};
  watchers_.erase(handle);
}

}  // namespace herald::app
