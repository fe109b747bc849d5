#include "plugin/host/items.hpp"

#include <charconv>

#include "plugin/text.hpp"

namespace herald::plugin {

namespace {

/// A page with the views on it.
struct Page {
  model::ItemPage page;
  std::vector<std::vector<herald_action>> actions;
  std::vector<herald_item> items;
  herald_items raw{};
};

/// `after`: of a page of changes, the number they come after.
uint32_t flags_of(const model::Item& item, std::optional<int64_t> after) {
  uint32_t flags = 0;
  if (item.read) flags |= HERALD_ITEM_READ;
  if (item.active) flags |= HERALD_ITEM_ACTIVE;
  if (!item.actions.empty() && item.answered.empty()) flags |= HERALD_ITEM_OPEN_QUESTION;
  if (item.withdrawn) flags |= HERALD_ITEM_WITHDRAWN;
  if (item.returned) flags |= HERALD_ITEM_RETURNED;
  if (after && item.seq <= *after) flags |= HERALD_ITEM_CHANGED;
  return flags;
}

herald_item view_of(const model::Item& item, const std::vector<herald_action>& actions,
                    std::optional<int64_t> after) {
  herald_item raw{};
  raw.struct_size = sizeof raw;
  raw.flags = flags_of(item, after);
  raw.id = static_cast<uint64_t>(item.id);
  raw.seq = static_cast<uint64_t>(after ? model::event_number(item, *after) : item.seq);
  raw.at_unix_us = base::unix_us(item.at);
  raw.herald_id = str(item.notification);
  raw.type = str(item.type);
  raw.title = str(item.title);
  raw.text = str(item.text);
  raw.markdown = str(item.markdown);
  raw.answered = str(item.answered);
  raw.actions = actions.data();
  raw.actions_size = actions.size();
  raw.actions_stride = sizeof(herald_action);
  return raw;
}

}  // namespace

Event items_event(herald_token token, model::ItemPage page, bool more, model::TimePoint now,
                  std::optional<int64_t> after) {
  auto owned = std::make_shared<Page>();  // shared only because std::function copies
  owned->page = std::move(page);
  for (const auto& item : owned->page.items) {
    auto& actions = owned->actions.emplace_back();
    for (const auto& a : item.actions) actions.push_back({str(a.id), str(a.label), str(a.text)});
  }
  for (std::size_t i = 0; i < owned->page.items.size(); ++i)
    owned->items.push_back(view_of(owned->page.items[i], owned->actions[i], after));
  auto& raw = owned->raw;
  raw.struct_size = sizeof raw;
  raw.gap = owned->page.gap ? 1 : 0;
  raw.items = owned->items.data();
  raw.items_size = owned->items.size();
  raw.items_stride = sizeof(herald_item);
  raw.unread = static_cast<uint64_t>(owned->page.unread);
  raw.older_unread = static_cast<uint64_t>(owned->page.older_unread);
  raw.cursor = static_cast<uint64_t>(owned->page.last_seq);
  raw.epoch = owned->page.epoch;
  raw.now_unix_us = base::unix_us(now);
  raw.more = more ? 1 : 0;
  auto e = event(HERALD_EV_ITEMS, token);
  e.raw.u.items = &owned->raw;
  e.payload = std::move(owned);
  return e;
}

model::UserId user_of(std::string_view text) {
  model::UserId id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  return error == std::errc{} && end == text.data() + text.size() && id > 0 ? id : 0;
}

}  // namespace herald::plugin
