#include "text/markdown.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <ostream>

namespace whatsapp {
namespace {

struct Case {
  const char* markdown;
  const char* whatsapp;
  friend std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.markdown; }
};

class Markdown : public testing::TestWithParam<Case> {};

// covers: S69
TEST_P(Markdown, BecomesWhatsapp) {
  EXPECT_EQ(to_whatsapp(GetParam().markdown), GetParam().whatsapp);
}

INSTANTIATE_TEST_SUITE_P(Table, Markdown,
                         testing::ValuesIn(std::initializer_list<Case>{
                             {"**x**", "*x*"},
                             {"__x__", "*x*"},
                             {"*x*", "_x_"},
                             {"_x_", "_x_"},
                             {"***x***", "*_x_*"},
                             {"___x___", "*_x_*"},
                             {"**a *b* c**", "*a _b_ c*"},
                             {"*a **b** c*", "_a *b* c_"},
                             {"~~x~~", "~x~"},
                             {"~~**x**~~", "~*x*~"},
                             {"`x`", "`x`"},
                             {"`**x**`", "`**x**`"},
                             {"`` a`b ``", "```a`b```"},
                             {"# Title", "*Title*"},
                             {"### Title ###", "*Title*"},
                             {"## A **b** c", "*A b c*"},
                             {"## A *b* c", "*A _b_ c*"},
                             {"#hash", "#hash"},
                             {"[text](https://a.example/x_y_z)", "text (https://a.example/x_y_z)"},
                             {"[https://a.example](https://a.example)", "https://a.example"},
                             {"[**text**](https://a.example \"title\")",
                              "*text* (https://a.example)"},
                             {"[a](<https://a.example/(b)>)", "a (https://a.example/(b))"},
                             {"![logo](https://a.example/l.png)", "logo (https://a.example/l.png)"},
                             {"[x] not a link", "[x] not a link"},
                             {"<https://a.example/_x_>", "https://a.example/_x_"},
                             {"https://a.example/_x_/*y", "https://a.example/_x_/*y"},
                             {"**https://a.example/a_b**", "*https://a.example/a_b*"},
                             {"- item", "- item"},
                             {"* item", "- item"},
                             {"+ **item**", "- *item*"},
                             {"  - inner", "  - inner"},
                             {"1. one", "1. one"},
                             {"2) two", "2. two"},
                             {"> quote **b**", "> quote *b*"},
                             {">> deep", "> > deep"},
                             {"\\*", "*"},
                             {"\\_", "_"},
                             {"2\\*3\\*4", "2*3*4"},
                             {"\\x", "\\x"},
                             {"a\\\nb", "a\nb"},
                             {"&amp;&lt;&#233;&#xE9;&eacute;&nope;",
                              "&<éé"
                              "é&nope;"},
                             {"&amp;lt;", "&lt;"},
                             {"&#0;&#xD800;&#99999999;", "\uFFFD\uFFFD\uFFFD"},
                             {"a <b>bold</b> <!-- no --> c", "a bold  c"},
                             {"a<br>b", "a\nb"},
                             {"3 < 4 > 2", "3 < 4 > 2"},
                             {"<script>alert(1)</script>", "alert(1)"},
                             {"2 * 3 * 4", "2 * 3 * 4"},
                             {"2*3*4", "2*3*4"},
                             {"snake_case_name", "snake_case_name"},
                             {"**x**y", "xy"},
                             {"**Lieu**: ici", "*Lieu*: ici"},
                             {"** x **", "** x **"},
                             {"**", "**"},
                             {"a ****", "a ****"},
                             {"**open", "**open"},
                             {"**<i> x </i>**", " x "},
                             {"**a****b**", "*a****b*"},
                             {"---", "---"},
                             {"* * *", "---"},
                             {"```cpp\n**x** <b>\n```", "```\n**x** <b>\n```"},
                             {"~~~\na ``` b\n~~~", "```\na ''' b\n```"},
                             {"```\nopen", "```\nopen\n```"},
                             {"a\r\nb", "a\nb"},
                             {"a\n\n\nb\n", "a\n\n\nb\n"},
                             {"✅ **Demande confirmée !**", "✅ *Demande confirmée !*"},
                             {"**«x»** (**y**)", "*«x»* (*y*)"},
                             {"**Électricité**", "*Électricité*"},
                             {"é**x**", "éx"},
                             {"", ""}}));

// covers: S69
TEST(MarkdownSeed, OnlyTheDoubleAsterisksChange) {
  EXPECT_EQ(to_whatsapp("🚨 **Nouvelle demande de service**\n\n🔧 **Service**: Électricité\n"
                        "💰 **Estimation**: 3 000 - 10 000 XAF\n\n- Tapez \"OUI\" pour accepter\n"),
            "🚨 *Nouvelle demande de service*\n\n🔧 *Service*: Électricité\n"
            "💰 *Estimation*: 3 000 - 10 000 XAF\n\n- Tapez \"OUI\" pour accepter\n");
}

TEST(MarkdownCost, WorstCasesStayLinear) {
  for (const auto* part :
       {"*",    "**a", "_a*", "~~", "[",     "![](", "[a](",     "`",    "``a`", "<",
        "<!--", "> ",  "- ",  "&",  "&amp;", "\\",   "https://", "*a_ ", "](",   "**a**b"}) {
    std::string text;
    while (text.size() < 48 * 1024) text += part;
    const auto begin = std::chrono::steady_clock::now();
    const auto out = to_whatsapp(text);
    EXPECT_LE(out.size(), 2 * text.size() + 16) << part;
    // Generous for a loaded machine under a sanitizer; a quadratic step takes minutes.
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{20}) << part;
  }
}

}  // namespace
}  // namespace whatsapp
