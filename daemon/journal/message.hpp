#pragma once

#include <string>

#include "store/journal.hpp"

namespace herald::journal {

/// What an entry is about; several may hold.
enum class Topic : unsigned {
  ended = 1,      ///< it reached an ending
  corrected = 2,  ///< later news changed its ending
  redriven = 4,   ///< a dead letter starts again
  evidence = 8,   ///< more is known of how far it got
  answered = 32,  ///< the person answered
  progress = 16,  ///< anything else: attempts, retries, steps left
};
constexpr unsigned bit(Topic topic) { return static_cast<unsigned>(topic); }
/// The bits of all topics of an entry, from what is known before it is expanded.
unsigned topics_of(const store::JournalEntry& entry);

/// webhook-id: the same whenever this entry is told, and never that of another one.
std::string message_id(const store::JournalEntry& entry);
/// The body, JSON after Standard Webhooks 1.0: {type, timestamp, data}. Without text, parameters
/// and address. The same whenever this entry is told.
std::string message_body(const store::JournalEntry& entry);

}  // namespace herald::journal
