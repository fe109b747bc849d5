// form.hpp - application/x-www-form-urlencoded, both ways.
#pragma once

#include <herald/herald.hpp>

#include <optional>

namespace whatsapp::twilio {

/// Every byte that is no letter, digit, `-`, `.`, `_` or `~` as %XX: a plus sign of a number too.
std::string encoded(std::string_view text);
std::string form(const herald::Fields& fields);

/// In order, names may repeat. Nothing: a broken %XX, or more than 500 fields.
std::optional<herald::Fields> read_form(std::string_view body);

}  // namespace whatsapp::twilio
