#include "item_name.hpp"

#include <algorithm>
#include <charconv>

namespace webchat {
namespace {

constexpr std::size_t kLongestId = 64;
constexpr uint64_t kHighestId = INT64_MAX;
constexpr const char* kMissing =
    "notification_id is missing; send {\"notification_id\":123} with the id of an item";

bool is_called(const herald::Item& item, const ItemName& name) {
  return name.id != 0 ? item.id == name.id : item.herald_id == name.herald_id;
}

}  // namespace

Checked<ItemName> item_name(std::string_view text) {
  if (text.empty()) return {{}, kMissing};
  ItemName name;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), name.id);
  if (end == text.data() + text.size()) {
    if (error != std::errc{}) name.id = 0;
    return {name, {}};
  }
  name.id = 0;
  const bool plausible =
      text.size() <= kLongestId && text.find_first_not_of(
                                       "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "abcdefghijklmnopqrstuvwxyz._-") == text.npos;
  if (plausible) name.herald_id = text;
  return {name, {}};
}

Checked<ItemName> item_name(const boost::json::object& body) {
  const auto* value = body.if_contains("notification_id");
  if (value == nullptr) return {{}, kMissing};
  if (value->is_string()) return item_name(std::string_view{value->get_string()});
  if (value->is_uint64()) return {ItemName{value->get_uint64(), {}}, {}};
  // No item has a negative id: unknown, but well formed.
  if (value->is_int64())
    return {ItemName{static_cast<uint64_t>(std::max<int64_t>(value->get_int64(), 0)), {}}, {}};
  return {{}, "notification_id must be an integer (id) or a string (herald_id)"};
}

void find_item(const herald::Host& host, const herald::Exchange& as, const ItemName& name,
               herald::Callback<const FoundItem&> f) {
  if (name.nobodys() || name.id >= kHighestId) return f(FoundItem{});
  herald::InboxQuery query;
  query.history = true;
  query.limit = 1;
  if (name.id != 0)
    query.before_id = name.id + 1;
  else
    query.herald_id = name.herald_id;
  host.inbox_list(as, query, [name, f = std::move(f)](const herald::Items& found) mutable {
    FoundItem out;
    if (!found.ok()) out.status = found.status;
    for (const auto& item : found.items)
      if (is_called(item, name)) out = {HERALD_OK, item};
    f(out);
  });
}

}  // namespace webchat
