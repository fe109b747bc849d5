#pragma once

#include <string_view>

#include "config/config.hpp"

namespace herald::routing {

/// `*`, `prefix.*` (the kinds that begin with `prefix.`) or exactly the kind.
bool kind_matches(std::string_view pattern, std::string_view kind);
/// Exactly the producer, or what begins with the pattern when it ends in `*`.
bool producer_matches(std::string_view pattern, std::string_view producer);

/// Does everything that `narrow` takes also match `wide`?
bool covers(const config::Match& wide, const config::Match& narrow);

}  // namespace herald::routing
