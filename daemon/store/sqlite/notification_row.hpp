#pragma once

#include <vector>

#include "model/notification.hpp"
#include "store/progress.hpp"
#include "store/sqlite/chains.hpp"

namespace herald::store::sqlite {

/// A notification with what only its row knows.
struct StoredNotification {
  int64_t rowid = 0;
  model::Notification notification;
};

/// not_found when there is none; internal when the row cannot be understood. Throws SqlError.
base::Result<StoredNotification> load(Connection& db, ChainCache& chains, std::string_view id);
base::Result<StoredNotification> load(Connection& db, ChainCache& chains, int64_t rowid);
/// All of them, in the order given.
base::Result<std::vector<model::Notification>> load_all(Connection& db, ChainCache& chains,
                                                        const std::vector<int64_t>& rowids);
/// Its row, 0 when there is none.
int64_t rowid_of(Connection& db, std::string_view id);

/// due_at as stored: null for "never".
inline OrNull<int64_t> due_column(const model::Progress& progress) {
  return {progress.due == model::TimePoint::max(), base::unix_us(progress.due)};
}

}  // namespace herald::store::sqlite
