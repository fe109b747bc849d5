#include "journal/verdict.hpp"

#include <gtest/gtest.h>

namespace herald::journal {
namespace {

using namespace std::chrono_literals;
using model::web::FetchResult;

const base::TimePoint kNow = *base::parse_iso8601("2026-01-31T12:00:00Z");

FetchResult answered(unsigned status, std::string retry_after = {}) {
  FetchResult out;
  out.reached = FetchResult::Reached::answered;
  out.status = status;
  if (!retry_after.empty()) out.headers = {{"retry-after", std::move(retry_after)}};
  return out;
}

TEST(Verdict, Only2xxIsDelivered) {
  for (unsigned status = 100; status < 600; ++status) {
    const auto expected = status == 410                   ? Verdict::Kind::gone
                          : status >= 200 && status < 300 ? Verdict::Kind::delivered
                                                          : Verdict::Kind::failed;
    EXPECT_EQ(judge(answered(status), kNow).kind, expected) << status;
  }
  FetchResult nothing;
  nothing.error = "Couldn't connect to server";
  EXPECT_EQ(judge(nothing, kNow).kind, Verdict::Kind::failed);
  EXPECT_EQ(judge(nothing, kNow).error, nothing.error);
}

TEST(Verdict, RetryAfterCountsFor429And503) {
  struct Row {
    unsigned status;
    const char* text;
    base::Duration pause;
  };
  for (const auto& row : {Row{503, "120", 120s}, Row{429, "7", 7s}, Row{500, "120", 0s},
                          Row{429, "Sat, 31 Jan 2026 12:01:00 GMT", 60s},
                          Row{429, "Sat, 31 Jan 2026 11:00:00 GMT", 0s}, Row{429, "soon", 0s},
                          Row{429, "-5", 0s}, Row{503, "999999999", 24h}, Row{503, "", 0s}})
    EXPECT_EQ(judge(answered(row.status, row.text), kNow).pause, row.pause) << row.text;
}

TEST(Schedule, IsThatOfTheSpecificationWithSomeJitter) {
  base::Duration whole{0};
  for (const auto pause : standard_schedule()) whole += pause;
  EXPECT_EQ(whole, 75h + 35min + 5s);
  EXPECT_EQ(standard_schedule().size(), 9U);
  for (unsigned tries = 1; tries <= 9; ++tries) {
    const auto pause = standard_schedule()[tries - 1];
    for (uint64_t seed = 0; seed < 100; ++seed) {
      const auto next = next_try(standard_schedule(), tries, kNow, seed) - kNow;
      EXPECT_GE(next, pause * 9 / 10);
      EXPECT_LE(next, pause * 11 / 10);
    }
  }
  EXPECT_EQ(next_try(standard_schedule(), 10, kNow, 0), base::TimePoint::max());
  EXPECT_EQ(next_try({}, 1, kNow, 0), base::TimePoint::max());
}

}  // namespace
}  // namespace herald::journal
