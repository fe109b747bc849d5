// The keys under which something is remembered for a time, the same in every store. Pure.
#pragma once

#include <string>
#include <string_view>

#include "store/store.hpp"

namespace herald::store {

/// How long a producer's idempotency key, a kind's dedupe key and a receipt nobody claims are
/// remembered.
inline constexpr base::Duration kKeyLife = std::chrono::hours{24};

/// A key that was met before and is still remembered.
struct KnownKey {
  std::string id;      ///< the first notification
  std::string digest;  ///< of its request; empty for a dedupe key
};
/// The key as it is stored: by the person, not by what they were called this time, because a phone
/// and an id may name the same one.
std::string dedupe_of(model::UserId user, std::string_view key);
/// unprocessable: the idempotency key stands for another body.
base::Error key_of_another_request();

/// not_found, for people.
base::Error no_such_webhook(const std::string& name);

}  // namespace herald::store
