#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "model/event.hpp"
#include "store/parked.hpp"
#include "store/postgresql/columns.hpp"

namespace herald::store::postgresql {

/// Receipts whose attempts a transaction makes known: looked for all at once, removed all at once.
/// Writer thread.
class Parking {
 public:
  /// Asks for those parked under these provider ids, or for attempts of these notifications: there
  /// after Connection::settle().
  void load(Connection& db, const std::vector<std::string_view>& notifications,
            const std::vector<std::string_view>& provider_ids, base::TimePoint now);

  struct Waiting {
    std::vector<model::Event> receipts;
    std::vector<int64_t> rows;
  };
  /// Receipts parked for attempts which `after` knows and `before` did not, or not by that provider
  /// id (store/parked.hpp). They stay until remove().
  base::Result<Waiting> waiting_for(Connection& db, const model::Progress& before,
                                    const model::Progress& after, base::TimePoint now);
  void remove(const Waiting& waiting);

  void flush(Connection& db);
  void forget();

 private:
  void load_missing(Connection& db, const ParkedLook& look, const std::string& notification,
                    base::TimePoint now);
  struct Parked {
    int64_t row;
    std::string event;
  };
  std::map<std::pair<std::string, std::string>, std::vector<Parked>> parked_;  // channel, key
  std::set<std::string, std::less<>> loaded_ids_, loaded_names_;  // of providers, notifications
  Array gone_;
};

/// DeliveryStore::park_receipt, but for the attempt being known. `notification`: of the attempt id.
base::Result<void> park(Connection& db, const AttemptLookup& lookup, const model::Event& receipt,
                        base::TimePoint now);

}  // namespace herald::store::postgresql
