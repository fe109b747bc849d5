#include "webchat_test.hpp"

namespace webchat_test {
namespace {

using Clear = Webchat;

// covers: S07 S12 S18 S21 S29 S30
TEST_F(Clear, EmptiesTheListAndKeepsTheHistory) {
  for (const auto* text : {"a", "b"}) add(text);
  get(inbox);
  const auto seen = post(inbox + "/clear");
  EXPECT_EQ(seen.response.status, 200u);
  EXPECT_EQ(herald::header(seen.response.headers, "content-type"), "application/json");
  EXPECT_EQ(seen.response.body, R"({"status":"success","message":"All notifications cleared"})");
  const auto page = json(get(inbox));
  EXPECT_EQ(page.at("count"), 0);
  EXPECT_EQ(page.at("unread_count"), 0);
  EXPECT_EQ(json(get(polling)).at("has_new"), false);
  EXPECT_EQ(json(get(polling)).at("count"), 0);
  EXPECT_EQ(json(get(inbox + "?history=1")).at("count"), 2);
}

// covers: S29
TEST_F(Clear, CountsAsReadOnlyWhatHadBeenReturned) {
  const auto returned = add("returned").id;
  get(inbox);
  const auto never = add("never").id;
  post(inbox + "/clear");
  EXPECT_TRUE(is_read(returned));
  EXPECT_FALSE(is_read(never));
  EXPECT_EQ(json(get(inbox)).at("unread_count"), 0);
}

// covers: S29
TEST_F(Clear, WhatComesAfterIsNew) {
  add("old");
  const auto from = std::string{json(get(polling)).at("cursor").as_string()};
  post(inbox + "/clear");
  const auto id = static_cast<int64_t>(add("new").id);
  EXPECT_EQ(ids(json(get(polling + "?cursor=" + from))), std::vector<int64_t>{id});
  EXPECT_EQ(json(get(inbox)).at("unread_count"), 1);
}

// covers: S21
TEST_F(Clear, ABodyIsIgnored) {
  add("one");
  EXPECT_EQ(post(inbox + "/clear", "{}").response.status, 200u);
  EXPECT_EQ(json(get(inbox)).at("count"), 0);
}

TEST_F(Clear, AFailureIsNeverASuccess) {
  add("one");
  host.fail_next("clear", HERALD_E_STATE);
  expect_problem(post(inbox + "/clear"), 503, "unavailable");
  host.fail_next("clear", HERALD_E_DENIED);
  expect_problem(post(inbox + "/clear"), 403, "denied");
  EXPECT_EQ(json(get(inbox)).at("count"), 1);
}

TEST_F(Clear, NobodyElseMay) {
  add("one");
  EXPECT_EQ(post(inbox + "/clear", {}, person("43")).response.status, 404u);
  EXPECT_EQ(post(inbox + "/clear", {}, service("inbox:read")).response.status, 403u);
  EXPECT_EQ(json(get(inbox)).at("count"), 1);
}

}  // namespace
}  // namespace webchat_test
