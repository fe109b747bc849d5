#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/store.hpp"

namespace herald::delivery {

/// Where a channel reaches a person, or why it must not be used (R16).
struct AddressChoice {
  std::optional<model::Identity> address;
  model::Reason refused = model::Reason::none;  ///< no_address, quarantined, opted_out
  bool transient = false;                       ///< it may heal by itself
  std::string detail;                           ///< for people
};

/// Whether the channel knows people by the user id that everybody has.
bool addresses_users(const std::vector<std::string>& wanted);

/// The best identity of those kinds that may be used at `now`; `wanted` is best first. A value that
/// may not be used under one kind is not used under a later one either. Pure.
AddressChoice choose_address(const std::vector<std::string>& wanted,
                             const std::vector<model::Identity>& identities,
                             const std::vector<store::IdentityState>& states, model::TimePoint now);

}  // namespace herald::delivery
