#include <gtest/gtest.h>

#include "http/support.hpp"

namespace herald::http::test {
namespace {

/// A server with one route of every sort of access, and callers of every sort.
class Access : public testing::Test {
 protected:
  std::unique_ptr<TestServer> server;
  std::string alice, bob, shop, bare;

  void start(bool development = false) {
    auto options = TestServer::fast_options();
    options.development = development;
    options.allowed_origins = {"https://shop.example"};
    server = std::make_unique<TestServer>(options);
    ASSERT_TRUE(server->auth.set_keys({{"k1", std::string{kSecret}, JwtAlgorithm::hs256, {}}}));
    ASSERT_TRUE(
        server->auth.set_tokens({{"shop", digest_of("hst_shop"), {"inbox:read", "send"}, {}},
                                 {"bare", digest_of("hst_bare"), {"other"}, {}}}));
    alice = "Authorization: Bearer " + *server->auth.issue_user_token(7, std::chrono::hours{1}) +
            "\r\n";
    bob = "Authorization: Bearer " + *server->auth.issue_user_token(8, std::chrono::hours{1}) +
          "\r\n";
    shop = "Authorization: Bearer hst_shop\r\n";
    bare = "Authorization: Bearer hst_bare\r\n";
    const auto tell = [](const web::ExchangePtr& e) {
      const auto& r = e->request();
      const char* kinds[] = {"anyone", "user", "service"};
      e->respond({.body = std::string{kinds[static_cast<int>(r.who.kind)]} + " " +
                          std::to_string(r.who.user) + " " + r.who.service + " for " +
                          std::to_string(r.user) + (r.who.development ? " dev" : "")},
                 {});
    };
    for (const char* method : {"GET", "POST"}) {
      server->mount(method, "/open", tell);
      server->mount(method, "/inbox/{user}", tell, web::Access::path_user, "inbox:read");
      server->mount(method, "/people/{user}", tell, web::Access::path_user);
      server->mount(method, "/me", tell, web::Access::any_user);
      server->mount(method, "/send", tell, web::Access::service, "send");
      server->mount(method, "/test/{user}", tell, web::Access::service, "send");
    }
  }
  /// "200 body" or the bare status.
  std::string ask(std::string_view path, std::string_view extra = {}, bool posted = false) {
    const auto a = server->ask(posted ? post(path, "", extra) : get(path, extra));
    if (!a) return "closed";
    return a->status == 200 ? "200 " + a->body : std::to_string(a->status);
  }
};

// covers: S85 S86 S88 F60
TEST_F(Access, MatrixOfCallersAndRoutes) {
  start();
  struct Row {
    const char* path;
    std::string none, alice, bob, shop, bare;
  };
  const std::vector<Row> rows{
      {"/open", "200 anyone 0  for 0", "200 anyone 0  for 0", "200 anyone 0  for 0",
       "200 anyone 0  for 0", "200 anyone 0  for 0"},
      {"/inbox/7", "401", "200 user 7  for 7", "404", "200 service 0 shop for 7", "403"},
      {"/inbox/%2B237600000007", "401", "200 user 7  for 7", "404", "200 service 0 shop for 7",
       "403"},
      {"/inbox/8", "401", "404", "200 user 8  for 8", "200 service 0 shop for 8", "403"},
      {"/inbox/12345", "401", "404", "404", "404", "403"},
      {"/inbox/xyz", "401", "400", "400", "400", "403"},
      {"/people/7", "401", "200 user 7  for 7", "404", "403", "403"},
      {"/me", "401", "200 user 7  for 7", "200 user 8  for 8", "403", "403"},
      {"/send", "401", "403", "403", "200 service 0 shop for 0", "403"},
      {"/test/7", "401", "403", "403", "200 service 0 shop for 7", "403"},
      {"/test/12345", "401", "403", "403", "404", "403"},
  };
  for (const auto& row : rows)
    for (const bool posted : {false, true}) {
      SCOPED_TRACE(std::string{row.path} + (posted ? " POST" : " GET"));
      EXPECT_EQ(ask(row.path, {}, posted), row.none);
      EXPECT_EQ(ask(row.path, alice, posted), row.alice);
      EXPECT_EQ(ask(row.path, bob, posted), row.bob);
      EXPECT_EQ(ask(row.path, shop, posted), row.shop);
      EXPECT_EQ(ask(row.path, bare, posted), row.bare);
      if (row.none != "200 anyone 0  for 0") {
        EXPECT_EQ(ask(row.path, "Authorization: Bearer nonsense\r\n", posted), "401");
      }
    }
}

// covers: S85 F60
TEST_F(Access, AnotherPersonLooksExactlyLikeNobody) {
  start();
  const auto other = server->ask(get("/inbox/8", alice));
  const auto nobody = server->ask(get("/inbox/12345", alice));
  const auto phone = server->ask(get("/inbox/%2B237600000008", alice));
  ASSERT_TRUE(other && nobody && phone);
  EXPECT_EQ(other->status, 404U);
  EXPECT_EQ(other->body, nobody->body);
  EXPECT_EQ(phone->body, nobody->body);
  EXPECT_EQ(other->headers.size(), nobody->headers.size());
  EXPECT_EQ(other->body.find('8'), std::string::npos) << other->body;
}

TEST_F(Access, SaysHowToAuthenticate) {
  start();
  const auto a = server->ask(get("/me"));
  ASSERT_TRUE(a);
  EXPECT_EQ(a->status, 401U);
  EXPECT_TRUE(a->header("www-authenticate").starts_with("Bearer"));
}

// covers: F76
TEST_F(Access, CookiesNeedAnOriginToChangeAnything) {
  start();
  const auto token = alice.substr(sizeof("Authorization: Bearer ") - 1);
  const std::string cookie = "Cookie: herald_token=" + token;
  EXPECT_EQ(ask("/inbox/7", cookie), "200 user 7  for 7");
  const std::vector<std::pair<std::string, std::string>> table{
      {"", "403"},
      {"Origin: http://localhost\r\n", "200 user 7  for 7"},
      {"Origin: https://shop.example\r\n", "200 user 7  for 7"},
      {"Referer: http://localhost/chat\r\n", "200 user 7  for 7"},
      {"Origin: null\r\n", "403"},
      {"Origin: https://evil.example\r\n", "403"},
      {"Origin: https://shop.example.evil.example\r\n", "403"},
      {"Origin: http://localhost.evil.example\r\n", "403"},
      {"Referer: https://evil.example/?http://localhost/\r\n", "403"},
      {"Origin: https://evil.example\r\nReferer: http://localhost/\r\n", "403"},
      {"Origin: http://localhost\r\nOrigin: https://evil.example\r\n", "403"},
  };
  for (const auto& [extra, wanted] : table)
    EXPECT_EQ(ask("/inbox/7", cookie + extra, true), wanted) << extra;
  EXPECT_EQ(ask("/inbox/7", alice, true), "200 user 7  for 7")
      << "a header is never sent by a browser by itself";
}

// covers: S86
TEST_F(Access, DevelopmentStandsInForCredentialsOnLoopbackOnly) {
  start(true);
  EXPECT_EQ(ask("/inbox/7"), "200 user 7  for 7 dev");
  EXPECT_EQ(ask("/inbox/7", {}, true), "200 user 7  for 7 dev");
  EXPECT_EQ(ask("/inbox/12345"), "404");
  EXPECT_EQ(ask("/send", {}, true), "200 service 0 development for 0 dev");
  EXPECT_EQ(ask("/test/7", {}, true), "200 service 0 development for 7 dev");
  EXPECT_EQ(ask("/inbox/8", alice), "404") << "who shows a token is held to it";
  EXPECT_EQ(ask("/inbox/7", "Authorization: Bearer nonsense\r\n"), "401");
  // A proxy in front, a rebound name, a page of another site: none of these is the developer.
  EXPECT_EQ(ask("/inbox/7", "X-Forwarded-For: 203.0.113.9\r\n"), "401");
  EXPECT_EQ(ask("/send", "Origin: https://evil.example\r\n", true), "403");
  const auto rebound = server->ask("GET /inbox/7 HTTP/1.1\r\nHost: evil.example\r\n\r\n");
  ASSERT_TRUE(rebound);
  EXPECT_EQ(rebound->status, 401U);
}

TEST_F(Access, HandlersNeverSeeTheCredentials) {
  start();
  web::Headers seen;
  server->mount(
      "GET", "/look",
      [&](const web::ExchangePtr& e) {
        seen = e->request().headers;
        echo(e);
      },
      web::Access::any_user);
  const auto token = alice.substr(sizeof("Authorization: Bearer ") - 1);
  EXPECT_TRUE(
      ask("/look", alice + "Cookie: herald_token=" + token + "X-Other: 1\r\n").starts_with("200"));
  EXPECT_EQ(seen, (web::Headers{{"host", "localhost"}, {"x-other", "1"}}));
}

TEST_F(Access, ResolvingMayTakeItsTime) {
  start();
  std::promise<std::function<void()>> pending;
  server->directory.defer = [&](std::function<void()> answer) {
    pending.set_value(std::move(answer));
  };
  Wire wire{server->port};
  wire.send(post("/inbox/7", "hello", alice));
  auto answer = pending.get_future();
  ASSERT_EQ(answer.wait_for(std::chrono::seconds{10}), std::future_status::ready);
  answer.get()();  // on this thread, not one of the server's
  const auto a = wire.read();
  ASSERT_TRUE(a);
  EXPECT_EQ(a->body, "user 7  for 7");
}

}  // namespace
}  // namespace herald::http::test
