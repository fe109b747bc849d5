#pragma once

#include <unordered_map>

#include "base/result.hpp"
#include "model/chain.hpp"
#include "store/postgresql/connection.hpp"

namespace herald::store::postgresql {

/// Chains by row and rows by chain, remembered per connection. Bounded. One thread.
class ChainCache {
 public:
  base::Result<model::ChainPtr> load(Connection& db, int64_t id);
  /// The row of an equal chain, inserted when there is none.
  int64_t store(Connection& db, const model::ChainPtr& chain);
  /// Rows may be gone again after a rollback.
  void forget();

 private:
  struct Row {
    model::ChainPtr chain;  // shared so that its address stays taken as long as it is a key here
    int64_t id;
  };
  std::unordered_map<const model::Chain*, Row> rows_;
  std::unordered_map<int64_t, model::ChainPtr> chains_;
};

}  // namespace herald::store::postgresql
