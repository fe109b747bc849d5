#include "text/fitted.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "text/markdown.hpp"
#include "text/text.hpp"

namespace whatsapp {
namespace {

TEST(Fitted, WhatFitsIsLeftAlone) { EXPECT_EQ(fitted("*bold* and *open", 16), "*bold* and *open"); }

TEST(Fitted, AMarkerWithoutItsPartnerIsLeftOut) {
  EXPECT_EQ(fitted("*a long bold text*", 12), "a long bol…");
  EXPECT_EQ(fitted("a *b* _c_ *d e f g*", 16), "a *b* _c_ d e …");
  EXPECT_EQ(fitted("*_both of them_*", 12), "both of t…");
  EXPECT_EQ(fitted("~old~ `some code`", 14), "~old~ some c…");
  EXPECT_EQ(fitted("`*no mark* inside`", 14), "*no mark* in…");
  EXPECT_EQ(fitted("*first line*\n*second line*", 20), "*first line*\nsecon…");
}

TEST(Fitted, WhatIsNoMarkerStays) {
  EXPECT_EQ(fitted("2 * 3 * 4 and 2*3*4 are", 20), "2 * 3 * 4 and 2*3*4…");
  EXPECT_EQ(fitted("snake_case_name_and_so_on", 20), "snake_case_name_and…");
}

TEST(Fitted, AFencedBlockIsClosed) {
  EXPECT_EQ(fitted("```\nfour lines of code\n```", 16), "```\nfour lin…```");
  EXPECT_EQ(fitted("```\ncode\n``` and *more than fits*", 22), "```\ncode\n``` and mor…");
  EXPECT_EQ(fitted("a ```b``` c ```d", 12), "a ```b``` c…");
  EXPECT_EQ(fitted("a ```b`c``` d *e f*", 17), "a ```b`c``` d e…");
  EXPECT_EQ(fitted("```\nabc\n``` d", 11), "```\nabc…```");  // not in the middle of the fence
}

TEST(FittedProperty, NoMarkerIsEverLeftOpen) {
  const char* const words[] = {"**gras**",
                               "*italique*",
                               "***les deux***",
                               "~~barré~~",
                               "`du code`",
                               "un mot 👍🏾",
                               "été",
                               "\n",
                               "\n```\nx y\n```\n",
                               "[lien](https://a.example/b)"};
  std::mt19937 random{20268};
  for (int i = 0; i < 4'000; ++i) {
    std::string markdown = "A";
    for (auto n = 1 + random() % 20; n > 0; --n)
      markdown += std::string{" "} + words[random() % std::size(words)];
    const auto whole = to_whatsapp(markdown);
    const auto most = 9 + random() % (length(whole) + 9);
    const auto out = fitted(whole, most);
    ASSERT_LE(length(out), most) << markdown;
    if (length(whole) <= most) {
      ASSERT_EQ(out, whole);
      continue;
    }
    ASSERT_TRUE(out.ends_with("…") || out.ends_with("…```")) << out;
    for (const char mark : {'*', '~', '`', '_'})
      ASSERT_EQ(std::count(out.begin(), out.end(), mark) % 2, 0) << out << " cut to " << most;
  }
}

}  // namespace
}  // namespace whatsapp
