#include "base/steered_clock.hpp"

#include <gtest/gtest.h>

namespace herald::base {
namespace {

using std::chrono::milliseconds;

class SteeredClockTest : public ::testing::Test {
 protected:
  /// The other clock, so far ahead of this machine's, read within `took`.
  void hears(Duration ahead, Duration took = milliseconds{2}) {
    const auto from = clock.mono();
    clock.steer(from, from + took, Clock::system().now() + took / 2 + ahead);
  }
  /// In whole tenths of a second, so that what passes meanwhile is not seen.
  int64_t ahead() const {
    const auto us = (clock.now() - Clock::system().now()).count();
    return (us + (us < 0 ? -50'000 : 50'000)) / 100'000;
  }
  SteeredClock clock;
};

TEST_F(SteeredClockTest, IsTheMachinesUntilItIsSteered) {
  EXPECT_EQ(ahead(), 0);
  hears(std::chrono::hours{-1});
  EXPECT_EQ(ahead(), -36'000);
}

TEST_F(SteeredClockTest, FollowsWhatIsFurtherOffThanAReadingCanBe) {
  hears(milliseconds{0});
  hears(milliseconds{200});
  EXPECT_EQ(ahead(), 0);
  hears(milliseconds{-200});
  EXPECT_EQ(ahead(), 0);
  hears(milliseconds{400});
  EXPECT_EQ(ahead(), 4);
  hears(std::chrono::hours{1});
  EXPECT_EQ(ahead(), 36'000);
}

TEST_F(SteeredClockTest, BelievesAReadingThatTookLongOnlyWhenItHasNoOther) {
  hears(milliseconds{3'000}, milliseconds{400});
  EXPECT_EQ(ahead(), 30);
  hears(milliseconds{9'000}, milliseconds{400});
  EXPECT_EQ(ahead(), 30);
  hears(milliseconds{0});
  EXPECT_EQ(ahead(), 0);
}

}  // namespace
}  // namespace herald::base
