#include "http/rates.hpp"

#include <gtest/gtest.h>

#include "http/support.hpp"

namespace herald::http::test {
namespace {

using namespace std::chrono_literals;

// covers: F75
TEST(Rates, ABurstThenSoManyASecondEachKeyForItself) {
  Rates rates{2, 5};
  base::MonoPoint now{1h};
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(rates.allow("a", now)) << i;
  EXPECT_FALSE(rates.allow("a", now));
  EXPECT_TRUE(rates.allow("b", now));
  now += 1s;
  EXPECT_TRUE(rates.allow("a", now));
  EXPECT_TRUE(rates.allow("a", now));
  EXPECT_FALSE(rates.allow("a", now));
  now += 1h;
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(rates.allow("a", now)) << i;
  EXPECT_FALSE(rates.allow("a", now));
}

TEST(Rates, ManyKeysDoNotFreeTheOneThatIsLimited) {
  Rates rates{1, 2};
  base::MonoPoint now{1h};
  rates.allow("busy", now + 100s), rates.allow("busy", now + 100s);
  EXPECT_FALSE(rates.allow("busy", now + 100s));
  for (std::size_t i = 1; i < Rates::kMostKeys; ++i) rates.allow(std::to_string(i), now);
  rates.allow("one more", now + 100s);
  EXPECT_FALSE(rates.allow("busy", now + 100s));
}

// covers: F75
TEST(Rates, GuessingTokensIsSlowedDownAndTheHonestGoOn) {
  auto options = TestServer::fast_options();
  options.failures_per_second = 0.001;
  options.failures_burst = 3;
  TestServer server{options};
  ASSERT_TRUE(server.auth.set_keys({{"k1", std::string{kSecret}, JwtAlgorithm::hs256, {}}}));
  server.mount("GET", "/mine", echo, web::Access::any_user);
  const auto with = [](const std::string& token) {
    return get("/mine", "Authorization: Bearer " + token + "\r\n");
  };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(server.ask(with("guess"))->status, 401U);
  const auto slowed = server.ask(with("guess"));
  EXPECT_EQ(slowed->status, 429U);
  EXPECT_EQ(slowed->header("retry-after"), "1");
  EXPECT_EQ(server.ask(get("/mine"))->status, 429U);
  EXPECT_EQ(server.ask(with(*server.auth.issue_user_token(7, 1min)))->status, 200U);
}

// covers: F75
TEST(Rates, OnePersonMayAskSoOften) {
  auto options = TestServer::fast_options();
  options.person_per_second = 0.001;
  options.person_burst = 4;
  TestServer server{options};
  ASSERT_TRUE(server.auth.set_keys({{"k1", std::string{kSecret}, JwtAlgorithm::hs256, {}}}));
  server.mount("GET", "/mine", echo, web::Access::any_user);
  const auto ask = [&](model::UserId user) {
    return server
        .ask(get("/mine",
                 "Authorization: Bearer " + *server.auth.issue_user_token(user, 1min) + "\r\n"))
        ->status;
  };
  for (int i = 0; i < 4; ++i) EXPECT_EQ(ask(7), 200U);
  EXPECT_EQ(ask(7), 429U);
  EXPECT_EQ(ask(8), 200U);
}

}  // namespace
}  // namespace herald::http::test
