#include <gtest/gtest.h>

#include "http/jwt_signature.hpp"
#include "http/support.hpp"

namespace herald::http::test {
namespace {

using namespace std::chrono_literals;

// Made for these tests with `openssl genpkey -algorithm ed25519`, and known to everybody.
const std::string kPrivate =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIFf4YovXque/8lyGaF+vMnOcPn5NxB2x+78vlYDe0GcQ\n"
    "-----END PRIVATE KEY-----\n";
const std::string kPublic =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEA0Bg1wl4DePXUAZC083EU19wJ5SkaA+fl2e/9tPF55p4=\n"
    "-----END PUBLIC KEY-----\n";

class SignedIn : public testing::Test {
 protected:
  HandClock clock;
  Authenticator auth{{}, clock};
  KeyRecord private_key{"ed", kPrivate, JwtAlgorithm::eddsa, {}};
  KeyRecord public_key{"ed", kPublic, JwtAlgorithm::eddsa, {}};
  KeyRecord shared{"hs", std::string{kSecret}, JwtAlgorithm::hs256, {}};

  Identified with_cookie(const std::string& token) const {
    return auth.identify({{"cookie", "herald_token=" + token}});
  }
};

// covers: F59
TEST_F(SignedIn, TheSiteSignsWithItsPrivateKeyAndHeraldVerifiesWithThePublicOne) {
  Authenticator site{{}, clock};
  ASSERT_TRUE(site.set_keys({private_key}));
  const auto token = *site.issue_user_token(7, 15min);
  ASSERT_TRUE(auth.set_keys({public_key}));
  EXPECT_EQ(auth.identify_token(token).who.user, 7);
  EXPECT_EQ(auth.issue_user_token(7, 15min).error().code, base::Code::unavailable)
      << "a public key signs nothing";
  auto flipped = token;
  flipped[flipped.size() - 10] = flipped[flipped.size() - 10] == 'A' ? 'B' : 'A';
  EXPECT_EQ(auth.identify_token(flipped).kind, Identified::Kind::refused);
  EXPECT_EQ(auth.identify_token(token.substr(0, token.size() - 1)).kind, Identified::Kind::refused);
  clock.advance(15min);
  EXPECT_EQ(auth.identify_token(token).kind, Identified::Kind::refused);
}

// covers: F59
TEST_F(SignedIn, ThePublicKeyIsNoSharedSecret) {
  ASSERT_TRUE(auth.set_keys({public_key, shared}));
  const auto claims = R"({"sub":"7","aud":"herald","exp":4102444800})";
  for (const auto* header : {R"({"alg":"HS256","kid":"ed"})", R"({"alg":"EdDSA","kid":"ed"})",
                             R"({"alg":"EdDSA","kid":"hs"})", R"({"alg":"ES256","kid":"ed"})"})
    for (const auto& secret : {kPublic, std::string{kSecret}})
      EXPECT_EQ(auth.identify_token(sign_jws(header, claims, secret, JwtAlgorithm::hs256)).kind,
                Identified::Kind::refused)
          << header;
}

TEST_F(SignedIn, AKeyThatIsNotEd25519IsRefused) {
  const std::string other =
      "-----BEGIN PRIVATE KEY-----\n"
      "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgmhjDnldKm3VWBxLs\n"
      "HihDjg41C3QL4KfH3uqkl/SEwrehRANCAASe2svpynMsIjxYU2UDRXt20/UFqu8M\n"
      "wilcpO6s13qarIV7VZKpH3puGC1HrN5t0RFNnUn9Oliuv1ArcBsTOD7c\n"
      "-----END PRIVATE KEY-----\n";
  for (const auto& pem : {std::string{kSecret}, std::string{}, other, kPublic.substr(0, 60)}) {
    const auto set = auth.set_keys({{"ed", pem, JwtAlgorithm::eddsa, {}}});
    ASSERT_FALSE(set);
    EXPECT_NE(set.error().message.find("Ed25519"), std::string::npos);
  }
}

TEST_F(SignedIn, ACookieIsRenewedInTheLastThirdOfItsLife) {
  ASSERT_TRUE(auth.set_keys({shared}));
  const auto token = *auth.issue_user_token(7, 15min);
  EXPECT_EQ(auth.renewed(with_cookie(token)), "");
  clock.advance(9min);
  EXPECT_EQ(auth.renewed(with_cookie(token)), "");
  clock.advance(2min);
  const auto set = auth.renewed(with_cookie(token));
  ASSERT_TRUE(set.starts_with("herald_token=")) << set;
  EXPECT_NE(set.find("; Path=/; Max-Age=900; HttpOnly; SameSite=Lax"), std::string::npos) << set;
  EXPECT_EQ(auth.renewed(auth.identify_token(token)), "") << "only a cookie is ours to set";
  const auto next = set.substr(13, set.find(';') - 13);
  EXPECT_EQ(base::unix_ms(with_cookie(next).who.expires), base::unix_ms(clock.now() + 15min));
  auth.set_revocations({{7, clock.now() + 1s}});
  EXPECT_EQ(auth.renewed(with_cookie(token)), "") << "revoked";
}

TEST_F(SignedIn, RenewalEndsTwelveHoursAfterTheSignIn) {
  ASSERT_TRUE(auth.set_keys({shared}));
  auto token = *auth.issue_user_token(7, 1h);
  const auto begun = clock.now();
  while (true) {
    clock.advance(50min);
    const auto set = auth.renewed(with_cookie(token));
    if (set.empty()) break;
    token = set.substr(13, set.find(';') - 13);
    ASSERT_LE(with_cookie(token).who.expires, begun + 12h);
  }
  EXPECT_GE(clock.now(), begun + 11h);
}

TEST_F(SignedIn, WhatAnotherSignedIsNotRenewed) {
  Authenticator site{{}, clock};
  ASSERT_TRUE(site.set_keys({private_key}));
  ASSERT_TRUE(auth.set_keys({shared, public_key}));
  const auto token = *site.issue_user_token(7, 15min);
  clock.advance(14min);
  EXPECT_EQ(with_cookie(token).kind, Identified::Kind::known);
  EXPECT_EQ(auth.renewed(with_cookie(token)), "");
  const auto plain = sign_jws(R"({"alg":"HS256","kid":"hs"})",
                              R"({"sub":"7","aud":"herald","iat":1752487200,"exp":1752488100})",
                              kSecret, JwtAlgorithm::hs256);
  EXPECT_EQ(with_cookie(plain).kind, Identified::Kind::known);
  EXPECT_EQ(auth.renewed(with_cookie(plain)), "") << "it does not say when the person signed in";
}

TEST_F(SignedIn, TheServerSendsTheNewCookieWithTheAnswer) {
  TestServer server;
  ASSERT_TRUE(server.auth.set_keys({shared}));
  server.mount("GET", "/mine", echo, web::Access::any_user);
  const auto now = base::Clock::system().now();
  const auto token = sign_jwt(shared, {}, 7, now - 14min, now + 1min, now - 1h);
  const auto ask = [&](const std::string& extra) { return server.ask(get("/mine", extra)); };
  EXPECT_TRUE(ask("Cookie: herald_token=" + token + "\r\n")
                  ->header("set-cookie")
                  .starts_with("herald_token="));
  EXPECT_EQ(ask("Authorization: Bearer " + token + "\r\n")->header("set-cookie"), "");
}

}  // namespace
}  // namespace herald::http::test
