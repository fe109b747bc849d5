#pragma once

#include "store/server.hpp"

namespace herald::store::postgresql {

/// herald::store::open for "postgresql:" URLs.
base::Result<std::unique_ptr<Store>> open(const Options& options, const Server& server,
                                          Decide decide, const base::Clock& clock);

}  // namespace herald::store::postgresql
