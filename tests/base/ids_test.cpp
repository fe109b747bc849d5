#include "base/ids.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

namespace herald::base {
namespace {

/// Counts up: different bytes every time, the same in every run.
class Counting final : public Random {
 public:
  void fill(std::span<unsigned char> out) override {
    for (auto& byte : out) byte = static_cast<unsigned char>(next_++ * 37U);
  }

 private:
  unsigned next_ = 0;
};

TEST(Ids, HaveTheirFormAndAreUnique) {
  std::set<std::string> ids;
  for (int i = 0; i < 10'000; ++i) {
    auto id = make_id(Random::system(), from_unix_ms(1'752'487'200'000));
    ASSERT_EQ(id.size(), kIdLength);
    ASSERT_EQ(id.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz"), std::string::npos)
        << id;
    ASSERT_TRUE(is_id(id));
    ids.insert(std::move(id));
  }
  EXPECT_EQ(ids.size(), 10'000U);
}

TEST(Ids, SortByTime) {
  Counting random;
  std::vector<std::string> ids;
  for (const auto ms :
       {int64_t{0}, int64_t{1}, int64_t{31}, int64_t{32}, int64_t{1'752'487'200'000},
        int64_t{1'752'487'200'001}, int64_t{253'402'300'799'000}})
    ids.push_back(make_id(random, from_unix_ms(ms)));
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
}

TEST(Ids, ComeFromTheRandomnessGiven) {
  Counting one, two;
  const auto at = from_unix_ms(1'752'487'200'000);
  EXPECT_EQ(make_id(one, at), make_id(two, at));
  EXPECT_NE(make_id(one, at), make_id(one, at));
}

TEST(Ids, FormIsChecked) {
  auto id = make_id(Random::system(), from_unix_ms(1));
  EXPECT_FALSE(is_id(""));
  EXPECT_FALSE(is_id(id.substr(1)));
  EXPECT_FALSE(is_id(id + "0"));
  for (const char c : {'I', 'u', '.', '/', ' ', '\0', '\''}) {
    auto bad = id;
    bad[20] = c;
    EXPECT_FALSE(is_id(bad)) << c;
  }
}

TEST(Secrets, AreBase64UrlOfTheGivenBytes) {
  class Zero final : public Random {
    void fill(std::span<unsigned char> out) override { std::fill(out.begin(), out.end(), 0xFF); }
  } ones;
  EXPECT_EQ(make_secret(ones, 3), "____");
  EXPECT_EQ(make_secret(ones, 1), "_w");
  EXPECT_EQ(make_secret(Random::system()).size(), 43U);
  EXPECT_NE(make_secret(Random::system()), make_secret(Random::system()));
}

TEST(Random, GivesAnyAmount) {
  std::vector<unsigned char> much(20'000);
  Random::system().fill(much);
  std::array<unsigned, 256> count{};
  for (const auto byte : much) ++count[byte];
  EXPECT_EQ(std::count(count.begin(), count.end(), 0U), 0)
      << "every byte value occurs in 20,000 random bytes";
}

TEST(Hash64, IsFnv1a) {
  EXPECT_EQ(hash64(""), 0xcbf29ce484222325ULL);
  EXPECT_EQ(hash64("a"), 0xaf63dc4c8601ec8cULL);
  EXPECT_EQ(hash64("foobar"), 0x85944171f73967e8ULL);
}

}  // namespace
}  // namespace herald::base
