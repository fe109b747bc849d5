#include "http/jwt.hpp"

#include <gtest/gtest.h>

#include "http/support.hpp"

namespace herald::http::test {
namespace {

const std::string kHeader = R"({"alg":"HS256","typ":"JWT","kid":"k1"})";
constexpr int64_t kNow = 1'752'487'200;

std::string claims(std::string_view extra = {}) {
  return R"({"sub":"7","aud":"herald","exp":)" + std::to_string(kNow + 600) + std::string{extra} +
         "}";
}
std::string signed_with(std::string_view header, std::string_view body,
                        std::string_view secret = kSecret,
                        JwtAlgorithm algorithm = JwtAlgorithm::hs256) {
  return sign_jws(header, body, secret, algorithm);
}
std::string number(int64_t n) { return std::to_string(n); }

class Jwt : public testing::Test {
 protected:
  HandClock clock;
  Authenticator auth{{}, clock};
  void SetUp() override {
    clock.set(base::from_unix_ms(kNow * 1000));
    ASSERT_TRUE(auth.set_keys({{"k1", std::string{kSecret}, JwtAlgorithm::hs256, {}},
                               {"k5", std::string(64, 's'), JwtAlgorithm::hs512, {}}}));
  }
  bool accepts(std::string_view token) const {
    return auth.identify_token(token).kind == Identified::Kind::known;
  }
};

// covers: F59
TEST_F(Jwt, ControlTokensAreAccepted) {
  const auto issued = auth.issue_user_token(7, std::chrono::minutes{10});
  ASSERT_TRUE(issued);
  const auto who = auth.identify_token(*issued);
  ASSERT_EQ(who.kind, Identified::Kind::known) << who.why;
  EXPECT_EQ(who.who.kind, model::Principal::Kind::user);
  EXPECT_EQ(who.who.user, 7);
  EXPECT_EQ(base::unix_ms(who.who.expires), (kNow + 600) * 1000);

  EXPECT_TRUE(accepts(signed_with(kHeader, claims())));
  EXPECT_TRUE(accepts(signed_with(R"({"kid":"k1","alg":"HS256"})", claims())));
  EXPECT_TRUE(accepts(
      signed_with(kHeader, R"({"sub":"7","aud":["x","herald"],"exp":)" + number(kNow + 1) + "}")));
  EXPECT_TRUE(accepts(signed_with(kHeader, claims(R"(,"nbf":)" + number(kNow + 60)))));
  EXPECT_TRUE(accepts(signed_with(kHeader, claims(R"(,"iat":)" + number(kNow + 60)))));
  EXPECT_TRUE(accepts(signed_with(R"({"alg":"HS512","kid":"k5"})", claims(), std::string(64, 's'),
                                  JwtAlgorithm::hs512)));
}

// covers: F59
TEST_F(Jwt, NoForgeryIsAccepted) {
  const auto good = signed_with(kHeader, claims());
  const auto dot1 = good.find('.'), dot2 = good.rfind('.');
  const auto head = good.substr(0, dot1), body = good.substr(dot1 + 1, dot2 - dot1 - 1),
             mac = good.substr(dot2 + 1);
  const auto with_header = [&](std::string_view h) { return signed_with(h, claims()); };
  const auto with_claims = [&](std::string_view c) { return signed_with(kHeader, c); };
  const auto exp = R"("exp":)" + number(kNow + 600);
  auto flipped = mac;
  flipped[3] = flipped[3] == 'A' ? 'B' : 'A';
  auto loose = mac;  // the last character has two bits that mean nothing: they must be zero
  loose.back() = static_cast<char>(loose.back() + 1);

  const std::vector<std::pair<std::string, std::string>> forgeries{
      {"none", base64url(R"({"alg":"none","kid":"k1"})") + "." + body + "."},
      {"None", base64url(R"({"alg":"None","kid":"k1"})") + "." + body + "."},
      {"NONE", base64url(R"({"alg":"NONE","kid":"k1"})") + "." + body + "."},
      {"none with signature", base64url(R"({"alg":"none","kid":"k1"})") + "." + body + "." + mac},
      {"none signed", with_header(R"({"alg":"none","kid":"k1"})")},
      {"no signature", head + "." + body + "."},
      {"two parts", head + "." + body},
      {"four parts", good + ".x"},
      {"five parts", good + ".x.y"},
      {"empty", ""},
      {"dots", ".."},
      {"no alg", with_header(R"({"kid":"k1"})")},
      {"alg null", with_header(R"({"alg":null,"kid":"k1"})")},
      {"alg lower case", with_header(R"({"alg":"hs256","kid":"k1"})")},
      {"alg array", with_header(R"({"alg":["HS256"],"kid":"k1"})")},
      {"HS512 on the HS256 key",
       signed_with(R"({"alg":"HS512","kid":"k1"})", claims(), kSecret, JwtAlgorithm::hs512)},
      {"HS256 on the HS512 key",
       signed_with(R"({"alg":"HS256","kid":"k5"})", claims(), std::string(64, 's'))},
      {"RS256", with_header(R"({"alg":"RS256","kid":"k1"})")},
      {"ES256", with_header(R"({"alg":"ES256","kid":"k1"})")},
      {"wrong key", signed_with(kHeader, claims(), std::string(32, 'x'))},
      {"empty key", signed_with(kHeader, claims(), "")},
      {"public key as secret", signed_with(kHeader, claims(), "-----BEGIN PUBLIC KEY-----")},
      {"no kid", with_header(R"({"alg":"HS256"})")},
      {"empty kid", with_header(R"({"alg":"HS256","kid":""})")},
      {"unknown kid", with_header(R"({"alg":"HS256","kid":"k2"})")},
      {"kid traversal",
       signed_with(R"({"alg":"HS256","kid":"../../../../dev/null"})", claims(), "")},
      {"kid SQL", signed_with(R"({"alg":"HS256","kid":"x' UNION SELECT 'a"})", claims(), "a")},
      {"kid number", with_header(R"({"alg":"HS256","kid":1})")},
      {"kid of the other key", with_header(R"({"alg":"HS256","kid":"k5"})")},
      {"jku", with_header(R"({"alg":"HS256","kid":"k1","jku":"https://evil.example/k"})")},
      {"jwk", with_header(R"({"alg":"HS256","kid":"k1","jwk":{"kty":"oct","k":"AA"}})")},
      {"x5u", with_header(R"({"alg":"HS256","kid":"k1","x5u":"https://evil.example/c"})")},
      {"x5c", with_header(R"({"alg":"HS256","kid":"k1","x5c":["AA"]})")},
      {"crit", with_header(R"({"alg":"HS256","kid":"k1","crit":["exp"]})")},
      {"crit empty", with_header(R"({"alg":"HS256","kid":"k1","crit":[]})")},
      {"b64 false", with_header(R"({"alg":"HS256","kid":"k1","b64":false})")},
      {"zip", with_header(R"({"alg":"HS256","kid":"k1","zip":"DEF"})")},
      {"other typ", with_header(R"({"alg":"HS256","kid":"k1","typ":"secevent+jwt"})")},
      {"duplicate alg", with_header(R"({"alg":"none","alg":"HS256","kid":"k1"})")},
      {"header no object", with_header(R"(["HS256"])")},
      {"header no JSON", with_header("HS256")},
      {"expired", with_claims(R"({"sub":"7","aud":"herald","exp":)" + number(kNow) + "}")},
      {"no exp", with_claims(R"({"sub":"7","aud":"herald"})")},
      {"exp text", with_claims(R"({"sub":"7","aud":"herald","exp":"9999999999"})")},
      {"exp negative", with_claims(R"({"sub":"7","aud":"herald","exp":-1})")},
      {"exp huge", with_claims(R"({"sub":"7","aud":"herald","exp":9223372036854775807})")},
      {"exp 1e300", with_claims(R"({"sub":"7","aud":"herald","exp":1e300})")},
      {"exp 1e999", with_claims(R"({"sub":"7","aud":"herald","exp":1e999})")},
      {"exp null", with_claims(R"({"sub":"7","aud":"herald","exp":null})")},
      {"duplicate exp", with_claims(R"({"sub":"7","aud":"herald","exp":1,)" + exp + "}")},
      {"nbf too far", with_claims(claims(R"(,"nbf":)" + number(kNow + 61)))},
      {"nbf text", with_claims(claims(R"(,"nbf":"0")"))},
      {"iat too far", with_claims(claims(R"(,"iat":)" + number(kNow + 61)))},
      {"no aud", with_claims(R"({"sub":"7",)" + exp + "}")},
      {"other aud", with_claims(R"({"sub":"7","aud":"shop",)" + exp + "}")},
      {"aud prefix", with_claims(R"({"sub":"7","aud":"herald2",)" + exp + "}")},
      {"aud empty list", with_claims(R"({"sub":"7","aud":[],)" + exp + "}")},
      {"no sub", with_claims(R"({"aud":"herald",)" + exp + "}")},
      {"sub number", with_claims(R"({"sub":7,"aud":"herald",)" + exp + "}")},
      {"sub empty", with_claims(R"({"sub":"","aud":"herald",)" + exp + "}")},
      {"sub zero", with_claims(R"({"sub":"0","aud":"herald",)" + exp + "}")},
      {"sub leading zero", with_claims(R"({"sub":"07","aud":"herald",)" + exp + "}")},
      {"sub negative", with_claims(R"({"sub":"-7","aud":"herald",)" + exp + "}")},
      {"sub plus", with_claims(R"({"sub":"+7","aud":"herald",)" + exp + "}")},
      {"sub phone", with_claims(R"({"sub":"+237691924173","aud":"herald",)" + exp + "}")},
      {"sub 2^53", with_claims(R"({"sub":"9007199254740992","aud":"herald",)" + exp + "}")},
      {"sub with space", with_claims(R"({"sub":"7 ","aud":"herald",)" + exp + "}")},
      {"claims no object", with_claims("7")},
      {"signature truncated", head + "." + body + "." + mac.substr(0, 22)},
      {"signature of one byte", head + "." + body + "." + mac.substr(0, 2)},
      {"signature extended", good + "AAAA"},
      {"signature padded", good + "="},
      {"signature flipped", head + "." + body + "." + flipped},
      {"signature not canonical", head + "." + body + "." + loose},
      {"body changed",
       head + "." + base64url(R"({"sub":"8","aud":"herald",)" + exp + "}") + "." + mac},
      {"body padded", head + "." + body + "=." + mac},
      {"newline inside", head + "\n." + body + "." + mac},
      {"standard base64", head + "." + body + "." + std::string(mac.size() - 1, '+') + "A"},
      {"longer than 4 KiB", with_claims(claims(R"(,"x":")" + std::string(4096, 'a') + "\""))},
      {"one megabyte", std::string(1 << 20, 'a')},
      {"service prefix", "hst_" + good},
  };
  ASSERT_GE(forgeries.size(), 60U);
  ASSERT_TRUE(accepts(good));
  for (const auto& [name, token] : forgeries) EXPECT_FALSE(accepts(token)) << name;
}

// covers: F50 F59
TEST_F(Jwt, KeysRotateWithOverlapAndLogoutEndsTokens) {
  const auto old_token = auth.issue_user_token(7, std::chrono::hours{1});
  ASSERT_TRUE(old_token);
  ASSERT_TRUE(auth.set_keys(
      {{"k2", std::string(32, 'n'), JwtAlgorithm::hs256, {}},
       {"k1", std::string{kSecret}, JwtAlgorithm::hs256, clock.now() + std::chrono::minutes{30}}}));
  const auto new_token = auth.issue_user_token(7, std::chrono::hours{1});
  ASSERT_TRUE(new_token);
  EXPECT_TRUE(accepts(*old_token));
  EXPECT_TRUE(accepts(*new_token));
  clock.advance(std::chrono::minutes{30});
  EXPECT_FALSE(accepts(*old_token)) << "the old key is retired";
  EXPECT_TRUE(accepts(*new_token));

  auth.set_revocations({{7, clock.now()}});
  EXPECT_FALSE(accepts(*new_token)) << "issued before the logout";
  EXPECT_TRUE(accepts(*auth.issue_user_token(8, std::chrono::hours{1})));
  clock.advance(std::chrono::seconds{1});
  EXPECT_TRUE(accepts(*auth.issue_user_token(7, std::chrono::hours{1})));
}

TEST_F(Jwt, BadKeysAndLifetimesAreRefused) {
  EXPECT_FALSE(auth.set_keys({{"k", "short", JwtAlgorithm::hs256, {}}}));
  EXPECT_FALSE(auth.set_keys({{"", std::string{kSecret}, JwtAlgorithm::hs256, {}}}));
  EXPECT_FALSE(auth.set_keys({{"../k", std::string{kSecret}, JwtAlgorithm::hs256, {}}}));
  EXPECT_FALSE(
      auth.set_keys({{"k", std::string{kSecret}, {}, {}}, {"k", std::string{kSecret}, {}, {}}}));
  EXPECT_TRUE(accepts(signed_with(kHeader, claims())))
      << "a refused set leaves the old keys in force";
  EXPECT_FALSE(auth.issue_user_token(0, std::chrono::minutes{1}));
  EXPECT_FALSE(auth.issue_user_token(7, std::chrono::hours{24 * 400}));
  ASSERT_TRUE(auth.set_keys({}));
  EXPECT_EQ(auth.issue_user_token(7, std::chrono::minutes{1}).error().code,
            base::Code::unavailable);
}

}  // namespace
}  // namespace herald::http::test
