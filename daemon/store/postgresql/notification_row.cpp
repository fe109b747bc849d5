#include "store/postgresql/notification_row.hpp"

#include <algorithm>

namespace herald::store::postgresql {
namespace {

const Sql kById{kNotificationColumns + "FROM notifications n WHERE n.id = $1"};
const Sql kRowid{"SELECT rowid FROM notifications WHERE id = $1"};

}  // namespace

base::Result<StoredNotification> read(Connection& db, ChainCache& chains, const Row& row) {
  StoredNotification out;
  out.rowid = row.integer(0);
  auto& head = out.notification.head;
  head.id = row.string(1);
  head.producer = row.string(2);
  head.kind = row.string(3);
  head.type = row.string(4);
  head.user = row.integer(5);
  head.to = {row.string(6), row.string(7)};
  head.params_json = row.string(8);
  head.content_json = row.string(9);
  head.priority = static_cast<model::Priority>(std::clamp<int64_t>(row.integer(10), 0, 3));
  head.created = base::from_unix_us(row.integer(11));
  head.not_before = base::from_unix_us(row.integer(12));
  out.notification.seq = row.integer(15);
  if (row.is_null(16)) {
    out.notification.progress = first_progress(head, base::from_unix_us(row.integer(13)));
  } else {
    auto progress = model::progress_from_json(row.text(16));
    if (!progress) return progress.error();
    out.notification.progress = std::move(*progress);
  }
  auto chain = chains.load(db, row.integer(14));
  if (!chain) return chain.error();
  head.chain = std::move(*chain);
  return out;
}

base::Result<std::vector<model::Notification>> read_all(Connection& db, ChainCache& chains,
                                                        const Rows& rows) {
  std::vector<model::Notification> out;
  out.reserve(rows.size());
  for (const auto row : rows) {
    auto stored = read(db, chains, row);
    if (!stored) return stored.error();
    out.push_back(std::move(stored->notification));
  }
  return out;
}

base::Result<StoredNotification> load(Connection& db, ChainCache& chains, std::string_view id) {
  const auto rows = db.use(kById, id);
  if (rows.empty()) return no_such_notification(id);
  return read(db, chains, rows[0]);
}

int64_t rowid_of(Connection& db, std::string_view id) {
  const auto rows = db.use(kRowid, id);
  return rows.empty() ? 0 : rows[0].integer(0);
}

}  // namespace herald::store::postgresql
