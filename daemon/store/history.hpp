#pragma once

#include <cstdint>

#include "store/store.hpp"

namespace herald::store {

/// A store that others change too: other nodes, an application whose people it uses, and a server
/// that takes the place of its own and may lack what was stored before.
class HistoryStore {
 public:
  virtual ~HistoryStore() = default;
  /// Rises when another server took over, and when somebody else may have changed whose an identity
  /// is: who remembers what the store said of people forgets it then. Any thread, never blocks.
  virtual uint64_t history() const = 0;
  /// Times that one took over without what had been committed. Any thread, never blocks.
  virtual uint64_t losses() const = 0;
};

/// That side of a store; nullptr when this process alone changes it.
const HistoryStore* history_of(const Store& store);

}  // namespace herald::store
