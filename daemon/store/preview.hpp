#pragma once

#include "store/store.hpp"

namespace herald::store {

/// What accept() would do with a notification.
struct Preview {
  model::UserId user = 0;  ///< 0: would be made
  std::string repeats;     ///< the first notification's id, when it would be given; else empty
};

/// Looks ahead without writing anything.
class PreviewStore {
 public:
  virtual ~PreviewStore() = default;
  /// Errors as accept(), but for the backlog.
  virtual void preview(model::NewNotification, Done<Preview>) = 0;
};

/// That side of a store; nullptr when it cannot look ahead.
PreviewStore* previews_of(Store& store);

}  // namespace herald::store
