#include "answers/normal.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include "base/text.hpp"

namespace herald::answers {
namespace {

constexpr std::size_t kMost = 4096;

bool is_mark(UChar32 c) {
  const auto type = u_charType(c);
  return type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK || type == U_COMBINING_SPACING_MARK;
}

/// Changes how a sign looks, not which it is.
bool is_dressing(UChar32 c) {
  return u_isUWhiteSpace(c) != 0 || is_mark(c) ||
         u_hasBinaryProperty(c, UCHAR_EMOJI_MODIFIER) != 0 || u_charType(c) == U_FORMAT_CHAR ||
         u_charType(c) == U_CONTROL_CHAR;
}

template <class Keep>
std::string kept(const icu::UnicodeString& text, Keep keep) {
  icu::UnicodeString out;
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1))
    if (const auto c = text.char32At(i); keep(c)) out.append(c);
  std::string utf8;
  out.toUTF8String(utf8);
  return utf8;
}

/// Compatibility forms apart (accents stand alone then), without case.
icu::UnicodeString plain(std::string_view text) {
  auto status = U_ZERO_ERROR;
  const auto* nfkd = icu::Normalizer2::getNFKDInstance(status);
  auto given = icu::UnicodeString::fromUTF8(
      icu::StringPiece{text.data(), static_cast<int32_t>(text.size())});
  if (U_FAILURE(status)) return {};
  auto apart = nfkd->normalize(given, status);
  apart.foldCase();
  // Folding may put something together that was apart.
  return U_FAILURE(status) ? icu::UnicodeString{} : nfkd->normalize(apart, status);
}

}  // namespace

std::string normal_form(std::string_view text) {
  if (!base::is_utf8(text)) return {};
  if (text.size() > kMost) {
    text = text.substr(0, kMost);
    while (!text.empty() && !base::is_utf8(text)) text.remove_suffix(1);
  }
  const auto apart = plain(text);
  auto words = kept(apart, [](UChar32 c) { return u_isalnum(c) != 0; });
  if (!words.empty()) return words;
  return kept(apart, [](UChar32 c) { return !is_dressing(c); });
}

}  // namespace herald::answers
