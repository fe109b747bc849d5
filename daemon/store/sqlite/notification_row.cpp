#include "store/sqlite/notification_row.hpp"

#include <algorithm>

namespace herald::store::sqlite {
namespace {

const Sql kById{
    "SELECT rowid, id, producer, kind, type, user_id, to_kind, to_value, params, content, "
    "priority, created, not_before,"
    " expires, chain_id, last_seq, progress FROM notifications WHERE id = ?"};
const Sql kByRow{
    "SELECT rowid, id, producer, kind, type, user_id, to_kind, to_value, params, content, "
    "priority, created, not_before,"
    " expires, chain_id, last_seq, progress FROM notifications WHERE rowid = ?"};
const Sql kRowid{"SELECT rowid FROM notifications WHERE id = ?"};

base::Result<StoredNotification> read(Connection& db, ChainCache& chains, Query& row) {
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

}  // namespace

base::Result<StoredNotification> load(Connection& db, ChainCache& chains, std::string_view id) {
  auto row = db.use(kById, id);
  if (!row.step()) return no_such_notification(id);
  return read(db, chains, row);
}

base::Result<StoredNotification> load(Connection& db, ChainCache& chains, int64_t rowid) {
  auto row = db.use(kByRow, rowid);
  if (!row.step())
    return base::fail(base::Code::internal,
                      "row " + std::to_string(rowid) + " of notifications is missing");
  return read(db, chains, row);
}

base::Result<std::vector<model::Notification>> load_all(Connection& db, ChainCache& chains,
                                                        const std::vector<int64_t>& rowids) {
  std::vector<model::Notification> out;
  out.reserve(rowids.size());
  for (const auto rowid : rowids) {
    auto loaded = load(db, chains, rowid);
    if (!loaded) return loaded.error();
    out.push_back(std::move(loaded->notification));
  }
  return out;
}

int64_t rowid_of(Connection& db, std::string_view id) {
  auto row = db.use(kRowid, id);
  return row.step() ? row.integer(0) : 0;
}

}  // namespace herald::store::sqlite
