#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "model/event.hpp"
#include "model/notification.hpp"
#include "store/done.hpp"

namespace herald::store {

/// One recorded transaction about a notification. It is in the journal exactly when its events are
/// in the timeline: both are written in one commit.
struct JournalEntry {
  uint64_t position = 0;  ///< rises with every commit; never given twice
  std::string id, kind, producer;
  model::UserId user = 0;
  model::State before = model::State::queued, state = model::State::queued;
  model::Reason reason = model::Reason::none;
  model::Evidence evidence_before = model::Evidence::none, evidence = model::Evidence::none;
  uint64_t seq = 0;  ///< of its latest event, within the notification

  // Only of entries that were wanted:
  model::TimePoint at{};
  std::vector<model::Event> events;
  std::string channel;  ///< of the attempt that the latest event up to this one names, or empty
  std::string params_json, content_json;  ///< only when asked for
};

struct JournalQuery {
  uint64_t after = 0;
  unsigned scan = 256;  ///< entries looked at; 0 tells only where the journal begins and ends
  /// Sees what stands above "only of entries that were wanted". Runs on a thread of the store;
  /// empty: all.
  std::function<bool(const JournalEntry&)> wanted;
  bool content = false;  ///< also parameters and content
};

struct JournalPage {
  std::vector<JournalEntry> entries;
  uint64_t read_to = 0;          ///< everything up to here was looked at
  uint64_t first = 0, last = 0;  ///< what the journal holds; 0: it is empty
  /// Entries after `after` are gone: the journal is bounded (Options::journal).
  bool gap = false;
};

/// A message to a producer that was not delivered at once.
struct WebhookMessage {
  uint64_t position = 0;     ///< of its entry in the journal: the order of messages
  std::string notification;  ///< messages about one notification go out in their order
  std::string id, body;      ///< webhook-id, and what is signed and sent
  unsigned tries = 0;
  model::TimePoint first_try{};
  model::TimePoint next_try{};  ///< max(): never; it is dead
  std::string error;            ///< why the latest try failed
  friend bool operator==(const WebhookMessage&, const WebhookMessage&) = default;
};

/// How far a producer was told.
struct Webhook {
  std::string name, url;
  uint64_t cursor = 0;   ///< up to here everything is delivered, or kept as a WebhookMessage
  std::string disabled;  ///< why nothing is sent any more; empty: it is in use
  uint64_t waiting = 0, dead = 0;  ///< messages
};

/// What came of sending, in one transaction.
struct Settlement {
  std::string webhook;
  std::optional<uint64_t> cursor;    ///< never moves backwards
  std::vector<WebhookMessage> keep;  ///< added, or replaced by position
  std::vector<uint64_t> done;        ///< messages that arrived
  std::optional<std::string> disable;
  std::optional<model::TimePoint> hurry;  ///< the endpoint answers again: all are due at this time
};

/// What a reader of the outside was told, and what it still has to be told.
class JournalStore {
 public:
  virtual ~JournalStore() = default;
  virtual void journal(JournalQuery, Done<JournalPage>) = 0;
  /// Makes the webhook known; a new one begins at the present end of the journal. With another URL
  /// than before it is in use again.
  virtual void open_webhook(std::string name, std::string url, Done<Webhook>) = 0;
  /// Forgets it with its messages; gives the number of messages that nobody will get.
  virtual void remove_webhook(std::string name, Done<uint64_t>) = 0;
  virtual void webhooks(Done<std::vector<Webhook>>) = 0;
  /// not_found when the webhook is not known. Never partially applied.
  virtual void settle(Settlement, Done<Nothing>) = 0;
  struct Due {
    std::vector<WebhookMessage> messages;  ///< by their time; of one notification only the oldest
    model::TimePoint next = model::TimePoint::max();  ///< the earliest time after `now`
  };
  virtual void webhook_due(std::string name, model::TimePoint now, unsigned limit, Done<Due>) = 0;
  /// In order of position, dead ones or those that wait; bodies left out.
  virtual void webhook_messages(std::string name, bool dead, uint64_t after, unsigned limit,
                                Done<std::vector<WebhookMessage>>) = 0;
  /// Dead messages become due now, with a new count of tries: the one of that webhook-id, or all
  /// when empty. A disabled webhook is in use again. Gives their number; not_found.
  virtual void redeliver(std::string name, std::string message, model::TimePoint now,
                         Done<uint64_t>) = 0;
};

}  // namespace herald::store
