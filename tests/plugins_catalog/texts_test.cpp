#include "texts.hpp"

#include <gtest/gtest.h>

namespace catalog {
namespace {

TEST(Texts, FoldComparesAsPeopleDo) {
  EXPECT_EQ(fold("  Terminée_"), "terminee");
  EXPECT_EQ(fold("EN-COURS"), "en cours");
  EXPECT_EQ(fold("ÀÇÉÏÑÔÜÿ"), "aceinouy");
  EXPECT_EQ(fold("Œuf × Straße"), "Œuf × straße");
  EXPECT_EQ(fold("en\u00A0cours"), "en cours");
  EXPECT_EQ(fold(""), "");
}

TEST(Texts, CapitalizedChangesTheFirstLetterOnly) {
  EXPECT_EQ(capitalized("très URGENT"), "Très URGENT");
  EXPECT_EQ(capitalized("élevée"), "Élevée");
  EXPECT_EQ(capitalized("÷"), "÷");
  EXPECT_EQ(capitalized("1a"), "1a");
  EXPECT_EQ(capitalized(""), "");
}

TEST(Texts, NumbersAreGroupedAndShort) {
  EXPECT_EQ(thousands(int64_t{0}), "0");
  EXPECT_EQ(thousands(int64_t{999}), "999");
  EXPECT_EQ(thousands(int64_t{1000}), "1 000");
  EXPECT_EQ(thousands(int64_t{-100000}), "-100 000");
  EXPECT_EQ(thousands(int64_t{-100}), "-100");
  EXPECT_EQ(thousands(uint64_t{18446744073709551615U}), "18 446 744 073 709 551 615");
  EXPECT_EQ(decimal(4.5, 1), "4.5");
  EXPECT_EQ(decimal(5, 1), "5");
  EXPECT_EQ(decimal(-0.01, 1), "0");
  EXPECT_EQ(decimal(100, 6), "100");
  EXPECT_EQ(decimal(1e308, 6).size(), 309u);
}

TEST(Texts, MarkdownIsOnlyEscapedWhereItWouldMeanSomething) {
  EXPECT_EQ(escape_markdown("a - b + c. 1.5 #3 (x) > 2 = 2!"), "a - b + c. 1.5 #3 (x) > 2 = 2!");
  EXPECT_EQ(escape_markdown("- a"), "\\- a");
  EXPECT_EQ(escape_markdown("-a"), "-a");
  EXPECT_EQ(escape_markdown("+ a"), "\\+ a");
  EXPECT_EQ(escape_markdown("+237 691"), "+237 691");
  EXPECT_EQ(escape_markdown("12) a"), "12\\) a");
  EXPECT_EQ(escape_markdown("12."), "12\\.");
  EXPECT_EQ(escape_markdown("4.5"), "4.5");
  EXPECT_EQ(escape_markdown("a\n==="), "a\n\\===");
  EXPECT_EQ(escape_markdown("a\n\t\t\t\tb"), "a\n   b");
  EXPECT_EQ(escape_markdown("_a_ b_c"), "\\_a\\_ b_c");
  EXPECT_EQ(escape_markdown("fin\\"), "fin\\\\");
  EXPECT_EQ(escape_markdown("a\n"), "a\n");
}

TEST(Texts, OnlyWellFormedUtf8IsText) {
  EXPECT_TRUE(is_text("aé€😀"));
  EXPECT_FALSE(is_text(std::string_view{"a\0b", 3}));
  EXPECT_FALSE(is_text("\xC3"));
  EXPECT_FALSE(is_text("\xC0\xAF"));
  EXPECT_FALSE(is_text("\xED\xA0\x80"));
  EXPECT_FALSE(is_text("\xF4\x90\x80\x80"));
  EXPECT_FALSE(is_text("\x80"));
}

TEST(Texts, CutNeverSplitsACharacter) {
  EXPECT_EQ(cut("aé", 2), "a");
  EXPECT_EQ(cut("aé", 3), "aé");
  EXPECT_EQ(cut("😀", 3), "");
}

}  // namespace
}  // namespace catalog
