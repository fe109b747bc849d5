#pragma once

#include <cstdint>

#include "store/store.hpp"

namespace herald::store {

/// A store whose server another one may take the place of, which may lack what was stored before.
class HistoryStore {
 public:
  virtual ~HistoryStore() = default;
  /// Rises when another server took over: who remembers what the store said forgets it then. Any
  /// thread, never blocks.
  virtual uint64_t history() const = 0;
  /// Times that one took over without what had been committed. Any thread, never blocks.
  virtual uint64_t losses() const = 0;
};

/// That side of a store; nullptr when nothing can take its place.
const HistoryStore* history_of(const Store& store);

}  // namespace herald::store
