#pragma once

#include <list>
#include <string_view>
#include <unordered_map>

#include "store/sqlite/notification_row.hpp"

namespace herald::store::sqlite {

/// The notifications the writer touched last, so that an event costs no read and no parsing. True
/// to the database because there is one writer: what a transaction changed is dropped when it is
/// rolled back. Bounded. Writer thread.
class NotificationCache {
 public:
  /// Null when it is not here. Valid until the next put.
  StoredNotification* find(std::string_view id);
  StoredNotification& put(StoredNotification&& notification);
  /// Must be called before an entry is changed.
  void changing(const StoredNotification& notification) {
    changed_.push_back(notification.notification.head.id);
  }
  /// It is not stored any more. Nothing when it is not here.
  void erase(std::string_view id);
  void committed() { changed_.clear(); }
  void rolled_back();
  void clear();

 private:
  std::list<StoredNotification> entries_;  // latest first
  std::unordered_map<std::string_view, std::list<StoredNotification>::iterator>
      by_id_;  // keys lie in the entries
  std::vector<std::string> changed_;
  std::size_t bytes_ = 0;
};

}  // namespace herald::store::sqlite
