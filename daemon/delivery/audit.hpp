#pragma once

#include <optional>
#include <vector>

#include "model/progress.hpp"
#include "store/audit.hpp"

namespace herald::delivery {

/// Holds the rows of one notification against promise 2 of the architecture: plays its recorded
/// events through decide() and compares everything that is stored about it with what comes out;
/// beside that, rules which hold whatever decide() does (evidence has its event, endings are only
/// corrected upwards, what has not ended has a time to be looked at again). Appends every row that
/// breaks one. Pure. Gives the replayed progress, nothing when the events cannot be replayed.
std::optional<model::Progress> audit(const store::Dossier& dossier,
                                     std::vector<store::BrokenRow>& broken);

}  // namespace herald::delivery
