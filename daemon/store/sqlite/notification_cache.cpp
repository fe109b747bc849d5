#include "store/sqlite/notification_cache.hpp"

namespace herald::store::sqlite {
namespace {

constexpr std::size_t kEntries = 8192;
constexpr std::size_t kBytes = 32 * 1024 * 1024;

/// Roughly; the head does not change while an entry is here.
std::size_t size_of(const model::Head& head) {
  return 1024 + head.params_json.size() + head.content_json.size();
}

}  // namespace

StoredNotification* NotificationCache::find(std::string_view id) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return &entries_.front();
}

StoredNotification& NotificationCache::put(StoredNotification&& notification) {
  erase(notification.notification.head.id);
  bytes_ += size_of(notification.notification.head);
  while (!entries_.empty() && (entries_.size() >= kEntries || bytes_ > kBytes))
    erase(entries_.back().notification.head.id);
  entries_.push_front(std::move(notification));
  by_id_.emplace(entries_.front().notification.head.id, entries_.begin());
  return entries_.front();
}

void NotificationCache::erase(std::string_view id) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  const auto entry = found->second;
  bytes_ -= size_of(entry->notification.head);
  by_id_.erase(found);
  entries_.erase(entry);
}

void NotificationCache::rolled_back() {
  for (const auto& id : changed_) erase(id);
  changed_.clear();
}

void NotificationCache::clear() {
  by_id_.clear();
  entries_.clear();
  changed_.clear();
  bytes_ = 0;
}

}  // namespace herald::store::sqlite
