#pragma once

#include <optional>

#include "store/keys.hpp"
#include "store/sqlite/connection.hpp"

namespace herald::store::sqlite {

std::optional<KnownKey> find_idempotency(Connection& db, std::string_view producer,
                                         std::string_view key, base::TimePoint now);
std::optional<KnownKey> find_dedupe(Connection& db, std::string_view key, base::TimePoint now);
void remember_idempotency(Connection& db, std::string_view producer, std::string_view key,
                          std::string_view id, std::string_view digest, base::TimePoint now);
void remember_dedupe(Connection& db, std::string_view key, std::string_view id,
                     base::TimePoint now);

/// Deletes some expired keys and parked receipts; gives their number.
int64_t purge_keys(Connection& db, base::TimePoint now);

}  // namespace herald::store::sqlite
