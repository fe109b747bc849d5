// Files that are refused for what they are, before their settings are looked at.
#include <sys/resource.h>

#include <chrono>

#include "support.hpp"

namespace herald::config {
namespace {

struct Refusal {
  const char* name;
  std::string text;
  const char* says;
};
std::ostream& operator<<(std::ostream& out, const Refusal& r) { return out << r.name; }

std::string repeat(const std::string& part, std::size_t n) {
  std::string out;
  for (std::size_t i = 0; i < n; ++i) out += part;
  return out;
}

std::string laughs() {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i <= 10; ++i) {
    const auto last = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + repeat(last + ", ", 8) +
            last + "]\n";
  }
  return text;
}

std::string keys(std::size_t n) {
  std::string text;
  for (std::size_t i = 0; i < n; ++i) text += std::to_string(i) + ":\n";
  return text;
}

class Refused : public testing::TestWithParam<Refusal> {};

// covers: F48
TEST_P(Refused, QuicklyAndWithAPlace) {
  const auto start = std::chrono::steady_clock::now();
  const Loaded l{GetParam().text};
  const auto took = std::chrono::steady_clock::now() - start;
  EXPECT_FALSE(l.result);
  EXPECT_GE(l.diagnostics.errors(), 1U);
  EXPECT_THAT(l.shown(), testing::HasSubstr(GetParam().says));
  EXPECT_LT(l.shown().size(), 60'000U);
  EXPECT_LT(took, std::chrono::seconds{
                      2});  // 100 ms on an idle machine; instrumented and busy ones get more
}

INSTANTIATE_TEST_SUITE_P(
    Bombs, Refused,
    testing::Values(
        Refusal{"aliases", laughs(), "t.yaml:1:5: error: anchors (`&name`) are not allowed"},
        Refusal{"alias", "a: &x 1\nb: *x\n",
                "t.yaml:2:4: error: aliases (`*name`) are not allowed"},
        Refusal{"cycle", "a: &x\n  b: *x\n", "aliases (`*name`) are not allowed"},
        Refusal{"merge_key", "a: {b: 1}\nc: {<<: {d: 1}}\n", "merge keys (`<<`) are not allowed"},
        Refusal{"tag", "locale: !!str fr\n", "1:9: error: tags (`!name`) are not allowed"},
        Refusal{"deep_flow", "a: " + repeat("[", 50'000) + repeat("]", 50'000),
                "more than 64 levels deep"},
        Refusal{"deep_flow_maps", "a: " + repeat("{a: ", 50'000) + repeat("}", 50'000),
                "more than 64 levels deep"},
        Refusal{"deep_open", "a: " + repeat("[", 90'000), "t.yaml:1:"},
        Refusal{"deepest", "a: " + repeat("[", 500'000) + repeat("]", 500'000),
                "more than 100,000 values"},
        Refusal{"deep_blocks", repeat("- ", 90'000), "more than 64 levels deep"},
        Refusal{"large", "a: " + std::string(20 << 20, 'x') + "\n",
                "t.yaml: error: larger than 1 MiB"},
        Refusal{"many_keys", keys(140'000), "more than 100,000 values"},
        Refusal{"many_items", "a: [" + repeat("1,", 400'000) + "]\n", "more than 100,000 values"},
        Refusal{"long_line_of_keys", "a: {" + repeat("é: 1, ", 49'000) + "}\n",
                "stands here twice, first on line 1"},
        Refusal{"duplicate", "locale: fr\nhttp: {}\nlocale: en\n",
                "t.yaml:3:1: error: `locale` stands here twice, first on line 1; remove one"},
        Refusal{"nested_duplicate", "http: { port: 1, port: 2 }\n",
                "1:18: error: `port` stands here twice"},
        Refusal{"tab", "http:\n\tport: 1\n", "t.yaml:2:1: error: a tab in front of the text"},
        Refusal{"tab_after_spaces", "http:\n  \tport: 1\n",
                "t.yaml:2:3: error: a tab in front of the text"},
        Refusal{"bom", "\xEF\xBB\xBFlocale: fr\n",
                "t.yaml:1:1: error: begins with a byte order mark"},
        Refusal{"utf16", std::string{"\xFF\xFEl\0o\0", 6}, "is not UTF-8"},
        Refusal{"nul", std::string{"locale: f\0r\n", 12},
                "t.yaml:1:10: error: a control character"},
        Refusal{"escape", "locale: f\033r\n", "t.yaml:1:10: error: a control character"},
        Refusal{"latin1", "locale: fr\n# caf\xE9\n", "t.yaml:2:1: error: is not UTF-8"},
        Refusal{"overlong", "# \xC0\xAF\n", "is not UTF-8"},
        Refusal{"two_documents", "locale: fr\n---\nlocale: en\n", "a second document begins here"},
        Refusal{"syntax", "http: { port: 1\nlocale: fr\n", "not YAML: "},
        Refusal{"open_quote", "locale: \"fr\n", "not YAML: "},
        Refusal{"half_written",
                "locale: fr\ncontrol: { group: a }\nlog: { to: \"/var/log\nhttp:\n  port: 1\n",
                "not YAML: "},
        Refusal{"complex_key", "? [a, b]\n: 1\n", "a key must be plain text"},
        Refusal{"null_key", "~: 1\n", "a key is empty"},
        Refusal{"just_text", "hello\n", "a configuration file is a list of"}),
    [](const auto& p) { return std::string{p.param.name}; });

TEST(Refused, SeveralStructuralMistakesAreSaidTogether) {
  const Loaded l{"locale: &a fr\ntime_zone: *a\nhttp: { port: 1, port: 2, prot: 3 }\n"};
  EXPECT_EQ(l.diagnostics.errors(), 4U) << l.shown();
}

// covers: F48
TEST(Refused, BombsTakeLittleMemory) {
  struct rusage before {
  }, after{};
  getrusage(RUSAGE_SELF, &before);
  for (const auto& text : {laughs(), keys(140'000), "a: " + repeat("[", 500'000),
                           "a: [" + repeat("1,", 400'000) + "]\n"})
    EXPECT_FALSE(Loaded{text}.result);
  getrusage(RUSAGE_SELF, &after);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 64 * 1024) << "KiB more than before";
}

TEST(Refused, AnEmptyFileIsTheDefaults) {
  for (const auto* text : {"", "\n", "# nothing\n", "---\n", "http:\nroutes:\nchannels:\n"}) {
    const Loaded l{text};
    ASSERT_TRUE(l.result) << text << l.shown();
    EXPECT_EQ(l->http.port, 8440U);
  }
}

TEST(Refused, WindowsLineEndsAreFine) {
  const Loaded l{"locale: en\r\nhttp:\r\n  port: 1\r\n"};
  ASSERT_TRUE(l.result) << l.shown();
  EXPECT_EQ(l->locale, "en");
  EXPECT_EQ(l->http.port, 1U);
}

}  // namespace
}  // namespace herald::config
