#include "webchat_test.hpp"

namespace webchat_test {
namespace {

using MarkRead = Webchat;

constexpr const char* kDone = R"({"status":"success","message":"Notification marked as read"})";

// covers: S06 S11 S18 S19 S30
TEST_F(MarkRead, ByIntegerInTheBody) {
  const auto id = add("one").id;
  const auto seen = post(inbox + "/mark-read", R"({"notification_id":1})");
  EXPECT_EQ(seen.response.status, 200u);
  EXPECT_EQ(herald::header(seen.response.headers, "content-type"), "application/json");
  EXPECT_EQ(seen.response.body, kDone);
  EXPECT_TRUE(is_read(id));
}

// covers: S20
TEST_F(MarkRead, ByQueryAndByPath) {
  add("one");
  add("two");
  EXPECT_EQ(post(inbox + "/mark-read?notification_id=1").response.body, kDone);
  EXPECT_EQ(post(inbox + "/mark-read/2").response.body, kDone);
  EXPECT_TRUE(is_read(1));
  EXPECT_TRUE(is_read(2));
}

// covers: S19 S20
TEST_F(MarkRead, ByHeraldIdInEveryForm) {
  for (const auto* id : {"a1", "2b", "c3", "d4"}) add("text", id);
  EXPECT_EQ(post(inbox + "/mark-read", R"({"notification_id":"a1"})").response.body, kDone);
  EXPECT_EQ(post(inbox + "/mark-read?notification_id=2b").response.body, kDone);
  EXPECT_EQ(post(inbox + "/mark-read/c3").response.body, kDone);
  EXPECT_TRUE(is_read(1) && is_read(2) && is_read(3));
  EXPECT_FALSE(is_read(4));
}

// covers: S28
TEST_F(MarkRead, LowersUnreadByOneAndTheSecondTimeByNothing) {
  for (const auto* text : {"a", "b", "c"}) add(text);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(post(inbox + "/mark-read", R"({"notification_id":2})").response.body, kDone);
    const auto page = json(get(inbox));
    EXPECT_EQ(page.at("unread_count"), 2);
    EXPECT_EQ(page.at("count"), 3);
    EXPECT_EQ(page.at("notifications").at(1).at("read"), true);
  }
}

// covers: S15
TEST_F(MarkRead, WorksByPhone) {
  add("one");
  EXPECT_EQ(
      post("/notifications/" + kPhone + "/mark-read", R"({"notification_id":1})").response.body,
      kDone);
  EXPECT_TRUE(is_read(1));
}

TEST_F(MarkRead, ReachesWhatWasPushedOutOfTheList) {
  host.inbox.keep = 1;
  add("one", "n1");
  add("two", "n2");
  EXPECT_EQ(post(inbox + "/mark-read", R"({"notification_id":"n1"})").response.body, kDone);
  EXPECT_EQ(json(get(inbox)).at("older_unread"), 0);
}

// covers: S17
TEST_F(MarkRead, UnknownAndForeignAreTheSame404) {
  add("mine", "n1");
  Item other;
  other.herald_id = "n2";
  host.inbox.add("43", other);  // id 2
  std::string first;
  for (const auto* id : {"2", "99", "0", "-1", "18446744073709551615", "\"n2\"", "\"zz\"", "\"99\"",
                         "\"99999999999999999999999\"", "\"a b\"", "\"../1\""}) {
    const auto seen = post(inbox + "/mark-read", std::string{R"({"notification_id":)"} + id + "}");
    expect_problem(seen, 404, "not_found");
    if (first.empty()) first = seen.response.body;
    EXPECT_EQ(seen.response.body, first) << id;
  }
  expect_problem(post(inbox + "/mark-read/99"), 404, "not_found");
  expect_problem(post(inbox + "/mark-read/" + std::string(100, 'a')), 404, "not_found");
  expect_problem(post(inbox + "/mark-read?notification_id=n2"), 404, "not_found");
  EXPECT_FALSE(host.inbox.boxes["43"].rows[0].item.read);
  EXPECT_FALSE(is_read(1));
}

// covers: S17
TEST_F(MarkRead, MalformedIs400AndMarksNothing) {
  add("one");
  for (const auto* body :
       {"", " ", "{}", "{", "[]", "1", "null", R"({"notification_id":null})",
        R"({"notification_id":true})", R"({"notification_id":1.0})", R"({"notification_id":1e0})",
        R"({"notification_id":[1]})", R"({"notification_id":""})",
        R"({"notification_id":99999999999999999999})", R"({"notification_id":1e999})",
        R"({"notification_id":1,"notification_id":1})", R"({"notification_id":1} x)",
        R"({"notification_id":"\u0000"})"})
    expect_problem(post(inbox + "/mark-read", body), 400, "invalid");
  expect_problem(post(inbox + "/mark-read?notification_id="), 400, "invalid");
  expect_problem(post(inbox + "/mark-read?notification_id=1&notification_id=1"), 400, "invalid");
  EXPECT_FALSE(is_read(1));
}

// covers: S17
TEST_F(MarkRead, AFailureOfTheHostIsNoSuccessAndNo404) {
  add("one", "n1");
  const std::string by_id = R"({"notification_id":1})", by_name = R"({"notification_id":"n1"})";
  host.fail_next("seen", HERALD_E_LIMIT);
  expect_problem(post(inbox + "/mark-read", by_id), 503, "unavailable");
  host.fail_next("seen", HERALD_E_INTERNAL);
  expect_problem(post(inbox + "/mark-read", by_id), 500, "internal");
  host.fail_next("seen", HERALD_E_DENIED);
  expect_problem(post(inbox + "/mark-read", by_id), 403, "denied");
  host.fail_next("list", HERALD_E_LIMIT);
  expect_problem(post(inbox + "/mark-read", by_name), 503, "unavailable");
}

TEST_F(MarkRead, AServiceNeedsTheScopeOfItsOwn) {
  add("one");
  const std::string body = R"({"notification_id":1})";
  EXPECT_EQ(post(inbox + "/mark-read", body, service("inbox:read")).response.status, 403u);
  EXPECT_EQ(post(inbox + "/mark-read", body, person("43")).response.status, 404u);
  EXPECT_FALSE(is_read(1));
  EXPECT_EQ(post(inbox + "/mark-read", body, service("inbox:read-for")).response.status, 200u);
  EXPECT_TRUE(is_read(1));
}

}  // namespace
}  // namespace webchat_test
