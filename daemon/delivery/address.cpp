#include "delivery/address.hpp"

#include <algorithm>

namespace herald::delivery {
namespace {

/// Why an address must not be used now (R16); none when it may.
model::Reason unusable(const model::Identity& identity,
                       const std::vector<store::IdentityState>& states, model::TimePoint now) {
  for (const auto& known : states) {
    if (known.identity != identity || (known.until != model::TimePoint{} && known.until <= now))
      continue;
    if (known.state == "opted_out") return model::Reason::opted_out;
    if (known.state == "unreachable") return model::Reason::quarantined;
  }
  return model::Reason::none;
}

}  // namespace

bool addresses_users(const std::vector<std::string>& wanted) {
  return wanted.empty() || wanted.front() == "user";
}

AddressChoice choose_address(const std::vector<std::string>& wanted,
                             const std::vector<model::Identity>& identities,
                             const std::vector<store::IdentityState>& states,
                             model::TimePoint now) {
  auto refused = model::Reason::no_address;
  // What a channel marks under a kind of its own (whatsapp.phone) holds for the same value under a
  // general one (phone) on that channel, and not on channels that name only the general one.
  std::vector<std::string> avoided;
  for (const auto& kind : wanted) {
    for (const auto& identity : identities) {
      if (identity.kind != kind ||
          std::find(avoided.begin(), avoided.end(), identity.value) != avoided.end())
        continue;
      const auto against = unusable(identity, states, now);
      if (against == model::Reason::none) return {identity, against, false, {}};
      refused = against;
      avoided.push_back(identity.value);
    }
  }
  if (refused == model::Reason::quarantined)
    return {{}, refused, true, "the address could not be reached lately; it is tried again later"};
  if (refused == model::Reason::opted_out)
    return {{}, refused, false, "the recipient does not want messages at this address"};
  std::string kinds;
  for (const auto& kind : wanted) kinds += (kinds.empty() ? "" : " or ") + kind;
  return {{}, refused, false, "the recipient has no " + kinds};
}

}  // namespace herald::delivery
