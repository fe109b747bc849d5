#pragma once

#include <map>

#include "delivery/gates.hpp"
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

/// What a seed has more of than others, so that what is rare is met often enough.
enum class Theme { everyday, limits, pauses, quiet, clock, redrives };

/// What a seed makes up before it begins: channels, chains, people, how bad the weather is.
struct Scenario {
  Theme theme = Theme::everyday;
  /// Disk and templates take no time and no commit fails: an attempt follows its gates at once, so
  /// that what the gates let through can be judged to the microsecond.
  bool instant = false;
  std::map<std::string, SimChannel> channels;
  std::map<std::string, model::ChainPtr> routes;  ///< by kind
  delivery::GateRules gates;
  unsigned users = 4;
  std::map<model::UserId, std::string> zones;  ///< time zones, of those who have one of their own
  unsigned notifications = 20;
  Duration window{};        ///< in which they are submitted
  unsigned trouble = 50;    ///< percent of deliveries with a fault of their own
  unsigned attention = 50;  ///< percent: how often people look
  unsigned slow = 1;        ///< percent of accesses to the disk that take seconds
  unsigned inbox_keep = 3;
  Duration backstop{};
  std::size_t held = 64;       ///< notifications in memory: few, so that the store is asked
  std::size_t in_flight = 16;  ///< attempts
  unsigned crashes = 3, store_failures = 3, reloads = 1, cancels = 3, pauses = 0, redrives = 0;
  unsigned clock_jumps = 1, clock_steps = 0;  ///< by seconds; by minutes, hours, a day
};

Scenario make_scenario(Dice& dice);
/// limits.cpp: the seed's theme, and what stands before attempts in it.
void make_theme(Dice& dice, Scenario& scenario);
/// How far a time zone of the simulated people is from UTC, in the winter the simulator plays in;
/// empty: the configuration's.
Duration from_utc(const std::string& zone);
/// Another set of routes over the same channels, as a reload brings; what `gone` names is not used.
std::map<std::string, model::ChainPtr> make_routes(Dice& dice,
                                                   const std::map<std::string, SimChannel>& from,
                                                   const std::string& gone);

}  // namespace herald::simulator
