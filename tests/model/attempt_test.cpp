#include <gtest/gtest.h>

#include "base/ids.hpp"
#include "model/progress.hpp"

namespace herald::model {
namespace {

TEST(AttemptId, RoundTripsAndFitsSixtyFourCharacters) {
  const auto id = base::make_id(base::Random::system(), base::from_unix_ms(1'752'487'200'000));
  Attempt a;
  a.run = 2;
  a.step = 1;
  a.number = 12;
  EXPECT_EQ(attempt_id(id, a), id + ".2.1.12");
  const auto name = parse_attempt_id(attempt_id(id, a));
  ASSERT_TRUE(name);
  EXPECT_EQ(name->notification, id);
  EXPECT_EQ(name->run, 2U);
  EXPECT_EQ(name->step, 1U);
  EXPECT_EQ(name->number, 12U);
  a.run = a.step = a.number = 99'999'999;
  EXPECT_LE(attempt_id(id, a).size(), 64U);
}

TEST(AttemptId, RefusesOtherForms) {
  for (const auto* text : {"", "n1", "n1.1.0", "n1.1.0.1.1", ".1.0.1", "n1.0.0.1", "n1.1.0.0",
                           "n1.01.0.1", "n1.1.00.1", "n1.1.-1.1", "n1.1.0.x", "n1.1.0.", "n1..0.1",
                           "N1.1.0.1", "n1.1.0.4294967296", "n1.1.0.1 ", "n/1.1.0.1"})
    EXPECT_FALSE(parse_attempt_id(text)) << text;
  EXPECT_FALSE(parse_attempt_id(std::string(60, 'a') + ".1.0.1"));
}

TEST(Progress, BestEvidenceIgnoresWhatReachesNobody) {
  Progress p;
  EXPECT_EQ(p.best_evidence(), Evidence::none);
  p.attempts.resize(3);
  p.attempts[0].evidence = Evidence::accepted;
  p.attempts[1].evidence = Evidence::delivered;
  p.attempts[1].reaches_nobody = true;
  EXPECT_EQ(p.best_evidence(), Evidence::accepted);
  p.attempts[2].evidence = Evidence::read;
  EXPECT_EQ(p.best_evidence(), Evidence::read);
}

TEST(Progress, FindsTheAttemptInFlight) {
  Progress p;
  EXPECT_EQ(p.in_flight(), nullptr);
  p.attempts.resize(2);
  p.attempts[0].in_flight = false;
  EXPECT_EQ(p.in_flight(), &p.attempts[1]);
  p.attempts[1].in_flight = false;
  EXPECT_EQ(p.in_flight(), nullptr);
}

}  // namespace
}  // namespace herald::model
