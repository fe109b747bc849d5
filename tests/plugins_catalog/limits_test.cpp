#include <sys/stat.h>

#include "catalog_test.hpp"

namespace catalog_test {
namespace {

using Limits = Folder;

std::string repeated(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

// covers: F62
TEST_F(Limits, TwentyThousandNestedSectionsAreRefused) {
  one_kind(repeated("{{#a}}", 4'000) + repeated("{{/a}}", 4'000));
  EXPECT_NE(refusal().find("fr/k.mustache:1:193: sections are nested deeper than 32"),
            std::string::npos);
  one_kind(repeated("{{#a}}", 32) + "x" + repeated("{{/a}}", 32));
  EXPECT_EQ(refusal(), "");
  EXPECT_EQ(plain("k", R"({"a":"1"})"), "x");
}

TEST_F(Limits, NestingCountsThroughPartials) {
  write("fr/_p.mustache", repeated("{{#a}}", 20) + repeated("{{/a}}", 20));
  one_kind(repeated("{{#a}}", 20) + "{{> p}}" + repeated("{{/a}}", 20));
  EXPECT_NE(refusal().find("fr/_p.mustache:1:73: sections are nested deeper than 32"),
            std::string::npos);
}

// covers: F62
TEST_F(Limits, PartialsThatIncludeThemselvesAreRefused) {
  one_kind("{{> p}}");
  write("fr/_p.mustache", "x\n{{> q}}");
  write("fr/_q.mustache", "{{> p}}");
  EXPECT_NE(refusal().find("fr/_q.mustache:1:1: a text includes itself: fr/k.mustache -> "
                           "fr/_p.mustache -> fr/_q.mustache -> "
                           "fr/_p.mustache"),
            std::string::npos);
}

// covers: F62
TEST_F(Limits, PartialsThatMultiplyAreRefused) {
  one_kind("{{> p0}}");
  for (int i = 0; i < 20; ++i) {
    const auto next = "{{> p" + std::to_string(i + 1) + "}}";
    write("fr/_p" + std::to_string(i) + ".mustache", next + next);
  }
  write("fr/_p20.mustache", "");
  EXPECT_NE(refusal().find("more than 1,000 tags with all that is included"), std::string::npos);
}

TEST_F(Limits, LargeTextsThatAreIncludedOftenAreRefused) {
  write("fr/_p.mustache", std::string(60'000, 'x'));
  one_kind(repeated("{{> p}}", 5));
  EXPECT_NE(refusal().find("larger than 256 KiB with all it includes"), std::string::npos);
}

TEST_F(Limits, FilesHaveASize) {
  one_kind(std::string(64 * 1024 + 1, 'x'));
  EXPECT_NE(refusal().find("fr/k.mustache: larger than 64 KiB"), std::string::npos);
  one_kind("x");
  write("kinds.yaml", std::string(1024 * 1024 + 1, '#'));
  EXPECT_NE(refusal().find("kinds.yaml: larger than 1024 KiB"), std::string::npos);
  one_kind(repeated("{{a}}", 3'000));
  EXPECT_NE(refusal().find("more than 1,000 tags"), std::string::npos);
}

TEST_F(Limits, YamlHasADepth) {
  write("kinds.yaml", "locales: " + repeated("[", 100) + repeated("]", 100) + "\n");
  EXPECT_NE(refusal().find("nested deeper than 64 levels"), std::string::npos);
  write("kinds.yaml", "locales: " + repeated("[", 100'000));
  EXPECT_NE(refusal(), "");
}

// covers: F62
TEST_F(Limits, ATextThatGrowsBeyond256KiBIsRefusedBeforeItIsMade) {
  one_kind(repeated("{{a}}", 900));
  use(folder);
  max_bytes = 0;
  EXPECT_TRUE(render("k", R"({"a":")" + std::string(10'000, 'x') + "\"}").empty());
  EXPECT_EQ(host.last_status().code, HERALD_E_INVALID);
  EXPECT_EQ(host.last_status().text, "the text of kind k is larger than 256 KiB");
}

TEST_F(Limits, PipesAreNotWaitedFor) {
  one_kind("x");
  std::filesystem::remove(folder + "/fr/k.mustache");
  ASSERT_EQ(mkfifo((folder + "/fr/k.mustache").c_str(), 0600), 0);
  EXPECT_NE(refusal().find("fr/k.mustache: not a file that can be read"), std::string::npos);
}

TEST_F(Limits, CommentsAndSectionsLeaveNoLineBehind) {
  write("fr/_end.mustache", "fin\n");
  one_kind("{{! who }}\nun\n{{#b}}\ndeux {{b}}\n{{/b}}\n{{> end}}\n");
  use(folder);
  EXPECT_EQ(plain("k", R"({"a":"x"})"), "un\nfin");
  EXPECT_EQ(plain("k", R"({"a":"x","b":"y"})"), "un\ndeux y\nfin");
}

TEST_F(Limits, ThreeBracesPutMarkdownIn) {
  one_kind("{{a}} {{{a}}} {{& a}}\r\n");
  use(folder);
  EXPECT_EQ(render("k", R"({"a":"*x*"})").at("text/markdown"), "\\*x\\* *x* *x*");
}

}  // namespace
}  // namespace catalog_test
