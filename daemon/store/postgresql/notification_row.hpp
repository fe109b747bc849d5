#pragma once

#include <string>
#include <vector>

#include "model/notification.hpp"
#include "store/postgresql/chains.hpp"
#include "store/progress.hpp"

namespace herald::store::postgresql {

/// A notification with its row.
struct StoredNotification {
  int64_t rowid = 0;
  model::Notification notification;
};

/// Columns of `notifications n`, as read() takes them; they begin every statement that finds some.
inline const std::string kNotificationColumns =
    "SELECT n.rowid, n.id, n.producer, n.kind, n.type, n.user_id, n.to_kind, n.to_value, n.params, "
    "n.content, n.priority, n.created, n.not_before, n.expires, n.chain_id, n.last_seq, "
    "n.progress ";

/// internal when the row cannot be understood. Throws SqlError.
base::Result<StoredNotification> read(Connection& db, ChainCache& chains, const Row& row);
/// All of them, in their order.
base::Result<std::vector<model::Notification>> read_all(Connection& db, ChainCache& chains,
                                                        const Rows& rows);
/// not_found when there is none.
base::Result<StoredNotification> load(Connection& db, ChainCache& chains, std::string_view id);
/// Its row, 0 when there is none.
int64_t rowid_of(Connection& db, std::string_view id);

/// due_at as stored: null for "never".
inline OrNull<int64_t> due_column(const model::Progress& progress) {
  return {progress.due == model::TimePoint::max(), base::unix_us(progress.due)};
}

}  // namespace herald::store::postgresql
