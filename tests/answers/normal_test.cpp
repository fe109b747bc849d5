#include "answers/normal.hpp"

#include <gtest/gtest.h>

namespace herald::answers {
namespace {

// covers: S66
TEST(NormalForm, EverySpellingOfAWordIsOne) {
  for (const auto* text :
       {"OUI", "oui", " Oui ", "o u i", "Oui !!", "« OUI »", "*OUI*", "OUI.", "oui\n", "OUI 👍",
        "👍🏾 oui", "ＯＵＩ", "O\xC3\x99I\xCC\x80", "oüi", "\xE2\x80\x8Boui"})
    EXPECT_EQ(normal_form(text), "oui") << text;
  EXPECT_EQ(normal_form("NÉGATIF"), normal_form("negatif"));
  EXPECT_EQ(normal_form("Straße"), normal_form("STRASSE"));
  EXPECT_EQ(normal_form("10h – 12h"), normal_form("10H-12H"));
  EXPECT_EQ(normal_form("ﬁni"), "fini");
}

TEST(NormalForm, OtherWordsStayOthers) {
  for (const auto* text : {"non", "oui non", "ou", "ouii", "oui1", "", " ", "yes"})
    EXPECT_NE(normal_form(text), "oui") << text;
  EXPECT_NE(normal_form("да"), normal_form("нет"));
  EXPECT_EQ(normal_form("ДА!"), normal_form("да"));
  EXPECT_EQ(normal_form("نعم"), normal_form(" نَعَم. "));
}

TEST(NormalForm, ASignAloneIsItself) {
  EXPECT_EQ(normal_form("👍"), normal_form(" 👍🏿 "));
  EXPECT_EQ(normal_form("❤️"), normal_form("❤"));
  EXPECT_NE(normal_form("👍"), normal_form("👎"));
  EXPECT_FALSE(normal_form("👍").empty());
  EXPECT_TRUE(normal_form(" \t\n").empty());
}

TEST(NormalForm, TakesAnything) {
  EXPECT_EQ(normal_form("\xff\xfe"), "");
  EXPECT_EQ(normal_form(std::string{"o\0ui", 4}), "oui");
  const std::string many(100'000, 'a');
  EXPECT_EQ(normal_form(many).size(), 4096U);
  std::string accents = "e";
  for (int i = 0; i < 5000; ++i) accents += "\xCC\x81";
  EXPECT_EQ(normal_form(accents), "e");
}

}  // namespace
}  // namespace herald::answers
