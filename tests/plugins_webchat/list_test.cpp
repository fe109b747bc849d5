#include "webchat_test.hpp"

namespace webchat_test {
namespace {

using List = Webchat;

// covers: S10 S18 S24
TEST_F(List, AnEmptyInboxByteForByte) {
  const auto seen = get(inbox);
  EXPECT_EQ(seen.response.status, 200u);
  EXPECT_EQ(herald::header(seen.response.headers, "content-type"), "application/json");
  EXPECT_EQ(herald::header(seen.response.headers, "cache-control"), "no-store");
  EXPECT_EQ(seen.response.body,
            R"({"status":"success","notifications":[],"count":0,"unread_count":0,)"
            R"("older_unread":0,"cursor":"1.0.0.0"})");
}

// covers: S05 S10 S24 S26 S27
TEST_F(List, AnItemByteForByte) {
  Item item;
  item.text = "Bonjour <b>&</b> \"é\" 🔧\nfin";
  item.type = "provider_request";
  item.title = "Demande";
  item.herald_id = "n1";
  item.actions = {{"accept", "OUI", "OUI"}, {"refuse", "NON", "NON"}};
  host.inbox.add(kUser, item);
  EXPECT_EQ(get(inbox).response.body,
            R"({"status":"success","notifications":[{"id":1,)"
            R"("message":"Bonjour &lt;b&gt;&amp;&lt;/b&gt; \"é\" 🔧\nfin",)"
            R"("type":"provider_request","timestamp":"2025-07-14T10:00:00.000000Z","read":false,)"
            R"("text":"Bonjour <b>&</b> \"é\" 🔧\nfin","herald_id":"n1","title":"Demande",)"
            R"("actions":[{"id":"accept","label":"OUI","text":"OUI"},)"
            R"({"id":"refuse","label":"NON","text":"NON"}],"seq":1}],)"
            R"("count":1,"unread_count":1,"older_unread":0,"cursor":"1.1.1.1"})");
}

// covers: S24 S26
TEST_F(List, FourSendsAreFourUnreadOldestFirstWithRisingIds) {
  for (const auto* text : {"a", "b", "c", "d"}) add(text);
  const auto page = json(get(inbox));
  EXPECT_EQ(page.at("count"), 4);
  EXPECT_EQ(page.at("unread_count"), 4);
  const auto& items = page.at("notifications").as_array();
  ASSERT_EQ(items.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(items[i].at("text").as_string(), std::string(1, static_cast<char>('a' + i)));
    if (i == 0) continue;
    EXPECT_GT(items[i].at("id").to_number<int64_t>(), items[i - 1].at("id").to_number<int64_t>());
    EXPECT_GT(items[i].at("timestamp").as_string(), items[i - 1].at("timestamp").as_string());
  }
}

// covers: S15
TEST_F(List, APhoneNamesTheSameInbox) {
  add("one");
  const auto by_id = get(inbox);
  EXPECT_EQ(get("/notifications/" + kPhone).response.body, by_id.response.body);
  EXPECT_EQ(get("/notifications/%2B" + kPhone).response.body, by_id.response.body);
}

// covers: S70
TEST_F(List, MessageIsSafeForInnerHtmlAndTextIsExact) {
  const std::string evil =
      "<script>alert('x')</script> <img src=x onerror=\"y\"> &lt; {{x}} \u0001";
  add(evil);
  const auto page = json(get(inbox));
  const auto& item = page.at("notifications").at(0);
  EXPECT_EQ(item.at("text").as_string(), evil);
  const std::string message{item.at("message").as_string()};
  EXPECT_EQ(message.find_first_of("<>"), std::string::npos);
  EXPECT_EQ(message,
            "&lt;script&gt;alert('x')&lt;/script&gt; &lt;img src=x onerror=\"y\"&gt; &amp;lt; "
            "{{x}} \u0001");
}

TEST_F(List, WhatWasPushedOutIsCountedAndStaysReachableByHistory) {
  host.inbox.keep = 2;
  for (const auto* text : {"a", "b", "c"}) add(text);
  const auto active = json(get(inbox));
  EXPECT_EQ(ids(active), (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(active.at("unread_count"), 2);
  EXPECT_EQ(active.at("older_unread"), 1);
  const auto all = json(get(inbox + "?history=1&unknown=ignored"));
  EXPECT_EQ(ids(all), (std::vector<int64_t>{1, 2, 3}));
  EXPECT_EQ(all.at("count"), 3);
  EXPECT_EQ(all.at("unread_count"), 2);
  EXPECT_EQ(all.at("more"), false);
}

// covers: S17
TEST_F(List, RefusesAHistoryThatIsNoSwitch) {
  for (const auto* value : {"", "yes", "2", "1&history=1"})
    expect_problem(get(inbox + "?history=" + value), 400, "invalid");
}

// covers: S17
TEST_F(List, AFailureIsNeverAnEmptyList) {
  host.fail_next("list", HERALD_E_LIMIT);
  const auto full = get(inbox);
  expect_problem(full, 503, "unavailable");
  EXPECT_EQ(herald::header(full.response.headers, "retry-after"), "1");
  host.fail_next("list", HERALD_E_INTERNAL);
  expect_problem(get(inbox), 500, "internal");
}

TEST_F(List, ThePersonAndAServiceWithTheScopeMayNobodyElse) {
  EXPECT_EQ(get(inbox, service("inbox:read")).response.status, 200u);
  EXPECT_EQ(get(inbox, service("notifications:send")).response.status, 403u);
  EXPECT_EQ(get(inbox, person("43")).response.status, 404u);
  EXPECT_EQ(get(inbox, {}).response.status, 401u);
}

}  // namespace
}  // namespace webchat_test
