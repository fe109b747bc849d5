#pragma once

#include "store/preview.hpp"
#include "store/sqlite/reader.hpp"

namespace herald::store::sqlite {

/// Contract: PreviewStore. Throws SqlError.
base::Result<Preview> preview(ReadState& state, const model::NewNotification& notification,
                              model::TimePoint now);

}  // namespace herald::store::sqlite
