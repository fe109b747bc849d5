#pragma once

#include "model/inbox.hpp"
#include "store/postgresql/reader.hpp"

namespace herald::store::postgresql {

/// InboxStore::items. Throws SqlError.
base::Result<model::ItemPage> items(ReadState& state, const model::ItemQuery& query);

}  // namespace herald::store::postgresql
