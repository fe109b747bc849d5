#include "webchat_test.hpp"

namespace webchat_test {
namespace {

using LongPoll = Webchat;
using std::chrono::seconds;

std::string cursor_of(const boost::json::object& page) {
  return std::string{page.at("cursor").as_string()};
}

// covers: S38 S39
TEST_F(LongPoll, IsAnsweredAsSoonAsSomethingArrives) {
  const auto from = cursor_of(json(get(polling)));
  const auto id = get(polling + "?wait=30&cursor=" + from).id;
  host.advance(seconds{10});
  EXPECT_FALSE(host.http.seen(id).answered);
  const auto item = add("one").id;
  host.run();
  const auto page = json(host.http.seen(id));
  EXPECT_EQ(ids(page), std::vector<int64_t>{1});
  EXPECT_EQ(page.at("has_new"), true);
  EXPECT_TRUE(delivered(item)) << "every byte was written";
  EXPECT_EQ(ids(json(get(polling + "?cursor=" + cursor_of(page)))), std::vector<int64_t>{});
}

TEST_F(LongPoll, IsAnsweredAtOnceWhenThereIsSomethingAlready) {
  const auto from = cursor_of(json(get(polling)));
  add("one");
  EXPECT_EQ(ids(json(get(polling + "?wait=30&cursor=" + from))), std::vector<int64_t>{1});
  EXPECT_EQ(ids(json(get(polling + "?wait=30"))), std::vector<int64_t>{1});
  EXPECT_EQ(ids(json(get(polling + "?wait=30&last_check=2025-07-14"))), std::vector<int64_t>{1});
}

TEST_F(LongPoll, SaysAfterItsTimeThatThereWasNothing) {
  const auto from = cursor_of(json(get(polling)));
  for (const auto& query : {"?wait=5&cursor=" + from, std::string{"?wait=5"},
                            std::string{"?wait=5&last_check=2025-07-15"}}) {
    const auto id = get(polling + query).id;
    host.advance(seconds{3});
    EXPECT_FALSE(host.http.seen(id).answered);
    host.advance(seconds{3});
    const auto page = json(host.http.seen(id));
    EXPECT_EQ(page.at("has_new"), false);
    EXPECT_EQ(cursor_of(page), from);
  }
}

TEST_F(LongPoll, HearsOfWhatAnotherTabDid) {
  add("one");
  const auto from = cursor_of(json(get(polling)));
  const auto id = get(polling + "?wait=30&cursor=" + from).id;
  json(post(inbox + "/clear"));
  const auto page = json(host.http.seen(id));
  EXPECT_EQ(page.at("has_new"), false);
  EXPECT_EQ(page.at("unread_count"), 0);
  EXPECT_EQ(page.at("changes").at(0).at("active"), false);
  EXPECT_EQ(page.at("changes").at(0).at("read"), true);
}

TEST_F(LongPoll, WithoutACursorWaitsForItemsFromNowOn) {
  const auto id = get(polling + "?wait=30&last_check=2025-07-15").id;
  add("one");
  host.run();
  EXPECT_EQ(ids(json(host.http.seen(id))), std::vector<int64_t>{1});
}

TEST_F(LongPoll, ATokenThatExpiresEndsTheWait) {
  auto who = person();
  who.expires_unix_ms = host.now_unix_ms() + 4'000;
  const auto id = get(polling + "?wait=30", who).id;
  host.advance(seconds{5});
  EXPECT_EQ(json(host.http.seen(id)).at("has_new"), false);
}

TEST_F(LongPoll, ARevokedTokenIsToldNothingMore) {
  const auto id = get(polling + "?wait=30&cursor=" + cursor_of(json(get(polling)))).id;
  host.http.revoke(id);
  const auto item = add("one").id;
  host.run();
  expect_problem(host.http.seen(id), 401, "unauthenticated");
  EXPECT_FALSE(delivered(item));
}

TEST_F(LongPoll, OneThatGoesAwayGivesNoEvidence) {
  const auto from = cursor_of(json(get(polling)));
  host.request("GET", polling + "?wait=30&cursor=" + from,
               {.who = person(), .client_vanishes = true});
  const auto item = add("one").id;
  host.run();
  EXPECT_FALSE(delivered(item));
}

TEST_F(LongPoll, OfTooManyOfOnePersonTheOldestIsAnswered) {
  const auto first = get(polling + "?wait=30").id;
  for (int i = 0; i < 7; ++i) get(polling + "?wait=30");
  EXPECT_FALSE(host.http.seen(first).answered);
  const auto last = get(polling + "?wait=30").id;
  EXPECT_EQ(json(host.http.seen(first)).at("has_new"), false);
  EXPECT_FALSE(host.http.seen(last).answered);
}

TEST_F(LongPoll, GoesOnWaitingWhenTheStoreFailsForAMoment) {
  const auto id = get(polling + "?wait=30").id;
  host.fail_next("list", HERALD_E_LIMIT);
  add("one");
  host.run();
  EXPECT_FALSE(host.http.seen(id).answered);
  host.advance(seconds{2});
  EXPECT_EQ(ids(json(host.http.seen(id))), std::vector<int64_t>{1});
}

}  // namespace
}  // namespace webchat_test
