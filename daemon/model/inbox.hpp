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
struct Item {
  int64_t id = 0;
  int64_t seq = 0;
  TimePoint at{};
  UserId user = 0;
  std::string notification, type, title, text, markdown;
  std::vector<Action> actions;
  bool read = false;
  bool active = true;     ///< in the list; false once cleared, trimmed or withdrawn
  bool returned = false;  ///< was in an answer to that person
  std::string answered;   ///< action id
};

/// What is asked of an inbox.
struct ItemQuery {
  UserId user = 0;
  int64_t after_seq = 0;           ///< strictly after; 0: from the start
  std::optional<TimePoint> after;  ///< strictly newer than
  bool history = false;            ///< also inactive items
  bool newest = false;             ///< history: the newest `limit` of them instead of the oldest
  int64_t before_id = 0;           ///< history: only ids below this one; 0: all
  std::string notification;  ///< only the item of this notification, active or not; empty: all
  unsigned limit = 500;
};

struct ItemPage {
  std::vector<Item> items;   ///< oldest first
  int64_t unread = 0;        ///< active and unread
  int64_t older_unread = 0;  ///< pushed out by inbox.keep and unread
  int64_t last_seq = 0;      ///< of the user's newest item: the cursor
  bool gap = false;          ///< history before after_seq is gone
};

}  // namespace herald::model
