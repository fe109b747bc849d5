#include "store/identities.hpp"

#include <charconv>

namespace herald::store {

model::UserId parse_user(std::string_view text) {
  model::UserId id = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), id);
  return ec == std::errc{} && end == text.data() + text.size() && id > 0 && id < kEndOfIds ? id : 0;
}

base::Error nobody_has(const model::Identity& to) {
  return base::fail(base::Code::not_found,
                    "no user has this " + (to.kind == "user" ? std::string{"id"} : to.kind) +
                        "; add the user first, or set directory.unknown_recipient: create",
                    "to");
}

}  // namespace herald::store
