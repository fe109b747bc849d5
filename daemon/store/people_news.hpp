#pragma once

#include <cstdint>

namespace herald::store {

/// A store whose people others change too: another node, an application, or a server that takes
/// over and lacks what was not replicated.
class PeopleNews {
 public:
  virtual ~PeopleNews() = default;
  /// Changes whenever somebody else may have changed who an identity belongs to: what was resolved
  /// before is to be asked for again. Cheap; any thread.
  virtual uint64_t people_news() const = 0;
};

}  // namespace herald::store
