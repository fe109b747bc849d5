// webchat_test.hpp - the plugin in a FakeHost, with one person who has a phone.
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <herald/testing/fake_host.hpp>

namespace webchat_test {

using herald::Item;
using herald::Principal;
using herald::testing::FakeHost;
using herald::testing::Seen;

inline const std::string kUser = "42";
inline const std::string kPhone = "237691924173";

inline Principal person(const std::string& user = kUser) {
  return {HERALD_PRINCIPAL_USER, user, {}, {}, 0};
}
inline Principal service(const std::string& scopes) {
  return {HERALD_PRINCIPAL_SERVICE, {}, "shop", scopes, 0};
}

class Webchat : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(host.load_file(WEBCHAT_PLUGIN).ok()) << host.last_status().text;
    ASSERT_TRUE(host.configure("{}").ok()) << host.last_status().text;
    ASSERT_TRUE(host.start().ok()) << host.last_status().text;
    host.store.people = {{{"phone", kPhone}, kUser}, {{"phone", "+" + kPhone}, kUser}};
  }
  void TearDown() override { EXPECT_EQ(host.finish(), std::vector<std::string>{}); }

  Seen get(const std::string& target, const Principal& who = person()) {
    return host.request("GET", target, {.who = who});
  }
  Seen post(const std::string& target, const std::string& body = {},
            const Principal& who = person()) {
    return host.request(
        "POST", target,
        {.headers = {{"content-type", "application/json"}}, .body = body, .who = who});
  }
  /// The JSON of an answer that must have that status.
  static boost::json::object json(const Seen& seen, uint32_t status = 200) {
    EXPECT_TRUE(seen.answered);
    EXPECT_EQ(seen.response.status, status) << seen.response.body;
    return boost::json::parse(seen.response.body).as_object();
  }
  /// An error as both old and new clients must find it.
  static void expect_problem(const Seen& seen, uint32_t status, const std::string& code) {
    const auto body = json(seen, status);
    EXPECT_EQ(herald::header(seen.response.headers, "content-type"), "application/problem+json");
    EXPECT_EQ(body.at("status").as_string(), "error");
    EXPECT_EQ(body.at("code").as_string(), code);
    EXPECT_EQ(body.at("type").as_string(), "urn:herald:problem:" + code);
    EXPECT_EQ(body.at("http_status").to_number<uint32_t>(), status);
    EXPECT_FALSE(body.at("message").as_string().empty());
    EXPECT_EQ(body.at("message"), body.at("detail"));
    EXPECT_FALSE(body.at("title").as_string().empty());
  }
  static std::vector<int64_t> ids(const boost::json::object& page) {
    std::vector<int64_t> out;
    for (const auto& item : page.at("notifications").as_array())
      out.push_back(item.at("id").to_number<int64_t>());
    return out;
  }
  /// A message as another part of the daemon would put it there; one millisecond after the last.
  Item add(const std::string& text, const std::string& herald_id = {}) {
    host.advance(std::chrono::milliseconds{1});
    Item item;
    item.text = text;
    item.herald_id = herald_id;
    return host.inbox.add(kUser, item);
  }
  bool delivered(uint64_t id) {
    for (const auto& row : host.inbox.boxes[kUser].rows)
      if (row.item.id == id) return row.delivered;
    return false;
  }
  bool is_read(uint64_t id) {
    for (const auto& row : host.inbox.boxes[kUser].rows)
      if (row.item.id == id) return row.item.read;
    return false;
  }

  FakeHost host{"webchat"};
  const std::string inbox = "/notifications/42";
  const std::string polling = "/notifications/poll/42";
};

}  // namespace webchat_test
