#pragma once

#include <string>

#include "store/items.hpp"
#include "store/postgresql/connection.hpp"

namespace herald::store::postgresql {

/// Columns of `inbox_items i` and `notifications n`, as read_item() takes them; they begin every
/// statement that finds some.
inline const std::string kItemColumns =
    "SELECT i.id, i.seq, i.at, i.user_id, n.id, i.type, i.title, i.text, i.markdown, i.actions, "
    "i.read, i.returned, i.gone, i.answered, i.notification, i.changed ";

model::Item read_item(const Row& row);

}  // namespace herald::store::postgresql
