// Receipts that came before their attempt: where they are looked for, the same in every store.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/store.hpp"

namespace herald::store {

/// Receipts kept for one unknown attempt: sent, delivered, read and failed, each a few times.
inline constexpr int64_t kMostParked = 16;
/// In the column of provider ids: an attempt id has a mark of its own.
std::string parked_key(const AttemptLookup& lookup);
/// What a receipt in that column waits for.
AttemptLookup parked_lookup(std::string channel, std::string key);

/// Which notification an attempt id names; empty: the lookup is by a provider's id.
std::string parked_owner(const AttemptLookup& lookup);

/// An attempt that became known, or whose provider id did: keys from `first` to `last` may be its.
struct ParkedLook {
  model::AttemptRef attempt;
  std::string channel, first, last;
  std::string exact;  ///< the only key under which `failed` is news of this attempt
};
/// Where to look after events led from one progress to the other.
std::vector<ParkedLook> looks_for_parked(const model::Progress& before,
                                         const model::Progress& after);
/// What was parked under that key, as an event of this attempt; nothing when it is no news of it.
base::Result<std::optional<model::Event>> unparked(const ParkedLook& look, std::string_view key,
                                                   std::string_view json);

}  // namespace herald::store
