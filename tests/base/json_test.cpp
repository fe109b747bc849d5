#include "base/json.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <chrono>
#include <cstring>
#include <random>

namespace herald::base {
namespace {

using namespace std::string_literals;

void expect_refused(const std::string& text, std::string_view says = "") {
  const auto value = parse_json(text);
  ASSERT_FALSE(value) << text;
  EXPECT_EQ(value.error().code, Code::invalid) << text;
  EXPECT_NE(value.error().message.find(says), std::string::npos) << value.error().message;
  EXPECT_NE(value.error().message.find("at byte"), std::string::npos) << value.error().message;
}

TEST(StrictJson, ReadsWhatRfc8259Allows) {
  for (const auto* text :
       {"null", " true ", "0", "-1", "18446744073709551615", "1e308", "\"\"", "[]", "{}",
        "\r\n\t[1 , 2]", R"({"a":{"a":1},"b":[{"a":1}]})", R"("\u00e9\uD83D\uDE00\n")", "\"é👨🔧\""})
    EXPECT_TRUE(parse_json(text)) << text;
  EXPECT_EQ(parse_json(R"("\ud83d\ude00")")->as_string(), "😀");
  EXPECT_EQ(boost::json::serialize(*parse_json(R"({"a":[1,2.5,"x",null,true]})")),
            R"({"a":[1,2.5E0,"x",null,true]})");
}

TEST(StrictJson, RefusesDuplicateKeys) {
  expect_refused(R"({"to":1,"to":2})", "duplicate key \"to\"");
  expect_refused(R"([{"x":{"a":1,"b":2,"a":3}}])", "duplicate key \"a\"");
  expect_refused(R"({"a":1,"\u0061":2})", "duplicate key \"a\"");
  EXPECT_TRUE(parse_json(R"([{"a":1},{"a":2}])"));
}

TEST(StrictJson, RefusesNul) {
  expect_refused(R"("a\u0000b")", "U+0000");
  expect_refused(R"({"a\u0000":1})", "U+0000");
  expect_refused("\"a\0b\""s);
}

// covers: F66
TEST(StrictJson, RefusesLoneSurrogates) {
  for (const auto* text : {R"("\ud800")", R"("\udc00")", R"("\ud83dx")", R"("\ud83d\n")",
                           R"("\ud83d\ud83d")", R"("\ude00\ud83d")", R"({"\ud800":1})"})
    expect_refused(text);
  expect_refused(R"({"kind":"\ud800"})", "lone surrogate");
  expect_refused("\"\xED\xA0\x80\"");
}

TEST(StrictJson, RefusesInvalidUtf8) {
  for (const auto* bytes : {"\x80", "\xC0\xAF", "\xE2\x82", "\xF5\x80\x80\x80", "\xFF"})
    expect_refused("\""s + bytes + "\"");
}

TEST(StrictJson, RefusesNumbersThatAreNotFinite) {
  expect_refused("1e999", "too large");
  expect_refused("[-1e999]", "too large");
  for (const auto* text : {"NaN", "Infinity", "-Infinity", "01", "1.", ".5", "+1", "0x10"})
    expect_refused(text);
}

TEST(StrictJson, RefusesAByteOrderMarkAndTrailingBytes) {
  expect_refused("\xEF\xBB\xBF{}");
  expect_refused("{} x");
  expect_refused("{}{}");
  expect_refused("1 2");
  expect_refused("null\0"s);
}

TEST(StrictJson, RefusesWhatIsNotJson) {
  for (const auto* text : {"", " ", "{", "[1,]", "{\"a\":1,}", "{a:1}", "'a'", "// x\n1", "/* */1",
                           "\"\x01\"", "\"\\x\"", "[1", "tru"})
    expect_refused(text);
}

TEST(StrictJson, BoundsDepthAndSize) {
  const auto nested = [](unsigned depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(parse_json(nested(32)));
  expect_refused(nested(33));
  expect_refused(std::string(100'000, '['));
  EXPECT_FALSE(parse_json(nested(3), {2, 100}));
  const auto large = parse_json("\"" + std::string(256 * 1024, 'a') + "\"");
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, Code::too_large);
  EXPECT_TRUE(parse_json("\"" + std::string(256 * 1024 - 2, 'a') + "\""));
}

/// So many keys of 16 characters that the standard library hashes to one value (MurmurHash64A: for
/// every first block there is a second one that leads to the same).
std::vector<std::string> keys_that_fall_together(std::size_t count) {
  constexpr uint64_t m = 0xc6a4a7935bd1e995, inverse = 0x5f7a0ea7e59b19bd;
  const auto mix = [](uint64_t k) { return (k *= m, k ^= k >> 47, k * m); };
  const auto unmix = [](uint64_t k) { return (k *= inverse, k ^= k >> 47, k * inverse); };
  const auto plain = [](uint64_t block) {
    for (int i = 0; i < 8; ++i, block >>= 8)
      if (const auto c = block & 0xff; c <= 0x20 || c >= 0x7f || c == '"' || c == '\\')
        return false;
    return true;
  };
  const uint64_t start = 0xc70f6907 ^ (16 * m), target = 0x1234567812345678;
  std::vector<std::string> out;
  std::mt19937_64 random{1};
  while (out.size() < count) {
    const uint64_t first = (random() & 0x3f3f3f3f3f3f3f3f) | 0x4040404040404040;
    const auto second = unmix(((start ^ mix(first)) * m) ^ target);
    if (!plain(first) || !plain(second)) continue;
    out.emplace_back(16, ' ');
    std::memcpy(out.back().data(), &first, 8);
    std::memcpy(out.back().data() + 8, &second, 8);
  }
  return out;
}

// covers: F66
TEST(StrictJson, KeysThatFallTogetherCostNoMoreThanOthers) {
  const auto took = [](const std::vector<std::string>& keys) {
    std::string text = "{";
    for (const auto& key : keys) text += (text.size() > 1 ? ",\"" : "\"") + key + "\":1";
    auto quickest = std::chrono::steady_clock::duration::max();
    for (int i = 0; i < 3; ++i) {
      const auto begun = std::chrono::steady_clock::now();
      EXPECT_TRUE(parse_json(text + "}"));
      quickest = std::min(quickest, std::chrono::steady_clock::now() - begun);
    }
    return quickest;
  };
  const auto together = keys_that_fall_together(1'000);
  ASSERT_EQ(std::hash<std::string>{}(together[0]), std::hash<std::string>{}(together[1]));
  std::vector<std::string> others;
  std::mt19937_64 random{2};
  for (std::size_t i = 0; i < together.size(); ++i) {
    auto digits = std::to_string(random());
    others.push_back(std::string(20 - digits.size(), '0') + digits.substr(0, 16));
  }
  EXPECT_LT(took(together), 10 * took(others));
}

TEST(StrictJson, LongTextsAndKeysArriveWhole) {
  const std::string text(100'000, 'x');
  EXPECT_EQ(parse_json("\"" + text + "\"")->as_string(), text);
  const std::string key(1'000, 'k');
  EXPECT_TRUE(parse_json("{\"" + key + "\":1}")->as_object().contains(key));
  expect_refused("{\"" + key + "\":1,\"" + key + "\":2}", "duplicate key");
  EXPECT_FALSE(parse_json("{\"" + std::string(2'000, 'k') + "\":1}"));
}

}  // namespace
}  // namespace herald::base
