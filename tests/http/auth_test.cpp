#include "http/auth.hpp"

#include <gtest/gtest.h>

#include "http/origin.hpp"
#include "http/peer.hpp"
#include "http/support.hpp"

namespace herald::http::test {
namespace {

using Kind = Identified::Kind;

class Auth : public testing::Test {
 protected:
  HandClock clock;
  Authenticator auth{{}, clock};
  std::string service = "hst_secret", person;
  void SetUp() override {
    ASSERT_TRUE(auth.set_keys({{"k1", std::string{kSecret}, JwtAlgorithm::hs256, {}}}));
    ASSERT_TRUE(auth.set_tokens(
        {{"shop", digest_of(service), {"notifications:send"}, clock.now() + std::chrono::hours{1}},
         {"for-ever", digest_of("hst_other"), {}, {}}}));
    person = *auth.issue_user_token(7, std::chrono::hours{2});
  }
  Identified of(web::Headers headers) const { return auth.identify(headers); }
};

TEST_F(Auth, ServiceTokensAreFoundByDigestAndExpire) {
  const auto who = of({{"authorization", "Bearer " + service}});
  ASSERT_EQ(who.kind, Kind::known);
  EXPECT_EQ(who.who.kind, model::Principal::Kind::service);
  EXPECT_EQ(who.who.service, "shop");
  EXPECT_TRUE(who.who.has("notifications:send"));
  EXPECT_FALSE(who.who.has("notifications:read"));
  for (const char* bad : {"hst_", "hst_secreT", "hst_secret2", "secret"})
    EXPECT_EQ(auth.identify_token(bad).kind, Kind::refused) << bad;
  EXPECT_EQ(auth.identify_token(digest_of(service)).kind, Kind::refused)
      << "the stored digest is no credential";
  clock.advance(std::chrono::hours{1});
  EXPECT_EQ(of({{"authorization", "Bearer " + service}}).kind, Kind::refused);
  EXPECT_EQ(auth.identify_token("hst_other").kind, Kind::known);
  EXPECT_FALSE(auth.set_tokens({{"bad", "no digest", {}, {}}}));
  EXPECT_EQ(auth.identify_token("hst_other").kind, Kind::known)
      << "a refused table must not replace the old one";
  ASSERT_TRUE(auth.set_tokens({}));
  EXPECT_EQ(auth.identify_token("hst_other").kind, Kind::refused);
}

TEST_F(Auth, KnowsOfThoseItLetInWhetherTheyAreRevokedSince) {
  const auto someone = auth.identify_token(person).who, shop = auth.identify_token(service).who;
  model::Principal developer = someone;
  developer.development = true;
  const auto generation = auth.generation();
  auth.set_revocations({{8, clock.now() + std::chrono::seconds{1}}});
  EXPECT_FALSE(auth.is_revoked(someone));
  EXPECT_FALSE(auth.is_revoked(shop));
  EXPECT_NE(auth.generation(), generation);
  const auto before = clock.now() + std::chrono::seconds{1};
  auth.set_revocations({{7, before}});
  EXPECT_TRUE(auth.is_revoked(someone));
  EXPECT_FALSE(auth.is_revoked(developer));
  clock.advance(std::chrono::seconds{2});
  EXPECT_FALSE(
      auth.is_revoked(auth.identify_token(*auth.issue_user_token(7, std::chrono::hours{1})).who));

  // The same again changes nothing; another token of that name is not the one that was revoked.
  const auto now = auth.generation();
  auth.set_revocations({{7, before}});
  EXPECT_EQ(auth.generation(), now);
  ASSERT_TRUE(auth.set_tokens({{"shop", digest_of("hst_new"), {"notifications:send"}, {}}}));
  EXPECT_NE(auth.generation(), now);
  EXPECT_TRUE(auth.is_revoked(shop));
  EXPECT_FALSE(auth.is_revoked(auth.identify_token("hst_new").who));
}

TEST_F(Auth, MadeTokensAreLongAndDifferent) {
  const auto a = make_service_token(base::Random::system()),
             b = make_service_token(base::Random::system());
  EXPECT_NE(a, b);
  EXPECT_TRUE(a.starts_with("hst_"));
  EXPECT_GE(a.size(), 4U + 43U);
}

TEST_F(Auth, ATokenThatWasVerifiedIsRefusedAsSoonAsItIsNotGood) {
  const auto is_known = [&] { return auth.identify_token(person).kind == Kind::known; };
  const KeyRecord key{"k1", std::string{kSecret}, JwtAlgorithm::hs256, {}};
  ASSERT_TRUE(is_known());
  ASSERT_TRUE(is_known());
  auto tampered = person;
  tampered.back() = tampered.back() == 'A' ? 'B' : 'A';
  EXPECT_EQ(auth.identify_token(tampered).kind, Kind::refused);
  EXPECT_EQ(auth.identify_token(person).who.user, 7);

  ASSERT_TRUE(auth.set_keys({{"k1", std::string(40, 'x'), JwtAlgorithm::hs256, {}}}));
  EXPECT_FALSE(is_known()) << "another secret under the same name";
  auto retiring = key;
  retiring.verify_until = clock.now() + std::chrono::minutes{1};
  ASSERT_TRUE(auth.set_keys({retiring}));
  EXPECT_TRUE(is_known());
  clock.advance(std::chrono::minutes{1});
  EXPECT_FALSE(is_known()) << "the key is retired";

  ASSERT_TRUE(auth.set_keys({key}));
  EXPECT_TRUE(is_known());
  auth.set_revocations({{7, clock.now()}});
  EXPECT_FALSE(is_known()) << "revoked";
  auth.set_revocations({});
  EXPECT_TRUE(is_known());
  clock.advance(std::chrono::hours{2});
  EXPECT_FALSE(is_known()) << "expired";
}

// covers: F67
TEST_F(Auth, CredentialsAreTakenFromOnePlace) {
  EXPECT_EQ(of({}).kind, Kind::none);
  EXPECT_EQ(of({{"authorization", "Bearer " + person}}).kind, Kind::known);
  EXPECT_EQ(of({{"authorization", "bearer  " + person}}).kind, Kind::known);
  const auto cookie = of({{"cookie", "a=b; herald_token=" + person + "; c=d"}});
  EXPECT_EQ(cookie.kind, Kind::known);
  EXPECT_TRUE(cookie.from_cookie);
  EXPECT_EQ(cookie.who.user, 7);
  EXPECT_FALSE(
      of({{"authorization", "Bearer " + person}, {"cookie", "herald_token=x"}}).from_cookie)
      << "the header wins";

  EXPECT_EQ(
      of({{"authorization", "Bearer " + person}, {"authorization", "Bearer " + service}}).kind,
      Kind::refused);
  EXPECT_EQ(of({{"authorization", "Bearer"}}).kind, Kind::refused);
  EXPECT_EQ(of({{"authorization", "Bearer "}}).kind, Kind::refused);
  EXPECT_EQ(of({{"authorization", "Basic aGVyYWxk"}}).kind, Kind::refused);
  EXPECT_EQ(of({{"authorization", person}}).kind, Kind::refused);
  EXPECT_EQ(of({{"cookie", "herald_token=" + person + "; herald_token=x"}}).kind, Kind::refused);
  EXPECT_EQ(of({{"cookie", "herald_token=" + person}, {"cookie", "herald_token=x"}}).kind,
            Kind::refused);
  EXPECT_EQ(of({{"cookie", "herald_token=" + service}}).kind, Kind::refused)
      << "no service token in a cookie";
  EXPECT_EQ(of({{"cookie", "xherald_token=" + person}}).kind, Kind::none);
}

// covers: F76
TEST(Csrf, OnlyTheSameHostOrAListedOriginIsAtHome) {
  const std::vector<std::string> allowed{"https://shop.example", "null", "*"};
  const auto of = [&](web::Headers headers, std::string_view host = "herald.example") {
    return origin_of(headers, host, allowed, true);
  };
  EXPECT_EQ(of({}), Origin::absent);
  EXPECT_EQ(of({{"origin", "https://herald.example"}}), Origin::same);
  EXPECT_EQ(of({{"origin", "http://herald.example"}}), Origin::same);
  EXPECT_EQ(of({{"origin", "https://HERALD.example"}}), Origin::same);
  EXPECT_EQ(of({{"origin", "https://herald.example:443"}}), Origin::same);
  EXPECT_EQ(of({{"origin", "http://localhost:8080"}}, "localhost:8080"), Origin::same);
  EXPECT_EQ(of({{"origin", "http://[::1]:8080"}}, "[::1]:8080"), Origin::same);
  EXPECT_EQ(of({{"origin", "https://shop.example"}}), Origin::allowed);
  EXPECT_EQ(of({{"referer", "https://herald.example/chat?x=1"}}), Origin::same);
  EXPECT_EQ(of({{"referer", "https://shop.example/"}}), Origin::allowed);
  for (const char* foreign : {"null",
                              "*",
                              "",
                              "herald.example",
                              "https://",
                              "https://evil.example",
                              "https://herald.example.evil.example",
                              "https://evilherald.example",
                              "https://xshop.example",
                              "https://shop.example.evil.example",
                              "http://shop.example",
                              "https://shop.example:444",
                              "https://shop.example/",
                              "https://herald.example:8080",
                              "https://herald.example:443:443",
                              "ftp://herald.example",
                              "https://herald.example@evil.example",
                              "https://evil.example#herald.example",
                              "https://evil.example/herald.example",
                              "https://herald.example\\.evil.example",
                              "https://herald.example https://evil.example",
                              "file://",
                              "HTTPS://shop.example"})
    EXPECT_EQ(of({{"origin", foreign}}), Origin::foreign) << foreign;
  EXPECT_EQ(of({{"origin", "https://herald.example"}, {"origin", "https://evil.example"}}),
            Origin::foreign);
  EXPECT_EQ(of({{"origin", "https://evil.example"}, {"referer", "https://herald.example/"}}),
            Origin::foreign);
  EXPECT_EQ(of({{"referer", "https://evil.example/https://herald.example/"}}), Origin::foreign);
  EXPECT_EQ(of({{"origin", "http://"}}, ""), Origin::foreign);
  EXPECT_EQ(of({{"origin", "http://a.example:81:80"}}, "a.example:81"), Origin::foreign);
  EXPECT_EQ(of({{"origin", "http://[::1]:80"}}, "[::1]"), Origin::same);
}

TEST(Peer, NetworksAndLoopbackNames) {
  const auto nets = Networks::parse({"10.0.0.0/8", "192.168.1.7", "fd00::/8", "203.0.113.128/25"});
  ASSERT_TRUE(nets);
  for (const char* in :
       {"10.255.0.1", "192.168.1.7", "fdff::1", "203.0.113.255", "::ffff:10.1.1.1"})
    EXPECT_TRUE(nets->contains(*parse_address(in))) << in;
  for (const char* out : {"11.0.0.1", "192.168.1.8", "fe00::1", "203.0.113.127", "::1"})
    EXPECT_FALSE(nets->contains(*parse_address(out))) << out;
  for (const char* bad : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "x", "::/129", "10.0.0.0/8x"})
    EXPECT_FALSE(Networks::parse({bad})) << bad;
  for (const char* loop :
       {"localhost", "LOCALHOST:80", "127.0.0.1", "127.1.2.3:8080", "[::1]", "[::1]:8080"})
    EXPECT_TRUE(is_loopback_host(loop)) << loop;
  for (const char* other : {"", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example",
                            "[::2]", "0.0.0.0", "128.0.0.1"})
    EXPECT_FALSE(is_loopback_host(other)) << other;
}

}  // namespace
}  // namespace herald::http::test
