#include "http/connection.hpp"

namespace herald::http {

Registry::Verdict Registry::admit(const std::string& address, std::size_t most,
                                  std::size_t most_per_address) {
  const std::lock_guard lock{mutex_};
  if (count_ >= most) return Verdict::full;
  if (!address.empty()) {
    auto& here = by_address_[address];
    if (here >= most_per_address) return Verdict::address_full;
    ++here;
  }
  ++count_;
  return Verdict::admitted;
}

void Registry::add(Connection* raw, std::weak_ptr<Connection> connection) {
  const std::lock_guard lock{mutex_};
  open_.emplace(raw, std::move(connection));
}

void Registry::remove(Connection* raw, const std::string& address) {
  {
    const std::lock_guard lock{mutex_};
    open_.erase(raw);
    --count_;
    if (const auto it = by_address_.find(address); it != by_address_.end() && --it->second == 0)
      by_address_.erase(it);
  }
  changed_.notify_all();
}

std::vector<std::shared_ptr<Connection>> Registry::all() const {
  std::vector<std::shared_ptr<Connection>> out;
  const std::lock_guard lock{mutex_};
  out.reserve(open_.size());
  for (const auto& [raw, weak] : open_)
    if (auto connection = weak.lock()) out.push_back(std::move(connection));
  return out;
}

std::vector<std::shared_ptr<Connection>> Registry::expired(int64_t now) const {
  std::vector<std::shared_ptr<Connection>> out;
  const std::lock_guard lock{mutex_};
  for (const auto& [raw, weak] : open_) {
    // Locked before the deadline is read: a connection that is being destroyed is still in the
    // list.
    auto connection = weak.lock();
    if (!connection) continue;
    const auto deadline = connection->deadline();
    if (deadline != 0 && deadline <= now) out.push_back(std::move(connection));
  }
  return out;
}

std::size_t Registry::size() const {
  const std::lock_guard lock{mutex_};
  return count_;
}

bool Registry::wait_empty(std::chrono::milliseconds at_most) const {
  std::unique_lock lock{mutex_};
  return changed_.wait_for(lock, at_most, [&] { return count_ == 0; });
}

}  // namespace herald::http
