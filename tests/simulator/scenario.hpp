#pragma once

#include <map>

#include "dice.hpp"
#include "model/chain.hpp"
#include "model/ports/channels.hpp"

namespace herald::simulator {

/// What kind of channel stands behind a name.
enum class Sort {
  inbox,     ///< as webchat: appends to the inbox, the person gives the evidence
  provider,  ///< as WhatsApp: ids, receipts; takes the same message twice unless idempotent
  journal,   ///< as log: reaches nobody
};

struct SimChannel {
  model::ChannelInfo info;
  Sort sort = Sort::provider;
};

/// What a seed makes up before it begins: channels, chains, people, how bad the weather is.
struct Scenario {
  std::map<std::string, SimChannel> channels;
  std::map<std::string, model::ChainPtr> routes;  ///< by kind
  unsigned users = 4;
  unsigned notifications = 20;
  Duration window{};        ///< in which they are submitted
  unsigned trouble = 50;    ///< percent of deliveries with a fault of their own
  unsigned attention = 50;  ///< percent: how often people look
  unsigned slow = 1;        ///< percent of accesses to the disk that take seconds
  unsigned inbox_keep = 3;
  Duration backstop{};
  std::size_t held = 64;       ///< notifications in memory: few, so that the store is asked
  std::size_t in_flight = 16;  ///< attempts
  unsigned crashes = 3, clock_jumps = 1, store_failures = 3, reloads = 1, cancels = 3;
};

Scenario make_scenario(Dice& dice);
/// Another set of routes over the same channels, as a reload brings; what `gone` names is not used.
std::map<std::string, model::ChainPtr> make_routes(Dice& dice,
                                                   const std::map<std::string, SimChannel>& from,
                                                   const std::string& gone);

}  // namespace herald::simulator
