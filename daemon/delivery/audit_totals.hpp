#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "model/progress.hpp"

namespace herald::delivery {

/// What came of many notifications, counted from what their events prove. Not shared between
/// threads: each counts for itself, then add() them.
struct AuditTotals {
  struct Kind {
    uint64_t accepted = 0;
    std::array<uint64_t, 9> by_state{};
    uint64_t arrived = 0;  ///< evidence delivered, read or answered, whatever the ending
  };
  struct Channel {
    uint64_t attempts = 0, in_flight = 0, failed = 0;
    uint64_t unknown = 0;  ///< may have arrived, and no news came
    std::array<uint64_t, 5> by_evidence{};
    uint64_t notifications = 0, arrived = 0;  ///< that tried it; that arrived by it
    uint64_t again = 0;                       ///< Repeat::same_channel (repeats.hpp)
  };
  uint64_t notifications = 0, events = 0, attempts = 0;
  std::array<uint64_t, 9> by_state{};
  std::array<uint64_t, 5> by_evidence{};  ///< the best of each notification
  uint64_t on_second_channel = 0;         ///< Repeat::other_channel
  std::map<std::string, Kind, std::less<>> kinds;
  std::map<std::string, Channel, std::less<>> channels;

  void count(const std::string& kind, const model::Progress& progress, std::size_t entries);
  void add(const AuditTotals& other);
};

}  // namespace herald::delivery
