#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace herald::directory {

/// Normalises a phone number in any usual spelling to E.164 with plus (whatsapp.md part D): trims,
/// drops `whatsapp:` and `tel:`, refuses letters and more than 32 characters, parses with the
/// default region (ISO 3166, "CM"), tries bare digits as an international number, and requires a
/// possible number. Metadata validity only decides for foreign numbers written without plus: the
/// packaged metadata of 2022 rejects newer ranges. Thread-safe. Code::invalid otherwise.
base::Result<std::string> normalise_phone(std::string_view spelled, std::string_view region);

/// Whether digits without plus have the full national length and a possible leading digit of the
/// region, with or without its country code before them: then they are a phone, not a user id
/// (webchat-api.md).
bool looks_like_phone(std::string_view digits, std::string_view region);

}  // namespace herald::directory
