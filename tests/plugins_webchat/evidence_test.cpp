#include "webchat_test.hpp"

namespace webchat_test {
namespace {

using Evidence = Webchat;

TEST_F(Evidence, AnAnswerThatWasWrittenWholeMakesItsItemsDelivered) {
  const auto listed = add("one").id;
  get(inbox);
  EXPECT_TRUE(delivered(listed));
  EXPECT_FALSE(is_read(listed));
  const auto polled = add("two").id;
  get(polling);
  EXPECT_TRUE(delivered(polled));
  EXPECT_FALSE(is_read(polled));
}

TEST_F(Evidence, OnlyWhatTheAnswerHeld) {
  const auto old = add("old").id;
  const auto fresh = add("new").id;
  get(polling + "?last_check=2025-07-14T10:00:00.001Z");
  EXPECT_FALSE(delivered(old));
  EXPECT_TRUE(delivered(fresh));
}

TEST_F(Evidence, AClientThatWentAwayGivesNone) {
  const auto id = add("one").id;
  host.request("GET", inbox, {.who = person(), .client_vanishes = true});
  host.request("GET", polling, {.who = person(), .client_vanishes = true});
  EXPECT_FALSE(delivered(id));
}

TEST_F(Evidence, AServiceGivesNone) {
  const auto id = add("one").id;
  get(inbox, service("inbox:read"));
  get(polling, service("inbox:read"));
  EXPECT_FALSE(delivered(id));
}

TEST_F(Evidence, AFailedAnswerGivesNone) {
  const auto id = add("one").id;
  host.fail_next("list", HERALD_E_INTERNAL);
  get(inbox);
  get(polling + "?last_check=never");
  EXPECT_FALSE(delivered(id));
}

TEST_F(Evidence, AnEmptyAnswerAsksNothingOfTheHost) {
  host.fail_next("seen", HERALD_E_INTERNAL);  // would be used up, and logged, by a call
  get(inbox);
  EXPECT_FALSE(host.core.logged("evidence"));
}

TEST_F(Evidence, WhatCouldNotBeRecordedIsLoggedAndComesWithTheNextRequest) {
  const auto id = add("one").id;
  host.fail_next("seen", HERALD_E_LIMIT);
  EXPECT_EQ(get(inbox).response.status, 200u);
  EXPECT_TRUE(host.core.logged("evidence"));
  EXPECT_FALSE(delivered(id));
  get(inbox);
  EXPECT_TRUE(delivered(id));
}

}  // namespace
}  // namespace webchat_test
