#pragma once

#include "store/store.hpp"

namespace herald::store::sqlite {

/// herald::store::open for "sqlite:" URLs.
base::Result<std::unique_ptr<Store>> open(const Options& options, Decide decide,
                                          const base::Clock& clock);

}  // namespace herald::store::sqlite
