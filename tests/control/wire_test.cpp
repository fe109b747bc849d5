#include "control/wire.hpp"

#include <gtest/gtest.h>

#include <boost/json/value.hpp>
#include <string>

namespace herald::control {
namespace {

TEST(Wire, CallsAndRepliesSurviveTheTrip) {
  const Call call{.method = "io.herald.Send",
                  .parameters = {{"kind", "message"}},
                  .oneway = true,
                  .more = true};
  auto text = encode(call);
  ASSERT_EQ(text.back(), '\0');
  text.pop_back();
  const auto back = parse_call(text);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->method, "io.herald.Send");
  EXPECT_EQ(back->parameters, call.parameters);
  EXPECT_TRUE(back->oneway && back->more && !back->upgrade);

  auto answer = encode(Reply{.error = "a.B", .parameters = {{"x", 1}}, .continues = true});
  answer.pop_back();
  const auto reply = parse_reply(answer);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->error, "a.B");
  EXPECT_TRUE(reply->continues);
  EXPECT_EQ(reply->parameters.at("x"), 1);
}

TEST(Wire, NulInATextIsEscapedAndSoNeverEndsAMessage) {
  const auto text = encode(Reply{.error = {}, .parameters = {{"x", std::string{"a\0b", 3}}}});
  EXPECT_EQ(text.find('\0'), text.size() - 1);
}

TEST(Wire, AbsentAndNullMembersHaveTheirDefaults) {
  const auto call =
      parse_call(R"({"method":"a.b.C","parameters":null,"more":null,"com.example":{"x":1}})");
  ASSERT_TRUE(call) << call.error().message;
  EXPECT_TRUE(call->parameters.empty());
  EXPECT_FALSE(call->more);
}

class BadCall : public ::testing::TestWithParam<std::string> {};

TEST_P(BadCall, IsInvalid) {
  const auto call = parse_call(GetParam());
  ASSERT_FALSE(call);
  EXPECT_EQ(call.error().code, base::Code::invalid);
}

std::string nested(int depth) {
  std::string text = R"({"method":"a.b.C","parameters":)";
  for (int i = 0; i < depth; ++i) text += "{\"x\":";
  text += "1";
  return text + std::string(static_cast<std::size_t>(depth), '}') + "}";
}

INSTANTIATE_TEST_SUITE_P(Wire, BadCall,
                         ::testing::Values("", "GET / HTTP/1.1", "[]", "{}", R"({"method":1})",
                                           R"({"method":null})",
                                           R"({"method":"a.b.C","parameters":[]})",
                                           R"({"method":"a.b.C","more":1})",
                                           R"({"method":"a.b.C","oneway":"yes"})",
                                           R"({"method":"a.b.C","method":"a.b.D"})",
                                           R"({"method":"a.b.C","parameters":{"x":"\u0000"}})",
                                           R"({"method":"a.b.C","parameters":{"x":1e999}})",
                                           "{\"method\":\"a.b.C\",\"parameters\":{\"x\":\"\xff\"}}",
                                           R"({"method":"a.b.C"} trailing)", nested(40)));

TEST(Wire, DepthBelowTheLimitPasses) { EXPECT_TRUE(parse_call(nested(20))); }

TEST(Wire, OverOneMebibyteIsTooLarge) {
  const auto call = parse_call(R"({"method":"a.b.C","parameters":{"x":")" +
                               std::string(kMaxRequest, 'x') + "\"}}");
  ASSERT_FALSE(call);
  EXPECT_EQ(call.error().code, base::Code::too_large);
}

}  // namespace
}  // namespace herald::control
