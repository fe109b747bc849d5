#include "text/text.hpp"

#include <gtest/gtest.h>

#include <random>

namespace whatsapp {
namespace {

std::string times(std::string_view s, int n) {
  std::string out;
  while (n-- > 0) out += s;
  return out;
}

TEST(Text, LengthIsInUtf16UnitsSinceProvidersMayCountThem) {
  EXPECT_EQ(length(""), 0u);
  EXPECT_EQ(length("aé€"), 3u);
  EXPECT_EQ(length("👍"), 2u);
  EXPECT_EQ(length("👍🏾"), 4u);
  EXPECT_EQ(length("a\xFFz"), 3u);
}

TEST(Text, WhatFitsIsLeftAlone) {
  EXPECT_EQ(cut("ééé", 3), "ééé");
  EXPECT_EQ(cut("", 3), "");
}

TEST(Text, TheCutIsMarked) { EXPECT_EQ(cut("abcdef", 4), "abc…"); }

TEST(Text, CharactersAreNotCutApart) {
  EXPECT_EQ(cut("abe\u0301x", 4), "ab…");      // e with a combining accent
  EXPECT_EQ(cut("ab👨‍🔧x", 4), "ab…");  // a family of code points with joiners
  EXPECT_EQ(cut("ab👍🏾x", 4), "ab…");     // skin tone
  EXPECT_EQ(cut("ab🇨🇲🇨🇲", 4), "ab…");          // between the halves of a flag
  EXPECT_EQ(cut("ab🇨🇲🇨🇲", 6), "ab…");
  EXPECT_EQ(cut("ab🇨🇲🇨🇲", 7), "ab🇨🇲…");               // between two flags
  EXPECT_EQ(cut("1️⃣2️⃣", 5), "1️⃣…");  // keycaps
  EXPECT_EQ(cut("क्षत्रिय", 4), "क्ष…");
  EXPECT_EQ(cut("a" + times("\u0301", 500), 300).size(), 1u + 298 * 2 + 3);  // stacked: anywhere
}

TEST(Text, ACutLeavesNoHalfOfACharacterInAnyUnit) {
  // 20 of the shortest button: ten emoji fill it, an eleventh does not fit.
  EXPECT_EQ(cut(times("👍", 10), 20), times("👍", 10));
  EXPECT_EQ(cut(times("👍", 11), 20), times("👍", 9) + "…");
  EXPECT_EQ(cut("x" + times("👍", 2'100), 4096), "x" + times("👍", 2'047) + "…");
  EXPECT_EQ(cut(times("x", 4096), 4096), times("x", 4096));
  EXPECT_EQ(cut(times("x", 4097), 4096), times("x", 4095) + "…");
}

TEST(Text, RightToLeftIsCutInTheOrderItIsRead) {
  EXPECT_EQ(cut("مرحبا بالعالم", 6), "مرحبا…");
  EXPECT_EQ(cut("مُدَرِّسَة", 4), "مُ…");  // vowel signs stay with their letter
  EXPECT_EQ(cut("שלום עולם", 5), "שלום…");
}

TEST(Text, CutsKeepTheirPromiseForRandomTexts) {
  const char* const parts[] = {"a", "é",  "👍",  "🏾", "\u200D", "\u0301", "🇨", "🇲",
                               " ", "\n", "字", "م",    "ُ",       "\u202E", "क", "्"};
  std::mt19937 random{20261};
  for (int i = 0; i < 2'000; ++i) {
    std::string text;
    for (auto n = random() % 40; n > 0; --n) text += parts[random() % std::size(parts)];
    const auto most = 1 + random() % 30;
    const auto out = cut(text, most);
    ASSERT_LE(length(out), most) << text;
    if (length(text) <= most)
      ASSERT_EQ(out, text);
    else
      ASSERT_TRUE(out.ends_with("…") && text.starts_with(out.substr(0, out.size() - 3))) << text;
    ASSERT_EQ(out.find("\xEF\xBF\xBD"), std::string::npos);
  }
}

TEST(Text, ParametersHaveNoLinesTabsOrRunsOfSpaces) {
  EXPECT_EQ(parameter("  a\r\n\tb    c "), "a b c");
  EXPECT_EQ(parameter("a\u00A0\u2003b"), "a b");
  EXPECT_EQ(parameter(""), "-");
  EXPECT_EQ(parameter("\n\t \u200B"), "-");
  EXPECT_EQ(parameter("abcdef", 4), "abc…");
}

TEST(Text, NumbersAndTokensAreMasked) {
  EXPECT_EQ(masked("to +237691924173."), "to +2376•••••173.");
  EXPECT_EQ(masked("error 131047 at 12:30"), "error 131047 at 12:30");
  EXPECT_EQ(masked("token EAAtesttoken0123456789abcdefghijklmnop!"), "token •••!");
  EXPECT_EQ(masked("wa237691924173"), "wa23•••••173");
}

TEST(Text, AWordWithoutItsSurroundings) {
  EXPECT_EQ(bare_word("  STOP! \n"), "stop");
  EXPECT_EQ(bare_word("Arrêt."), "arrêt");
  EXPECT_EQ(bare_word("stop it"), "stop it");
  EXPECT_EQ(bare_word(" .,! "), "");
}

TEST(Text, ShortenedAtACharacter) {
  EXPECT_EQ(shortened("ééé", 6), "ééé");
  EXPECT_EQ(shortened("éééé", 6), "é…");
}

TEST(Text, WordsOfManyScripts) {
  for (const char32_t c : U"aZ9éЖ字ع") EXPECT_EQ(is_word(c), c != 0);
  for (const char32_t c : U" _-*👍€«…") EXPECT_FALSE(is_word(c));
}

}  // namespace
}  // namespace whatsapp
