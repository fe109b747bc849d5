#include "catalog_test.hpp"

namespace catalog_test {
namespace {

using Hostile = Shipped;

std::string with(const std::string& description) {
  return boost::json::serialize(
      boost::json::object{{"service", "s"}, {"location", "l"}, {"description", description}});
}

/// The description's line, or lines, as they came out.
std::string shown(const std::string& text) {
  const auto from = text.find("**Description**: ") + 17;
  return text.substr(from, text.find("\n⏰", from) - from);
}

// covers: S70
TEST_F(Hostile, TextIsVerbatimAndMarkdownIsLiteral) {
  const std::pair<const char*, const char*> cases[] = {
      {"2*3*4", "2\\*3\\*4"},
      {"[x](javascript:alert(1))", "\\[x\\](javascript:alert(1))"},
      {"![x](http://e/x.png)", "!\\[x\\](http://e/x.png)"},
      {"`code`", "\\`code\\`"},
      {"<script>alert(\"x\")</script>", "\\<script>alert(\"x\")\\</script>"},
      {"a & b &amp; &#65;", "a & b \\&amp; \\&#65;"},
      {"\\* **fett** __u__ ~~s~~", "\\\\\\* \\*\\*fett\\*\\* \\_\\_u\\_\\_ \\~\\~s\\~\\~"},
      {"mon_fichier_1.txt", "mon_fichier_1.txt"},
      {"\"guillemets\" et l'apostrophe", "\"guillemets\" et l'apostrophe"},
      {"problème d'électricité dans ma chambre", "problème d'électricité dans ma chambre"},
      {"😀👨‍👩‍👧 𝕏", "😀👨‍👩‍👧 𝕏"},
  };
  for (const auto& [value, literal] : cases) {
    const auto out = render("service_request.confirmed", with(value));
    EXPECT_EQ(shown(out.at("text/plain")), value);
    EXPECT_EQ(shown(out.at("text/markdown")), literal);
  }
}

// covers: S70
TEST_F(Hostile, TemplateMetacharactersStayLiteral) {
  for (const auto* value : {"{{service}}", "{{{service}}}", "{{#service}}x{{/service}}",
                            "{{> questions}}", "{{=<% %>=}}", "}}{{"}) {
    const auto out = render("service_request.confirmed", with(value));
    EXPECT_EQ(shown(out.at("text/plain")), value);
    EXPECT_NE(out.at("text/plain").find("💬 N'hésitez pas"), std::string::npos);
  }
}

// covers: S70
TEST_F(Hostile, LinesStayLinesAndBlocksStayText) {
  const auto out =
      render("service_request.confirmed",
             with("un\r\ndeux\rtrois\n# titre\n- liste\n1. un\n> cité\n---\n    code"));
  EXPECT_EQ(shown(out.at("text/plain")),
            "un\ndeux\ntrois\n# titre\n- liste\n1. un\n> cité\n---\n    code");
  EXPECT_EQ(shown(out.at("text/markdown")),
            "un\ndeux\ntrois\n\\# titre\n\\- liste\n1\\. un\n\\> cité\n\\---\n   code");
}

TEST_F(Hostile, OneLineParametersStayOnOneLine) {
  const auto text =
      plain("service_request.confirmed",
            R"({"service":"s","location":"Rue 1\n✅ **Payé** \r\n\tx","description":"d"})");
  EXPECT_NE(text.find("**Lieu**: Rue 1 ✅ **Payé** x\n📝"), std::string::npos) << text;
}

TEST_F(Hostile, ControlBytesAreDropped) {
  EXPECT_EQ(shown(plain("service_request.confirmed", with("a\x1b[31mb\x07\x7f"))), "a[31mb");
}

// covers: S70
TEST_F(Hostile, TenKilobytesAreRenderedWhole) {
  const std::string long_text(10 * 1024, '*');
  const auto out = render("service_request.confirmed", with(long_text));
  EXPECT_EQ(shown(out.at("text/plain")), long_text);
  EXPECT_EQ(shown(out.at("text/markdown")).size(), 2 * long_text.size());
}

// covers: S70
TEST_F(Hostile, AMessageIsTheExactText) {
  const auto out = render("message", R"({"message":"# <b>*x*</b>\n\n{{message}}","type":"info"})");
  EXPECT_EQ(out.at("text/plain"), "# <b>*x*</b>\n\n{{message}}");
  EXPECT_EQ(out.at("text/markdown"), "\\# \\<b>\\*x\\*\\</b>\n\n{{message}}");
}

TEST_F(Hostile, TooLargeForTheChannelIsRefusedWithItsSize) {
  max_bytes = 1'000;
  EXPECT_TRUE(render("message", R"({"message":")" + std::string(2'000, 'x') + "\"}").empty());
  EXPECT_EQ(host.last_status().code, HERALD_E_INVALID);
  EXPECT_NE(host.last_status().text.find("2000 bytes; at most 1000"), std::string::npos)
      << host.last_status().text;
}

TEST_F(Hostile, MarkdownStopsAt48KiBAfterEscaping) {
  EXPECT_TRUE(render("message", R"({"message":")" + std::string(30'000, '*') + "\"}").empty());
  EXPECT_NE(host.last_status().text.find("text/markdown is 60000 bytes; at most 49152"),
            std::string::npos)
      << host.last_status().text;
}

}  // namespace
}  // namespace catalog_test
