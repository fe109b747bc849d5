#include "last_check.hpp"

#include <gtest/gtest.h>

namespace webchat {
namespace {

constexpr int64_t kTen = 1'752'487'200'000'000;  // 2025-07-14T10:00:00Z
constexpr int64_t kHour = 3'600'000'000;

// covers: S31 S32
TEST(LastCheck, EveryFormNamesTheSameInstant) {
  for (const auto* text :
       {"2025-07-14T10:00:00Z", "2025-07-14t10:00:00z", "2025-07-14T10:00Z",
        "2025-07-14T10:00:00.0Z", "2025-07-14T10:00:00,000000000000000000Z",
        "2025-07-14T11:00:00+01:00", "2025-07-14T11:00:00 01:00", "2025-07-14T11:00:00+0100",
        "2025-07-14T11:00:00 01", "2025-07-14T04:30:00-05:30", "2025-07-14T10:00:00-00:00",
        "2025-07-15T00:30:00+14:30", "2025-07-13T23:00-11"})
    EXPECT_EQ(parse_last_check(text), kTen) << text;
}

// covers: S32
TEST(LastCheck, FractionsAreCutToMicroseconds) {
  EXPECT_EQ(parse_last_check("2025-07-14T10:00:00.5Z"), kTen + 500'000);
  EXPECT_EQ(parse_last_check("2025-07-14T10:00:00.123456Z"), kTen + 123'456);
  EXPECT_EQ(parse_last_check("2025-07-14T10:00:00.1234569Z"), kTen + 123'456);
  EXPECT_EQ(parse_last_check("2025-07-14T11:00:00.123456 01:00"), kTen + 123'456);
}

// covers: S32
TEST(LastCheck, ADateAloneIsItsMidnightInUtc) {
  EXPECT_EQ(parse_last_check("2025-07-14"), kTen - 10 * kHour);
  EXPECT_EQ(parse_last_check("1970-01-01"), 0);
  EXPECT_TRUE(parse_last_check("2024-02-29").has_value());
  EXPECT_TRUE(parse_last_check("0001-01-01").has_value());
  EXPECT_TRUE(parse_last_check("9999-12-31T23:59:59.999999Z").has_value());
}

// covers: S32
TEST(LastCheck, NothingElseIsATime) {
  for (const auto* text : {"",
                           " ",
                           "now",
                           "0",
                           "1752487200",
                           "1752487200.5",
                           "2025",
                           "2025-07",
                           "20250714",
                           "2025-7-14",
                           "2025-00-14",
                           "2025-13-01",
                           "2025-07-00",
                           "2025-07-32",
                           "2025-02-29",
                           "0000-01-01",
                           "-2025-07-14",
                           "+2025-07-14",
                           "2025-07-14T",
                           "2025-07-14Z",
                           "2025-07-14T10Z",
                           "2025-07-14T10:00:00",
                           "2025-07-14T10:00",
                           "2025-07-14 10:00:00Z",
                           "2025-07-14T24:00:00Z",
                           "2025-07-14T10:60:00Z",
                           "2025-07-14T10:00:60Z",
                           "2025-07-14T10:00:00.Z",
                           "2025-07-14T10:00:00.0000000000000000000Z",
                           "2025-07-14T10:00:00.5",
                           "2025-07-14T10:00:00ZZ",
                           "2025-07-14T10:00:00Z ",
                           " 2025-07-14T10:00:00Z",
                           "2025-07-14T10:00:00+",
                           "2025-07-14T10:00:00+1",
                           "2025-07-14T10:00:00+24:00",
                           "2025-07-14T10:00:00+01:60",
                           "2025-07-14T10:00:00+01:",
                           "2025-07-14T10:00:00+01:0",
                           "2025-07-14T10:00:00+01:000",
                           "2025-07-14T10:00:00  01:00",
                           "2025-07-14T10:00:00+01:00Z",
                           "2025-07-14T1O:00:00Z",
                           "2025/07/14",
                           "Mon, 14 Jul 2025 10:00:00 GMT"})
    EXPECT_FALSE(parse_last_check(text)) << text;
  EXPECT_FALSE(parse_last_check(std::string_view{"2025-07-14\0", 11}));
}

}  // namespace
}  // namespace webchat
