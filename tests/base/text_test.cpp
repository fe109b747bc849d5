#include "base/text.hpp"

#include <gtest/gtest.h>

#include <array>

namespace herald::base {
namespace {

using namespace std::string_literals;

TEST(Utf8, WellFormed) {
  for (const auto* text :
       {"", "a", "é", "€", "👨🔧", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF",
        "\xEE\x80\x80", "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"})
    EXPECT_TRUE(is_utf8(text)) << text;
  EXPECT_TRUE(is_utf8("\0"s));
}

TEST(Utf8, IllFormed) {
  for (const auto* text :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC3", "\xE0\x9F\x80", "\xE2\x82", "\xED\xA0\x80",
        "\xED\xBF\xBF", "\xF0\x8F\x80\x80", "\xF0\x9F\x98", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",
        "\xFF", "a\xC3z"})
    EXPECT_FALSE(is_utf8(text));
}

TEST(Utf8, CodePoints) {
  EXPECT_EQ(code_points(""), 0U);
  EXPECT_EQ(code_points("aé€😀"), 4U);
  EXPECT_EQ(code_points("\U0001F468\U0001F527"), 2U);
}

// covers: S89
TEST(MaskPhone, ShowsFourAndThreeDigits) {
  EXPECT_EQ(mask_phone("+237691924173"), "2376•••••173");
  EXPECT_EQ(mask_phone("237691924173"), "2376•••••173");
  for (const auto* text : {"", "+", "173", "1234567", "+1234567"})
    EXPECT_EQ(mask_phone(text), "•••") << text;
}

TEST(MaskPhone, CutsNoLettersApart) { EXPECT_EQ(mask_phone("‘ OR ’1’=’1"), "•••"); }

TEST(EscapeHtml, EscapesWhatOpensMarkup) {
  EXPECT_EQ(escape_html("<script>a && b</script>"), "&lt;script&gt;a &amp;&amp; b&lt;/script&gt;");
  EXPECT_EQ(escape_html("é \"'"), "é \"'");
}

TEST(EscapeControl, KeepsOneEventOnOneLine) {
  EXPECT_EQ(escape_control("a\nb\r\t\x1b[31m\x7f"), "a\\x0ab\\x0d\\x09\\x1b[31m\\x7f");
  EXPECT_EQ(escape_control("\0z"s), "\\x00z"s);
  EXPECT_EQ(escape_control("a\u2028b\u2029c"), "a\\u{2028}b\\u{2029}c");
  EXPECT_EQ(escape_control("\xC2\x85"), "\\xc2\\x85");
  EXPECT_EQ(escape_control("\xFF\xE2\x82"), "\\xff\\xe2\\x82");
  EXPECT_EQ(escape_control("é👨🔧 ok"), "é👨🔧 ok");
}

TEST(DidYouMean, FindsATypingErrorOnly) {
  constexpr std::array<std::string_view, 4> kKeys{"channel", "chain", "within", "until"};
  EXPECT_EQ(did_you_mean("chanel", kKeys), "channel");
  EXPECT_EQ(did_you_mean("witin", kKeys), "within");
  EXPECT_EQ(did_you_mean("until", kKeys), "until");
  EXPECT_EQ(did_you_mean("backoff", kKeys), std::nullopt);
  EXPECT_EQ(did_you_mean(std::string(10'000, 'c'), kKeys), std::nullopt);
  EXPECT_EQ(did_you_mean("x", {}), std::nullopt);
}

TEST(TrimAndSplit, KeepEmptyParts) {
  EXPECT_EQ(trim(" \t a b \r\n"), "a b");
  EXPECT_EQ(trim("  "), "");
  EXPECT_EQ(split("a..b", '.'), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_EQ(split("", '.'), (std::vector<std::string_view>{""}));
  EXPECT_EQ(split("a.", '.'), (std::vector<std::string_view>{"a", ""}));
}

}  // namespace
}  // namespace herald::base
