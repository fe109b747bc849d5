#include <algorithm>

#include "store/sqlite/inbox.hpp"

namespace herald::store::sqlite {
namespace {

const Sql kArrived{
    "SELECT i.id, i.seq, i.at, i.user_id, n.id, i.type, i.title, i.text, i.markdown, i.actions, "
    "i.read, i.returned, i.gone,"
    " i.answered, i.changed FROM inbox_items i JOIN notifications n ON n.rowid = i.notification"
    " WHERE i.user_id = ? AND i.seq > ? ORDER BY i.seq LIMIT ?"};
const Sql kChanged{
    "SELECT i.id, i.seq, i.at, i.user_id, n.id, i.type, i.title, i.text, i.markdown, i.actions, "
    "i.read, i.returned, i.gone,"
    " i.answered, i.changed FROM inbox_items i JOIN notifications n ON n.rowid = i.notification"
    " WHERE i.user_id = ?1 AND i.changed > ?2 AND i.seq <= ?2 ORDER BY i.changed LIMIT ?3"};

}  // namespace

void add_events(ReadState& state, const model::ItemQuery& query, model::ItemPage& page) {
  auto& db = state.db;
  const auto limit = std::min(query.limit, kMostItems);
  {
    auto row = db.use(kArrived, query.user, query.after_seq, limit);
    while (row.step()) page.items.push_back(read_item(row));
  }
  const auto arrived = static_cast<std::ptrdiff_t>(page.items.size());
  {
    auto row = db.use(kChanged, query.user, query.after_seq, limit);
    while (row.step()) page.items.push_back(read_item(row));
  }
  std::inplace_merge(page.items.begin(), page.items.begin() + arrived, page.items.end(),
                     [after = query.after_seq](const model::Item& a, const model::Item& b) {
                       return model::event_number(a, after) < model::event_number(b, after);
                     });
  if (page.items.size() > limit) page.items.resize(limit);
}

}  // namespace herald::store::sqlite
