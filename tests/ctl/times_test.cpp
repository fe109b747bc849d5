#include "ctl/times.hpp"

#include <gtest/gtest.h>

#include "ctl/fixture.hpp"

namespace herald::ctl {
namespace {

using Times = herald::testing::CtlTest;

std::string parsed(std::string_view typed, base::TimePoint now) {
  const auto at = parse_time(typed, now);
  return at ? base::to_iso8601(*at).substr(0, 19) : "";
}

TEST_F(Times, TypedTimesAreLocalUnlessTheySayOtherwise) {
  EXPECT_EQ(parsed("+1h30m", clock.now()), "2025-07-14T11:30:00");
  EXPECT_EQ(parsed("2025-07-14T12:00", clock.now()), "2025-07-14T11:00:00");
  EXPECT_EQ(parsed("2025-07-14", clock.now()), "2025-07-13T23:00:00");
  EXPECT_EQ(parsed("2025-07-14T12:00Z", clock.now()), "2025-07-14T12:00:00");
  EXPECT_EQ(parsed("2025-07-14T12:00+02:00", clock.now()), "2025-07-14T10:00:00");
  for (const auto* wrong : {"", "+", "+soon", "tomorrow", "12:00"})
    EXPECT_EQ(parsed(wrong, clock.now()), "") << wrong;
}

TEST_F(Times, ShownTimesAreLocal) {
  EXPECT_EQ(local_time("2025-07-14T23:30:00.123456Z"), "2025-07-15 00:30:00");
  EXPECT_EQ(local_time(""), "");
  EXPECT_EQ(local_time("never"), "never");
}

TEST_F(Times, DistancesHaveTwoUnits) {
  const auto now = clock.now();
  EXPECT_EQ(relative("2025-07-14T10:00:00.400Z", now), "now");
  EXPECT_EQ(relative("2025-07-14T09:56:48Z", now), "3m12s ago");
  EXPECT_EQ(relative("2025-07-14T12:05:59Z", now), "in 2h5m");
  EXPECT_EQ(relative("2025-07-11T10:00:00Z", now), "3d ago");
  EXPECT_EQ(relative("", now), "");
  EXPECT_EQ(between("2025-07-14T10:00:00Z", "2025-07-14T10:00:00.450Z"), "450ms");
  EXPECT_EQ(between("2025-07-14T10:00:01Z", "2025-07-14T10:00:00Z"), "");
}

}  // namespace
}  // namespace herald::ctl
