#include "webchat_test.hpp"

namespace webchat_test {
namespace {

using Poll = Webchat;

std::string cursor_of(const boost::json::object& page) {
  return std::string{page.at("cursor").as_string()};
}

// covers: S13 S18 S25 S33
TEST_F(Poll, WithoutLastCheckAllActiveItemsByteForByte) {
  const auto nothing = get(polling);
  EXPECT_EQ(herald::header(nothing.response.headers, "content-type"), "application/json");
  EXPECT_EQ(herald::header(nothing.response.headers, "cache-control"), "no-store");
  EXPECT_EQ(nothing.response.body,
            R"({"status":"success","notifications":[],"count":0,"has_new":false,)"
            R"("cursor":"1.0.0.0","server_time":"2025-07-14T10:00:00.000000Z"})");
  add("one", "n1");
  EXPECT_EQ(get(polling).response.body,
            R"({"status":"success","notifications":[{"id":1,"message":"one","type":"info",)"
            R"("timestamp":"2025-07-14T10:00:00.001000Z","read":false,"text":"one",)"
            R"("herald_id":"n1","title":"","actions":[],"seq":1}],"count":1,"has_new":true,)"
            R"("cursor":"1.1.1.1","server_time":"2025-07-14T10:00:00.001000Z"})");
}

// covers: S31 S32
TEST_F(Poll, OnlyStrictlyNewerItemsInEverySpellingOfTheTime) {
  add("first");   // 10:00:00.001
  add("second");  // 10:00:00.002
  for (const auto* time : {"2025-07-14T10:00:00.001Z", "2025-07-14T10:00:00.001000Z",
                           "2025-07-14t10:00:00.0010009z", "2025-07-14T11:00:00.001%2B01:00",
                           "2025-07-14T11:00:00.001+01:00", "2025-07-14T11:00:00.001%2001:00",
                           "2025-07-14T09:00:00.001-0100", "2025-07-14T11:00:00,001%2B01"}) {
    const auto page = json(get(polling + "?last_check=" + time));
    EXPECT_EQ(ids(page), std::vector<int64_t>{2}) << time;
    EXPECT_EQ(page.at("has_new"), true);
  }
  for (const auto* time : {"2025-07-14T10:00:00.002Z", "2025-07-15", "2025-07-14T10:01Z"}) {
    const auto page = json(get(polling + "?last_check=" + time));
    EXPECT_EQ(ids(page), std::vector<int64_t>{}) << time;
    EXPECT_EQ(page.at("has_new"), false);
    EXPECT_EQ(page.at("count"), 0);
  }
  EXPECT_EQ(ids(json(get(polling + "?last_check=2025-07-14"))), (std::vector<int64_t>{1, 2}));
}

// covers: S32
TEST_F(Poll, AnythingElseIs400AndNeverEverything) {
  add("hidden");
  for (const auto* query : {"last_check=",
                            "last_check",
                            "last_check=yesterday",
                            "last_check=1752487200",
                            "last_check=2025-07-14T10:00:00",
                            "last_check=2025-02-30",
                            "last_check=2025-07-14T25:00Z",
                            "last_check=2025-07-14T10:00:00Z%00",
                            "last_check=2025-07-14&last_check=2025-07-14",
                            "cursor=",
                            "cursor=x",
                            "cursor=1.1.1.9223372036854775808",
                            "cursor=1.2.3",
                            "cursor=1.3.2.3",
                            "cursor=1.1.3.2",
                            "cursor=0.1.1.1",
                            "wait=61",
                            "wait=-1",
                            "wait=",
                            "wait=x",
                            "cursor=1.1.1.1&cursor=1.1.1.1",
                            "cursor=1.1.1.1&last_check=x"}) {
    const auto seen = get(polling + "?" + query);
    expect_problem(seen, 400, "invalid");
    EXPECT_EQ(seen.response.body.find("hidden"), std::string::npos) << query;
  }
}

// covers: S32
TEST_F(Poll, ATimeBeforeAllTimesIsTheStart) {
  add("one");
  EXPECT_EQ(ids(json(get(polling + "?last_check=1969-12-31T23:59:59Z"))), std::vector<int64_t>{1});
}

// covers: S34 S35
TEST_F(Poll, TwoItemsInOneTickAreBothGivenOnceByCursor) {
  auto page = json(get(polling));
  Item item;
  item.text = "tick";
  host.inbox.add(kUser, item);  // the clock does not move between these
  page = json(get(polling + "?cursor=" + cursor_of(page)));
  EXPECT_EQ(ids(page), std::vector<int64_t>{1});
  host.inbox.add(kUser, item);
  page = json(get(polling + "?cursor=" + cursor_of(page)));
  EXPECT_EQ(ids(page), std::vector<int64_t>{2});
  page = json(get(polling + "?cursor=" + cursor_of(page)));
  EXPECT_EQ(ids(page), std::vector<int64_t>{});
  EXPECT_EQ(page.at("has_new"), false);
}

// covers: S34
TEST_F(Poll, TheListsCursorContinuesInPollAndACursorBeatsTheClock) {
  add("one");
  const auto from = cursor_of(json(get(inbox)));
  add("two");
  EXPECT_EQ(ids(json(get(polling + "?last_check=2030-01-01&cursor=" + from))),
            std::vector<int64_t>{2});
}

// covers: S34
TEST_F(Poll, AnItemThatOnlyChangedIsNotNew) {
  add("one");
  add("two");
  const auto from = cursor_of(json(get(polling)));
  json(post(inbox + "/mark-read", R"({"notification_id":1})"));
  const auto page = json(get(polling + "?cursor=" + from));
  EXPECT_EQ(ids(page), std::vector<int64_t>{});
  EXPECT_EQ(page.at("has_new"), false);
  EXPECT_EQ(boost::json::serialize(page.at("changes")),
            R"([{"id":1,"herald_id":"","seq":3,"read":true,"active":true}])");
  EXPECT_EQ(page.at("unread_count"), 1);
  EXPECT_EQ(page.at("gap"), false);
}

TEST_F(Poll, ACursorBringsEverythingThatCameAlsoWhatHasLeftTheListAlready) {
  const auto from = cursor_of(json(get(polling)));
  host.inbox.keep = 2;
  for (const auto* text : {"one", "two", "three"}) add(text);
  json(post(inbox + "/clear"));
  add("four");
  const auto page = json(get(polling + "?cursor=" + from));
  EXPECT_EQ(ids(page), (std::vector<int64_t>{1, 2, 3, 4}));
  EXPECT_EQ(page.at("notifications").at(0).at("active"), false);
  EXPECT_FALSE(page.at("notifications").at(3).as_object().contains("active"));
  EXPECT_EQ(page.at("changes").as_array().size(), 0u) << "the items are as they are now";
}

TEST_F(Poll, AnAnswerStaysSmallAndSaysThatThereIsMore) {
  const auto from = cursor_of(json(get(polling)));
  for (int i = 0; i < 5; ++i) add(std::string(30 * 1024, 'x'));
  json(post(inbox + "/mark-read/1"));
  auto page = json(get(polling + "?cursor=" + from));
  EXPECT_EQ(ids(page), (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(page.at("more"), true);
  page = json(get(polling + "?cursor=" + cursor_of(page)));
  EXPECT_EQ(ids(page), (std::vector<int64_t>{3, 4}));
  page = json(get(polling + "?cursor=" + cursor_of(page)));
  EXPECT_EQ(ids(page), (std::vector<int64_t>{5}));
  EXPECT_EQ(page.at("changes").as_array().size(), 1u);
  EXPECT_EQ(page.at("more"), false);
}

TEST_F(Poll, ACursorOfAnotherEpochGivesEverythingInsteadOfAHole) {
  add("one");
  add("two");
  const auto from = cursor_of(json(get(polling)));
  host.inbox.epoch = 7;
  const auto page = json(get(polling + "?cursor=" + from));
  EXPECT_EQ(ids(page), (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(cursor_of(page), "7.2.2.2");
  EXPECT_EQ(page.at("gap"), true);
}

TEST_F(Poll, ACursorAheadOfTheInboxGivesEverythingInsteadOfAHole) {
  add("one");
  EXPECT_EQ(ids(json(get(polling + "?cursor=1.99.99.99"))), std::vector<int64_t>{1});
}

// covers: S35
TEST_F(Poll, ServerTimeIsTheHostsClock) {
  host.advance(std::chrono::hours{1});
  EXPECT_EQ(json(get(polling)).at("server_time").as_string(), "2025-07-14T11:00:00.000000Z");
}

// covers: S36
TEST_F(Poll, MarksNothingRead) {
  const auto id = add("one").id;
  for (int i = 0; i < 3; ++i) {
    const auto page = json(get(polling));
    EXPECT_EQ(page.at("notifications").at(0).at("read"), false);
  }
  EXPECT_FALSE(is_read(id));
  EXPECT_EQ(json(get(inbox)).at("unread_count"), 1);
}

// covers: S16
TEST_F(Poll, ThePathNeverNamesAUser) {
  host.inbox.add("poll", {});
  EXPECT_EQ(ids(json(get("/notifications/poll/" + kUser))), std::vector<int64_t>{});
  EXPECT_FALSE(json(get("/notifications/poll/" + kUser)).contains("unread_count"));
  EXPECT_EQ(get("/notifications/poll", person()).response.status, 404u);
}

TEST_F(Poll, AFailureIsNeverNothingNew) {
  host.fail_next("list", HERALD_E_STATE);
  expect_problem(get(polling), 503, "unavailable");
}

}  // namespace
}  // namespace webchat_test
