#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "http/peer.hpp"
#include "http/rates.hpp"
#include "http/server.hpp"

namespace herald::http {

class Connection;

/// The open connections, and how many each address has. Any thread.
class Registry {
 public:
  enum class Verdict { admitted, full, address_full };
  /// Counts a connection of this address in, or says why not.
  Verdict admit(const std::string& address, std::size_t most, std::size_t most_per_address);
  void add(Connection* raw, std::weak_ptr<Connection> connection);
  void remove(Connection* raw, const std::string& address);
  std::vector<std::shared_ptr<Connection>> all() const;
  /// Those whose deadline has passed at `now` (microseconds of the monotonic clock).
  std::vector<std::shared_ptr<Connection>> expired(int64_t now) const;
  std::size_t size() const;
  /// False when there are still some after that time.
  bool wait_empty(std::chrono::milliseconds at_most) const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::unordered_map<Connection*, std::weak_ptr<Connection>> open_;
  std::unordered_map<std::string, std::size_t> by_address_;
  std::size_t count_ = 0;
};

/// What all connections of a server share; it lives as long as the last of them.
struct Core {
  ServerOptions options;
  Networks proxies;
  const Router& router;
  const Authenticator& authenticator;
  model::ports::Directory& directory;
  const base::Clock& clock;
  Registry registry;
  Rates persons{options.person_per_second, options.person_burst};
  Rates failures{options.failures_per_second, options.failures_burst};
  std::atomic<bool> stopping{false};
  std::atomic<bool> closed{false};  ///< the server is gone
  std::atomic<uint64_t> accepted{0}, refused_connections{0}, accept_pauses{0}, requests{0},
      refused{0};
};

}  // namespace herald::http
