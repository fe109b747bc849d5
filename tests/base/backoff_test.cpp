#include "base/backoff.hpp"

#include <gtest/gtest.h>

#include <set>

namespace herald::base {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesUpToItsMaximumWithinAQuarter) {
  const Backoff backoff{1s, 5min};
  for (unsigned tries = 1; tries <= 40; ++tries) {
    const auto middle =
        std::min<Duration>(5min, Duration{1s} * (int64_t{1} << std::min(tries - 1, 20U)));
    for (uint64_t seed = 0; seed < 50; ++seed) {
      EXPECT_GE(backoff.after(tries, seed), middle * 3 / 4) << tries;
      EXPECT_LE(backoff.after(tries, seed), middle * 5 / 4) << tries;
    }
  }
}

TEST(Backoff, NeighbouringSeedsSpread) {
  const Backoff backoff{100s, 100s};
  std::set<Duration> pauses;
  for (uint64_t seed = 0; seed < 100; ++seed) pauses.insert(backoff.after(1, seed));
  EXPECT_GT(pauses.size(), 30U);
  EXPECT_EQ(backoff.after(3, 7), backoff.after(3, 7));
}

TEST(Backoff, AHugeMaximumDoesNotOverflow) {
  const Backoff backoff{1s, std::chrono::hours{24 * 3650}};
  EXPECT_LE(backoff.after(1'000'000, 1), std::chrono::hours{24 * 3650} * 5 / 4);
  EXPECT_GT(backoff.after(1'000'000, 1), 0s);
}

}  // namespace
}  // namespace herald::base
