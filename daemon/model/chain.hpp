#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/backoff.hpp"
#include "base/result.hpp"
#include "model/types.hpp"

namespace herald::model {

/// One step of a chain, as resolved at submission: what the route says plus what the channel
/// declares, so that the state machine needs nothing else and a reload does not change a
/// notification under its feet.
struct Step {
  std::string channel;
  Evidence until = Evidence::delivered;
  Duration within{std::chrono::minutes{
      2}};  ///< how long to wait for `until` once accepted; 0 with `until: accepted`
  Duration try_for{std::chrono::minutes{15}};  ///< bounds the step before acceptance (R5)
  unsigned attempts = 4;  ///< tries on this channel in one round, the first included
  base::Backoff backoff{};
  Duration timeout{std::chrono::seconds{30}};  ///< of one attempt; afterwards it is unknown (R13)
  bool idempotent = false;      ///< the channel's declaration: sent twice arrives once
  bool reaches_nobody = false;  ///< R10
  bool reconciles = false;      ///< the channel offers reconcile (R6)
  friend bool operator==(const Step&, const Step&) = default;
};

struct Rounds {
  unsigned count = 3;
  Duration every{std::chrono::minutes{5}};
  friend bool operator==(const Rounds&, const Rounds&) = default;
};

/// An ordered list of steps with the limits of its route.
struct Chain {
  std::string route;
  std::vector<Step> steps;
  Rounds rounds;
  Duration receipts_for{std::chrono::hours{24}};   ///< how long `holding` watches receipts (R9)
  Duration expires_after{std::chrono::hours{24}};  ///< R11; never none
  friend bool operator==(const Chain&, const Chain&) = default;
};

/// Shared because every notification of a route refers to the same immutable chain.
using ChainPtr = std::shared_ptr<const Chain>;

/// Canonical JSON text: equal chains give equal texts.
std::string to_json_text(const Chain& chain);
base::Result<Chain> chain_from_json(std::string_view text);

}  // namespace herald::model
