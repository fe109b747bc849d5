#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "text/markdown.hpp"
#include "text/text.hpp"

namespace whatsapp {
namespace {

constexpr unsigned kSeed = 4201;

std::string pick(std::mt19937& random, std::initializer_list<const char*> from) {
  return from.begin()[random() % from.size()];
}

/// One document in both notations, made together.
struct Pair {
  std::string markdown, whatsapp;
};

std::string words(std::mt19937& random) {
  std::string out;
  for (auto n = 1 + random() % 4; n > 0; --n)
    out += (out.empty() ? "" : " ") +
           pick(random, {"Lieu", "été", "3 000", "ok!", "«oui»", "字", "👍"});
  return out;
}

Pair span(std::mt19937& random) {
  const auto text = words(random);
  switch (random() % 8) {
    case 0:
      return {"**" + text + "**", "*" + text + "*"};
    case 1:
      return {"*" + text + "*", "_" + text + "_"};
    case 2:
      return {"_" + text + "_", "_" + text + "_"};
    case 3:
      return {"***" + text + "***", "*_" + text + "_*"};
    case 4:
      return {"~~" + text + "~~", "~" + text + "~"};
    case 5:
      return {"`*" + text + "*`", "`*" + text + "*`"};
    case 6:
      return {"[" + text + "](https://a.example/p_q)", text + " (https://a.example/p_q)"};
    default:
      return {text, text};
  }
}

Pair line(std::mt19937& random) {
  Pair out;
  for (auto n = 1 + random() % 4; n > 0; --n) {
    const auto s = span(random);
    const char* gap = out.markdown.empty() ? "" : " ";
    out.markdown += gap + s.markdown;
    out.whatsapp += gap + s.whatsapp;
  }
  switch (random() % 6) {
    case 0:
      return {"* " + out.markdown, "- " + out.whatsapp};
    case 1:
      return {"> " + out.markdown, "> " + out.whatsapp};
    case 2:
      return {"## Titre", "*Titre*"};
    case 3:
      return {"1) " + out.markdown, "1. " + out.whatsapp};
    default:
      return {"A " + out.markdown, "A " + out.whatsapp};
  }
}

// covers: S69
TEST(MarkdownProperty, DocumentsBecomeTheirTwin) {
  std::mt19937 random{kSeed};
  for (int i = 0; i < 3'000; ++i) {
    Pair document;
    for (auto n = 1 + random() % 5; n > 0; --n) {
      const auto l = line(random);
      document.markdown += l.markdown + "\n";
      document.whatsapp += l.whatsapp + "\n";
    }
    ASSERT_EQ(to_whatsapp(document.markdown), document.whatsapp)
        << "round " << i << " of " << kSeed;
  }
}

TEST(MarkdownProperty, TextWithoutMarkupIsLeftAlone) {
  std::mt19937 random{kSeed};
  for (int i = 0; i < 1'000; ++i) {
    std::string text = "A";
    for (auto n = random() % 60; n > 0; --n)
      text += pick(random,
                   {"a", "é", " ", "👍🏾", ", ", ": ", "(", ")", "\n", "\"", "'", "%", "$"});
    ASSERT_EQ(to_whatsapp(text), text);
  }
}

std::string noise(std::mt19937& random, std::size_t most) {
  std::string text;
  for (auto n = random() % most; n > 0; --n)
    text += pick(random,
                 {"*",  "**", "_",  "__", "~~", "`", "[", "](", ")",   "<",   ">", "&amp;",   "\\",
                  "\n", "# ", "- ", "> ", " ",  "a", "é", "👍",  "```", "1. ", "!", "http://x"});
  return text;
}

bool is_utf8(std::string_view s) {
  for (std::size_t at = 0; at < s.size();) {
    const auto code = code_at(s, at);
    if (code.value == 0xFFFD && code.size == 1) return false;
    at += code.size;
  }
  return true;
}

TEST(MarkdownProperty, NoiseStaysTextOfBoundedLength) {
  std::mt19937 random{kSeed};
  for (int i = 0; i < 20'000; ++i) {
    const auto text = noise(random, 40);
    const auto out = to_whatsapp(text);
    ASSERT_TRUE(is_utf8(out)) << text;
    ASSERT_LE(out.size(), 3 * text.size() + 16) << text;
  }
}

TEST(MarkdownProperty, LettersNeitherVanishNorAppear) {
  std::mt19937 random{kSeed + 1};
  for (int i = 0; i < 20'000; ++i) {
    std::string text = "A ", letters;  // no fence, whose first line says no text
    for (auto n = random() % 30; n > 0; --n) {
      const auto part = pick(random, {"*", "**", "_", "~~", "***", " ", "a", "b", "é", "👍", "("});
      text += part;
      if (part == "a" || part == "b") letters += part;
    }
    const auto out = to_whatsapp(text);
    std::string found;
    std::copy_if(out.begin(), out.end(), std::back_inserter(found),
                 [](char c) { return c == 'a' || c == 'b'; });
    ASSERT_EQ(found, letters) << text;
  }
}

TEST(MarkdownProperty, AnyBytesAreSurvived) {
  std::mt19937 random{kSeed};
  for (int i = 0; i < 5'000; ++i) {
    std::string text;
    for (auto n = random() % 60; n > 0; --n) text += static_cast<char>(random());
    EXPECT_LE(to_whatsapp(text).size(), 4 * text.size() + 16);
  }
}

}  // namespace
}  // namespace whatsapp
