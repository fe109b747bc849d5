#include "store/postgresql/item_row.hpp"

namespace herald::store::postgresql {

model::Item read_item(const Row& row) {
  model::Item item;
  item.id = row.integer(0);
  item.seq = row.integer(1);
  item.at = base::from_unix_us(row.integer(2));
  item.user = row.integer(3);
  item.notification = row.string(4);
  item.type = row.string(5);
  item.title = row.string(6);
  item.text = row.string(7);
  item.markdown = row.is_null(8) ? item.text : row.string(8);
  if (!row.is_null(9)) item.actions = read_actions(row.text(9));
  item.read = row.integer(10) != 0;
  item.returned = row.integer(11) != 0;
  item.active = row.integer(12) == 0;
  item.withdrawn = row.integer(12) == static_cast<int64_t>(Gone::withdrawn);
  item.answered = row.string(13);
  item.changed = row.integer(15);
  return item;
}

}  // namespace herald::store::postgresql
