#include "webchat_test.hpp"

namespace webchat_test {
namespace {

using Routes = Webchat;

TEST_F(Routes, OtherMethodsAndPathsAreNotThePlugins) {
  EXPECT_NE(post(inbox).response.status, 200u);
  EXPECT_NE(get(inbox + "/clear").response.status, 200u);
  EXPECT_NE(get(inbox + "/mark-read").response.status, 200u);
  EXPECT_NE(post(polling).response.status, 200u);
  EXPECT_NE(get("/test-notification/42", service("notifications:send")).response.status, 200u);
  EXPECT_TRUE(host.store.submitted.empty());
}

TEST_F(Routes, BodiesAreBounded) {
  EXPECT_EQ(post(inbox + "/mark-read", std::string(5'000, ' ')).response.status, 413u);
  EXPECT_EQ(post(inbox + "/clear", std::string(5'000, ' ')).response.status, 413u);
  EXPECT_EQ(
      post("/test-notification/42", std::string(129 * 1024, ' '), service("notifications:send"))
          .response.status,
      413u);
}

// covers: S16
TEST_F(Routes, PollAsAUserNeverReachesAnInbox) {
  host.inbox.add(kUser, {});
  EXPECT_EQ(get("/notifications/poll", person()).response.status, 404u);
  EXPECT_EQ(post("/notifications/poll/clear", {}, person()).response.status, 404u);
  EXPECT_EQ(json(get(inbox)).at("count"), 1);
}

class RoutesOfOtherHosts : public testing::Test {
 protected:
  void load(FakeHost& host) {
    ASSERT_TRUE(host.load_file(WEBCHAT_PLUGIN).ok()) << host.last_status().text;
    ASSERT_TRUE(host.configure("{}").ok());
  }
};

TEST_F(RoutesOfOtherHosts, ARefusedRouteIsLogged) {
  FakeHost host{"webchat"};
  load(host);
  host.fail_next("mount", HERALD_E_CONFLICT);
  host.start();
  EXPECT_TRUE(host.core.logged("route refused"));
  EXPECT_TRUE(host.finish().empty());
}

TEST_F(RoutesOfOtherHosts, WithoutAnInboxTheAnswerIsAnErrorAndNoCrash) {
  FakeHost host{"webchat", {HERALD_HOST_INBOX, HERALD_HOST_SUBMIT}};
  load(host);
  host.start();
  EXPECT_EQ(host.request("GET", "/notifications/42", {.who = person()}).response.status, 500u);
  EXPECT_EQ(host.request("POST", "/test-notification/42", {.who = service("notifications:send")})
                .response.status,
            500u);
  EXPECT_TRUE(host.finish().empty());
}

}  // namespace
}  // namespace webchat_test
