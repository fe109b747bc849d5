// Rules about people's ids and addresses, the same in every store. Pure.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "model/types.hpp"

namespace herald::store {

/// Ids from here on are the application's own.
inline constexpr model::UserId kEndOfOurIds = 100'000'000;
inline constexpr model::UserId kEndOfIds = int64_t{1} << 53;

/// 0 when the text is no user id.
model::UserId parse_user(std::string_view text);

/// not_found, for people.
base::Error nobody_has(const model::Identity& to);

}  // namespace herald::store
