#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "store/keys.hpp"
#include "store/postgresql/columns.hpp"

namespace herald::store::postgresql {

std::optional<KnownKey> find_idempotency(Connection& db, std::string_view producer,
                                         std::string_view key, base::TimePoint now);
std::optional<KnownKey> find_dedupe(Connection& db, std::string_view key, base::TimePoint now);

/// The idempotency and dedupe keys that a transaction meets and makes: read all at once, written
/// all at once. Writer thread.
class Keys {
 public:
  using Producers = std::vector<std::pair<std::string, std::string>>;  // producer, key
  /// Ask for them: there after Connection::settle().
  void load_idempotency(Connection& db, const Producers& wanted, base::TimePoint now);
  void load_dedupe(Connection& db, const std::vector<std::string>& wanted, base::TimePoint now);

  /// Null when it was not met within 24 h, or has not been loaded.
  const KnownKey* idempotency(const std::string& producer, const std::string& key) const;
  const KnownKey* dedupe(const std::string& key) const;
  bool dedupe_loaded(const std::string& key) const { return dedupe_.count(key) != 0; }

  void remember_idempotency(const std::string& producer, const std::string& key, KnownKey known);
  void remember_dedupe(const std::string& key, const std::string& id);

  /// The server says `again` when one of them is there: another node remembered it meanwhile, or
  /// it is an expired one.
  void flush(Connection& db, base::TimePoint now);
  void forget();
  /// The server said so: the next loads make room.
  void clashed() { clashed_ = true; }
  void committed() { clashed_ = false; }

 private:
  template <class Key>
  using Known = std::map<Key, std::optional<KnownKey>>;
  Known<std::pair<std::string, std::string>> idempotency_;
  Known<std::string> dedupe_;
  std::set<std::pair<std::string, std::string>> new_idempotency_;
  std::set<std::string> new_dedupe_;
  bool clashed_ = false;
};

/// Deletes some expired keys and parked receipts; whether there may be more of them.
bool purge_keys(Connection& db, base::TimePoint now);

}  // namespace herald::store::postgresql
