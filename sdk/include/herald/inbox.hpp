// inbox.hpp - items of a person's inbox as values.
#pragma once

#include <herald/values.hpp>

#pragma GCC visibility push(hidden)
namespace herald::inline v1 {

/// See herald_item. append() reads type, title, text, markdown and actions only.
struct Item {
  std::string type = "info", title{}, text{}, markdown{};
  std::vector<Action> actions{};
  uint64_t id = 0, seq = 0;
  int64_t at_unix_us = 0;
  std::string herald_id{}, answered{};
  bool read = false, active = false, open_question = false, withdrawn = false;
  bool changed = false;   // known before the cursor that was asked with: something became of it
  bool returned = false;  // counts as delivered
};

/// The answer of append() and list(); see herald_items.
struct Items {
  herald_status status = HERALD_E_INTERNAL;
  std::vector<Item> items{};
  uint64_t unread = 0, older_unread = 0, cursor = 0, epoch = 0;
  int64_t now_unix_us = 0;
  bool gap = false, more = false;
  bool ok() const noexcept { return status == HERALD_OK; }
};

/// Which items list() shall return; the default is the active list. See herald_inbox_query.
struct InboxQuery {
  bool history = false;  // all that are kept
  bool changes = false;  // with after_seq or epoch: all that arrived or changed, by number
  uint64_t after_seq = 0, epoch = 0;
  int64_t after_unix_us = 0;
  uint64_t before_id = 0;
  std::string herald_id{};
  uint32_t limit = 0;
};

namespace detail {

inline Item item(const herald_item& i) {
  return {text(i.type),
          text(i.title),
          text(i.text),
          text(i.markdown),
          actions(i.actions, i.actions_size, i.actions_stride),
          i.id,
          i.seq,
          i.at_unix_us,
          text(i.herald_id),
          text(i.answered),
          (i.flags & HERALD_ITEM_READ) != 0,
          (i.flags & HERALD_ITEM_ACTIVE) != 0,
          (i.flags & HERALD_ITEM_OPEN_QUESTION) != 0,
          (i.flags & HERALD_ITEM_WITHDRAWN) != 0,
          (i.flags & HERALD_ITEM_CHANGED) != 0,
          (i.flags & HERALD_ITEM_RETURNED) != 0};
}

inline Items items(const herald_event& ev) {
  Items out;
  out.status = ev.status;
  const auto* list = ev.type == HERALD_EV_ITEMS && ev.status == HERALD_OK ? ev.u.items : nullptr;
  if (list == nullptr) return out;
  out.items.reserve(list->items_size);
  for (uint64_t i = 0; i < list->items_size; ++i)
    out.items.push_back(item(at(list->items, list->items_stride, i)));
  out.unread = list->unread;
  out.older_unread = list->older_unread;
  out.cursor = list->cursor;
  out.epoch = list->epoch;
  out.now_unix_us = list->now_unix_us;
  out.gap = list->gap != 0;
  out.more = list->more != 0;
  return out;
}

}  // namespace detail
}  // namespace herald::inline v1
#pragma GCC visibility pop
