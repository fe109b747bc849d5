#include "webchat_test.hpp"

namespace webchat_test {
namespace {

class TestNotification : public Webchat {
 protected:
  Seen send(const std::string& body = {}, const std::string& user = kUser) {
    return post("/test-notification/" + user, body, service("notifications:send"));
  }
};

constexpr const char* kDone = R"({"status":"success","message":"Test notification sent"})";

// covers: S14 S18 S22 S23
TEST_F(TestNotification, WithoutABodyTheDefaultsAreSubmitted) {
  const auto seen = send();
  EXPECT_EQ(seen.response.status, 200u);
  EXPECT_EQ(herald::header(seen.response.headers, "content-type"), "application/json");
  EXPECT_EQ(seen.response.body, kDone);
  ASSERT_EQ(host.store.submitted.size(), 1u);
  EXPECT_EQ(host.store.submitted[0], R"({"kind":"message","to":{"user":"42"},)"
                                     R"("params":{"message":"Test notification","type":"info"}})");
}

// covers: S23
TEST_F(TestNotification, TakesMessageAndTypeAndIgnoresTheRest) {
  EXPECT_EQ(send(R"({"message":"Été \"1\" <b>","notification_type":"status_update","x":[1]})")
                .response.body,
            kDone);
  EXPECT_EQ(send("{}").response.body, kDone);
  ASSERT_EQ(host.store.submitted.size(), 2u);
  EXPECT_EQ(host.store.submitted[0],
            R"({"kind":"message","to":{"user":"42"},)"
            R"("params":{"message":"Été \"1\" <b>","type":"status_update"}})");
}

// covers: S15
TEST_F(TestNotification, APhoneIsTheSameUser) {
  EXPECT_EQ(send({}, kPhone).response.body, kDone);
  EXPECT_NE(host.store.submitted.at(0).find(R"("to":{"user":"42"})"), std::string::npos);
}

// covers: S01
TEST_F(TestNotification, AFailureIsNeverReportedAsSuccess) {
  const std::pair<herald_status, std::pair<uint32_t, const char*>> cases[] = {
      {HERALD_E_LIMIT, {503, "unavailable"}},   {HERALD_E_STATE, {503, "unavailable"}},
      {HERALD_E_INVALID, {400, "invalid"}},     {HERALD_E_NOT_FOUND, {404, "not_found"}},
      {HERALD_E_DENIED, {500, "internal"}},     {HERALD_E_INTERNAL, {500, "internal"}},
      {HERALD_E_UNSUPPORTED, {500, "internal"}}};
  for (const auto& [status, expected] : cases) {
    host.fail_next("submit", status);
    expect_problem(send(), expected.first, expected.second);
  }
  EXPECT_TRUE(host.store.submitted.empty());
}

// covers: S01
TEST_F(TestNotification, AnswersOnlyWhenTheIdHasComeBack) {
  const auto id =
      host.http.request("POST", "/test-notification/42", {.who = service("notifications:send")});
  EXPECT_FALSE(host.http.seen(id).answered);
  host.run();
  EXPECT_TRUE(host.http.seen(id).answered);
  EXPECT_EQ(host.store.submitted.size(), 1u);
}

// covers: S17
TEST_F(TestNotification, IsStrictAboutWhatIsThere) {
  for (const auto* body : {"{", "[]", "\"x\"", R"({"message":"a","message":"b"})",
                           R"({"message":"\u0000"})", R"({"message":"\ud800"})",
                           "{\"message\":\"\xff\"}", R"({"message":"a"} {})", R"({"x":1e999})"})
    expect_problem(send(body), 400, "invalid");
  for (const auto* body : {R"({"message":1})", R"({"message":null})", R"({"message":""})",
                           R"({"notification_type":"warning"})", R"({"notification_type":7})",
                           R"({"notification_type":""})"})
    expect_problem(send(body), 422, "unprocessable");
  const std::string limit(16 * 1024, 'a');
  expect_problem(send(R"({"message":")" + limit + R"(a"})"), 422, "unprocessable");
  EXPECT_TRUE(host.store.submitted.empty());
  EXPECT_EQ(send(R"({"message":")" + limit + R"("})").response.body, kDone);
}

TEST_F(TestNotification, IsForServicesOnly) {
  EXPECT_EQ(post("/test-notification/42", {}, person()).response.status, 403u);
  EXPECT_EQ(post("/test-notification/42", {}, service("inbox:read")).response.status, 403u);
  EXPECT_EQ(post("/test-notification/42", {}, {}).response.status, 401u);
  EXPECT_TRUE(host.store.submitted.empty());
}

}  // namespace
}  // namespace webchat_test
