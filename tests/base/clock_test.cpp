#include "base/clock.hpp"

#include <gtest/gtest.h>

namespace herald::base {
namespace {

using namespace std::chrono_literals;

struct Iso {
  const char* text;
  int64_t ms;  ///< -1: refused
};

// covers: S31 S32
TEST(Iso8601, Accepts) {
  constexpr int64_t kTen = 1'752'487'200'000;  // 2025-07-14T10:00:00Z
  for (const auto& [text, ms] : {Iso{"2025-07-14T10:00:00Z", kTen},
                                 {"2025-07-14t10:00:00z", kTen},
                                 {"2025-07-14 10:00:00Z", kTen},
                                 {"2025-07-14T10:00:00", kTen},
                                 {"2025-07-14T10:00Z", kTen},
                                 {"2025-07-14T11:00:00+01:00", kTen},
                                 {"2025-07-14T11:00:00 01:00", kTen},
                                 {"2025-07-14T11:00:00+0100", kTen},
                                 {"2025-07-14T11:00:00+01", kTen},
                                 {"2025-07-14T04:30:00-05:30", kTen},
                                 {"2025-07-14T10:00:00.123Z", kTen + 123},
                                 {"2025-07-14", kTen - 36'000'000},
                                 {"1970-01-01T00:00:00Z", 0},
                                 {"2024-02-29T00:00:00Z", 1'709'164'800'000}}) {
    const auto at = parse_iso8601(text);
    ASSERT_TRUE(at) << text;
    EXPECT_EQ(unix_ms(*at), ms) << text;
  }
  EXPECT_EQ(unix_us(*parse_iso8601("2025-07-14T10:00:00.123456Z")), kTen * 1000 + 123'456);
  EXPECT_EQ(unix_us(*parse_iso8601("2025-07-14T10:00:00.123456789Z")), kTen * 1000 + 123'456);
}

// covers: S32
TEST(Iso8601, Refuses) {
  for (const auto* text : {"",
                           "now",
                           "1752487200",
                           "2025",
                           "2025-07",
                           "2025-7-14",
                           "2025-02-29",
                           "2025-13-01",
                           "2025-07-14T",
                           "2025-07-14T10",
                           "2025-07-14T24:00:00Z",
                           "2025-07-14T10:60:00Z",
                           "2025-07-14T10:00:60Z",
                           "2025-07-14T10:00:00.Z",
                           "2025-07-14T10:00:00.1234567890Z",
                           "2025-07-14T10:00:00+24:00",
                           "2025-07-14T10:00:00+01:60",
                           "2025-07-14T10:00:00+1",
                           "2025-07-14T10:00:00ZZ",
                           "2025-07-14T10:00:00Z ",
                           " 2025-07-14T10:00:00Z",
                           "1969-12-31T23:59:59Z",
                           "-2025-07-14",
                           "20250-07-14",
                           "2025-07-14T10:00:00+",
                           "2025-07-14X10:00:00Z"})
    EXPECT_FALSE(parse_iso8601(text)) << text;
}

TEST(Iso8601, RoundTrips) {
  for (const auto us :
       {int64_t{0}, int64_t{1}, int64_t{1'752'487'200'123'456}, int64_t{253'402'300'799'999'999}}) {
    const auto text = to_iso8601(from_unix_us(us));
    const auto again = parse_iso8601(text);
    ASSERT_TRUE(again) << text;
    EXPECT_EQ(unix_us(*again), us);
  }
  EXPECT_EQ(to_iso8601(from_unix_us(1'752'487'200'123'456)), "2025-07-14T10:00:00.123456Z");
}

TEST(DurationText, Accepts) {
  for (const auto& [text, expected] : {std::pair<const char*, Duration>{"250ms", 250ms},
                                       {"0s", 0s},
                                       {"2m", 2min},
                                       {"1h30m", 90min},
                                       {"1d", 24h},
                                       {"1d2h3m4s5ms", 26h + 3min + 4s + 5ms},
                                       {"90s", 90s},
                                       {"3650d", 24h * 3650}})
    EXPECT_EQ(parse_duration(text), expected) << text;
}

TEST(DurationText, Refuses) {
  for (const auto* text : {"", "5", "s", "-5s", "5 s", "1.5h", "5S", "5x", "1h 30m", "3651d",
                           "99999999999999999999s", "1w", "5us", "5s5", "+5s"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(DurationText, IsTheShortestExactForm) {
  EXPECT_EQ(to_string(0s), "0s");
  EXPECT_EQ(to_string(90s), "1m30s");
  EXPECT_EQ(to_string(24h), "1d");
  EXPECT_EQ(to_string(1500ms), "1s500ms");
  EXPECT_EQ(to_string(-90s), "-1m30s");
  EXPECT_EQ(to_string(Duration{1}), "1us");
}

TEST(SystemClock, Advances) {
  const auto& clock = Clock::system();
  const auto before = clock.mono();
  EXPECT_LE(before, clock.mono());
  EXPECT_GT(unix_ms(clock.now()), 1'600'000'000'000);
}

}  // namespace
}  // namespace herald::base
