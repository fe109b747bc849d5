#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/inbox.hpp"
#include "model/ports/principal.hpp"

namespace herald::model::ports {

/// A person's inbox, as channel plugins use it. Implemented by the room inbox/. Any thread in, a
/// core thread out.
class Inbox {
 public:
  virtual ~Inbox() = default;
  template <class T>
  using Done = std::function<void(base::Result<T>)>;

  /// With an after_seq that cannot be continued: the active list, and `gap`.
  virtual void list(ItemQuery, Done<ItemPage>) = 0;
  /// Evidence by the person `who` on items of `user` (delivered or read). A service principal gives
  /// none, except read with scope inbox:read-for. Ids are item ids or herald ids as text. not_found
  /// when one is not an item of that user.
  virtual void seen(Principal who, UserId user, std::vector<std::string> ids, Evidence level,
                    Done<bool>) = 0;
  virtual void clear(Principal who, UserId user, int64_t up_to_seq, Done<bool>) = 0;

  /// Tells `changed(seq)` when something about that user's inbox changed; may be spurious. Returns
  /// a handle for unsubscribe.
  virtual uint64_t subscribe(UserId user, std::function<void(int64_t seq)> changed) = 0;
  virtual void unsubscribe(uint64_t handle) = 0;
};

}  // namespace herald::model::ports
