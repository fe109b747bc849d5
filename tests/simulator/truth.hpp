#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/event.hpp"

namespace herald::simulator {

/// A message that a provider took. What it says is so, whatever the daemon believes.
struct Copy {
  std::string channel, notification, attempt, provider_id;
  base::MonoPoint taken{};
  model::Evidence reached = model::Evidence::accepted;
  bool failed = false;        ///< the provider gave it up: it never arrives
  bool contradicted = false;  ///< it arrived, and the provider says that it failed
};

/// A receipt that the daemon acknowledged after its commit.
struct Acknowledged {
  std::size_t copy = 0;
  model::ReceiptKind kind = model::ReceiptKind::sent;
  bool by_attempt = false;  ///< it named nothing that the provider knows
};

/// What a producer asked for, and what it was told.
struct Intent {
  std::string kind, key;
  unsigned number = 0, user = 0;
  unsigned sent = 0;              ///< requests that may have been stored
  std::vector<std::string> acks;  ///< ids, one per answer
};

/// The wall clock was set.
struct ClockSet {
  base::MonoPoint at{};
  base::Duration by{};
  bool while_down = false;
};

/// The record of what really happened outside the daemon: what the oracle judges by.
struct Truth {
  std::vector<Copy> copies;
  std::vector<Acknowledged> acknowledged;
  /// What the person saw of the inbox item of a notification, and what of it the daemon
  /// acknowledged.
  std::map<std::string, model::Evidence> seen, seen_acknowledged;
  std::vector<Intent> intents;
  std::map<std::string, base::MonoPoint> cancelled;  ///< acknowledged cancels
  std::vector<ClockSet> clock_set;
};

}  // namespace herald::simulator
