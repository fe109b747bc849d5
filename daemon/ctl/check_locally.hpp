#pragma once

#include <string>

#include "ctl/context.hpp"

namespace herald::ctl {

/// Runs `heraldd check PATH`, with heraldd from beside heraldctl or from PATH, and shows what it
/// says. usage when it finds mistakes; unreachable when there is no heraldd either.
Exit check_locally(Context& context, const std::string& path);

}  // namespace herald::ctl
