#include "directory/phone.hpp"

#include <phonenumbers/phonenumberutil.h>

#include <algorithm>
#include <cctype>

#include "base/memory.hpp"
#include "base/text.hpp"
#include "directory/phone_memory.hpp"

namespace herald::directory {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

constexpr std::size_t kLongest = 32;

const PhoneNumberUtil& library() {
  static const PhoneNumberUtil& instance = []() -> const PhoneNumberUtil& {
    end_when_icu_has_no_memory();
    return *PhoneNumberUtil::GetInstance();
  }();
  return instance;
}

std::string_view without_scheme(std::string_view text) {
  for (const std::string_view scheme : {"whatsapp:", "tel:"})
    if (text.starts_with(scheme)) return base::trim(text.substr(scheme.size()));
  return text;
}

bool has_letter(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; });
}

bool only_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Cameroon's plan has nine digits starting with 6 or 2; its eight-digit toll-free range makes
/// truncated numbers "possible".
bool fits_cameroon(const PhoneNumber& number) {
  if (number.country_code() != 237) return true;
  const auto national = std::to_string(number.national_number());
  return national.size() == 9 && (national[0] == '6' || national[0] == '2') &&
         !number.italian_leading_zero();
}

std::string e164(const PhoneNumber& number) {
  std::string out;
  library().Format(number, PhoneNumberUtil::E164, &out);
  return out;
}

/// Once memory ran out inside it the library may refuse every number from then on (what it builds
/// at the first need stays half built): then only a new process helps.
void end_when_broken() {
  PhoneNumber known;
  const bool works =
      library().Parse("+237691924173", "ZZ", &known) == PhoneNumberUtil::NO_PARSING_ERROR &&
      library().IsPossibleNumber(known) && e164(known) == "+237691924173";
  if (!works) base::end_out_of_memory();
}

base::Error refused(std::string_view spelled) {
  return base::fail(
      base::Code::invalid,
      "'" + base::mask_phone(spelled) +
          "' is not a phone number; write it with country code, as +237 6XX XX XX XX");
}

}  // namespace

base::Result<std::string> normalise_phone(std::string_view spelled, std::string_view region) {
  const auto text = without_scheme(base::trim(spelled));
  if (text.empty() || text.size() > kLongest || !base::is_utf8(text) || has_letter(text))
    return refused(text);
  const base::BreaksOutOfMemory guard;
  PhoneNumber number;
  const auto parsed = library().Parse(std::string{text}, std::string{region}, &number);
  if (parsed == PhoneNumberUtil::NO_PARSING_ERROR && library().IsPossibleNumber(number) &&
      fits_cameroon(number))
    return e164(number);
  if (only_digits(text) && !text.starts_with("00")) {
    PhoneNumber foreign;
    if (library().Parse("+" + std::string{text}, "ZZ", &foreign) ==
            PhoneNumberUtil::NO_PARSING_ERROR &&
        library().IsValidNumber(foreign) && fits_cameroon(foreign))
      return e164(foreign);
  }
  end_when_broken();
  return refused(text);
}

bool looks_like_phone(std::string_view digits, std::string_view region) {
  if (!only_digits(digits)) return false;
  const base::BreaksOutOfMemory guard;
  const auto prefix = std::to_string(library().GetCountryCodeForRegion(std::string{region}));
  PhoneNumber example;
  if (prefix == "0" || !library().GetExampleNumber(std::string{region}, &example)) return false;
  const auto national = std::to_string(example.national_number()).size();
  auto rest = digits;
  if (digits.size() == national + prefix.size() && digits.starts_with(prefix))
    rest.remove_prefix(prefix.size());
  if (rest.size() != national) return false;
  PhoneNumber number;
  if (library().Parse("+" + prefix + std::string{rest}, "ZZ", &number) !=
      PhoneNumberUtil::NO_PARSING_ERROR)
    return false;
  return library().IsPossibleNumber(number) && fits_cameroon(number) &&
         std::to_string(number.national_number()).size() == national;
}

}  // namespace herald::directory
