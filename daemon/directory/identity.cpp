#include <charconv>

#include "base/text.hpp"
#include "directory/directory.hpp"
#include "directory/phone.hpp"

namespace herald::directory {
namespace {

constexpr int64_t kLargestUser = (int64_t{1} << 53) - 1;
constexpr std::size_t kLongestValue = 256;

base::Result<model::Identity> user_identity(std::string_view digits) {
  int64_t id = 0;
  const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
  if (ec != std::errc{} || end != digits.data() + digits.size() || id <= 0 || id > kLargestUser)
    return base::fail(base::Code::invalid, "a user id is a whole number from 1 to 2^53 - 1");
  return model::Identity{"user", std::to_string(id)};
}

base::Result<model::Identity> phone_identity(std::string_view kind, std::string_view spelled,
                                             std::string_view region) {
  auto phone = normalise_phone(spelled, region);
  if (!phone) return phone.error();
  return model::Identity{std::string{kind}, *phone};
}

bool is_dotted_name(std::string_view kind) {
  return !kind.empty() && kind.size() <= 64 &&
         kind.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._") ==
             std::string_view::npos &&
         kind.front() != '.' && kind.back() != '.';
}

}  // namespace

base::Result<model::Identity> parse_identity(std::string_view spelled, std::string_view region) {
  const auto text = base::trim(spelled);
  const auto malformed =
      base::fail(base::Code::invalid,
                 "neither a user id nor a phone number; write 42, id:42 or +237 6XX XX XX XX");
  if (text.empty() || text.size() > 64 || !base::is_utf8(text)) return malformed;
  if (text.starts_with("id:")) return user_identity(text.substr(3));
  std::string bare;
  for (const char c : text)
    if (std::string_view{" .-()"}.find(c) == std::string_view::npos) bare += c;
  const bool digits = !bare.empty() && bare.find_first_not_of("0123456789") == std::string::npos;
  if (bare.starts_with("+") || bare.starts_with("00")) return phone_identity("phone", text, region);
  if (!digits) return malformed;
  if (looks_like_phone(bare, region)) return phone_identity("phone", bare, region);
  // Spaces and dots belong to phone numbers only: "4 2" is not user 42.
  return bare == text ? user_identity(bare) : base::Result<model::Identity>{malformed};
}

base::Result<model::Identity> normalise_identity(model::Identity identity,
                                                 std::string_view region) {
  if (!is_dotted_name(identity.kind))
    return base::fail(base::Code::invalid,
                      "an identity kind is a dotted name such as phone, user, email", "kind");
  if (identity.value.empty() || identity.value.size() > kLongestValue ||
      !base::is_utf8(identity.value))
    return base::fail(base::Code::invalid, "the value of an identity is 1 to 256 bytes of UTF-8",
                      identity.kind);
  if (identity.kind == "user")
    return user_identity(identity.value.starts_with("id:")
                             ? std::string_view{identity.value}.substr(3)
                             : identity.value);
  if (identity.kind == "phone" || identity.kind == "whatsapp.phone")
    return phone_identity(identity.kind, identity.value, region);
  if (identity.kind == "email" &&
      (identity.value.find('@') == std::string::npos || identity.value.size() > 254))
    return base::fail(base::Code::invalid, "not an email address", "email");
  return identity;
}

}  // namespace herald::directory
