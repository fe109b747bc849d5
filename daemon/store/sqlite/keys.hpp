#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/types.hpp"
#include "store/sqlite/connection.hpp"

namespace herald::store::sqlite {

/// How long a producer's idempotency key, a kind's dedupe key and a receipt nobody claims are
/// remembered.
inline constexpr base::Duration kKeyLife = std::chrono::hours{24};

/// A key that was met before and is still remembered.
struct KnownKey {
  std::string id;      ///< the first notification
  std::string digest;  ///< of its request; empty for a dedupe key
};
std::optional<KnownKey> find_idempotency(Connection& db, std::string_view producer,
                                         std::string_view key, base::TimePoint now);
std::optional<KnownKey> find_dedupe(Connection& db, std::string_view key, base::TimePoint now);
/// The key as it is stored: by the person, not by what they were called this time, because a phone
/// and an id may name the same one.
std::string dedupe_of(model::UserId user, std::string_view key);
/// unprocessable: the idempotency key stands for another body.
base::Error key_of_another_request();
void remember_idempotency(Connection& db, std::string_view producer, std::string_view key,
                          std::string_view id, std::string_view digest, base::TimePoint now);
void remember_dedupe(Connection& db, std::string_view key, std::string_view id,
                     base::TimePoint now);

/// Deletes some expired keys and parked receipts; gives their number.
int64_t purge_keys(Connection& db, base::TimePoint now);

}  // namespace herald::store::sqlite
