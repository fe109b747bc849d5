// item_name.hpp - what a client calls an item: its `id`, or its `herald_id`.
#pragma once

#include <boost/json/object.hpp>

#include "query.hpp"

namespace webchat {

inline constexpr const char* kUnknownItem = "no such notification in this inbox";

struct ItemName {
  uint64_t id = 0;
  std::string herald_id{};
  /// No item can have it.
  bool nobodys() const { return id == 0 && herald_id.empty(); }
};

/// Digits are an id, everything else a herald_id: those are never all digits. A name no item can
/// have stays {0, ""}.
Checked<ItemName> item_name(std::string_view text);
/// The member `notification_id` of a body; a problem when it is missing.
Checked<ItemName> item_name(const boost::json::object& body);

/// What find_item() found: OK and the item, NOT_FOUND, or why it cannot be told.
struct FoundItem {
  herald_status status = HERALD_E_NOT_FOUND;
  herald::Item item{};
};

/// The item of that name in the inbox of the exchange's person, in the list or not.
void find_item(const herald::Host& host, const herald::Exchange& as, const ItemName& name,
               herald::Callback<const FoundItem&> f);

}  // namespace webchat
