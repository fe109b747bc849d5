#pragma once

#include <string>
#include <vector>

#include "model/types.hpp"

namespace herald::model {

/// What a channel appends to a person's inbox.
struct NewItem {
  UserId user = 0;
  std::string
      notification;  ///< id; appending the same again gives the first item and writes nothing
  std::string type, title;
  std::string text;      ///< exact text
  std::string markdown;  ///< source of `text`; may equal it
  std::vector<Action> actions;
};

/// One entry of a person's inbox. `id`, `seq` and `at` rise strictly per user in commit order.
/// Arrivals and changes (read, cleared, withdrawn, answered) draw numbers from one sequence per
/// user.
struct Item {
  int64_t id = 0;
  int64_t seq = 0;      ///< number of its arrival
  int64_t changed = 0;  ///< number of its newest change; 0: as it arrived
  TimePoint at{};
  UserId user = 0;
  std::string notification, type, title, text, markdown;
  std::vector<Action> actions;
  bool read = false;
  bool active = true;      ///< in the list; false once cleared, trimmed or withdrawn
  bool withdrawn = false;  ///< its notification was cancelled
  bool returned = false;   ///< was in an answer to that person
  std::string answered;    ///< action id
};

/// What is asked of an inbox.
struct ItemQuery {
  UserId user = 0;
  int64_t after_seq = 0;           ///< strictly after; 0: from the start
  std::optional<TimePoint> after;  ///< strictly newer than
  /// Everything numbered above `after_seq`, in order of the numbers: items that arrived since, and
  /// items that changed since, each once; active or not. `after` and `before_id` do not apply.
  bool changes = false;
  uint64_t epoch = 0;        ///< the life of the sequence that after_seq is from; 0: any
  bool history = false;      ///< also inactive items
  bool newest = false;       ///< history: the newest `limit` of them instead of the oldest
  int64_t before_id = 0;     ///< history: only ids below this one; 0: all
  std::string notification;  ///< only the item of this notification, active or not; empty: all
  unsigned limit = 500;
};

struct ItemPage {
  std::vector<Item> items;   ///< oldest first
  int64_t unread = 0;        ///< active and unread
  int64_t older_unread = 0;  ///< pushed out by inbox.keep and unread
  int64_t last_seq = 0;      ///< newest number of the user's sequence: the cursor
  /// Which life of the sequences this is (see ItemQuery::epoch). The room inbox/ makes it each
  /// person's own, so that nobody's cursor means anything in another inbox.
  uint64_t epoch = 0;
  /// What came after after_seq cannot be told: of another life, ahead of this one, or gone. From a
  /// store: `items` are what is left; from the room inbox/: they are the active list.
  bool gap = false;
};

/// The number under which a page of changes after `after_seq` holds this item.
inline int64_t event_number(const Item& item, int64_t after_seq) {
  return item.seq > after_seq ? item.seq : item.changed;
}

}  // namespace herald::model
