#include "strict_json.hpp"

#include <gtest/gtest.h>

namespace webchat {
namespace {

TEST(StrictJson, TakesAnObject) {
  const auto json =
      parse_object(" {\"a\":[1,{\"b\":null,\"a\":\"x\"}],\"c\":-1.5,\"d\":{\"a\":1}} \n");
  ASSERT_TRUE(json.value) << json.problem;
  EXPECT_EQ(json.value->at("a").at(1).at("a").as_string(), "x");
  EXPECT_TRUE(parse_object("{}").value);
}

TEST(StrictJson, LongKeysAndTextsStayWhole) {
  const std::string key(900, 'k'), text(100'000, 't');
  const auto json = parse_object("{\"" + key + "\":\"" + text + "\\u00e9\"}");
  ASSERT_TRUE(json.value) << json.problem;
  EXPECT_EQ(json.value->at(key).as_string(), text + "é");
}

TEST(StrictJson, RefusesWhatBoostLetsPassAndSaysWhy) {
  const std::pair<const char*, const char*> cases[] = {{R"({"a":1,"a":2})", "twice"},
                                                       {R"({"x":{"a":1,"\u0061":2}})", "twice"},
                                                       {R"({"a":1e999})", "too large"},
                                                       {R"({"a":"x\u0000y"})", "U+0000"},
                                                       {R"({"\u0000":1})", "U+0000"},
                                                       {"[]", "no object"},
                                                       {"{} {}", "byte 3"},
                                                       {"{\"a\":", "not valid"},
                                                       {"", "not valid"},
                                                       {"{'a':1}", "not valid"},
                                                       {"{\"a\":1,}", "not valid"},
                                                       {"{/**/}", "not valid"},
                                                       {"{\"a\":NaN}", "not valid"},
                                                       {"{\"a\":\"\xc3\"}", "not valid"},
                                                       {"\xef\xbb\xbf{}", "not valid"}};
  for (const auto& [text, why] : cases) {
    const auto json = parse_object(text);
    EXPECT_FALSE(json.value) << text;
    EXPECT_NE(json.problem.find(why), std::string::npos) << text << ": " << json.problem;
  }
  EXPECT_FALSE(parse_object(std::string(40, '[') + std::string(40, ']')).value);
  std::string deep = "{}";
  for (int i = 0; i < 40; ++i) deep = "{\"a\":" + deep + "}";
  EXPECT_FALSE(parse_object(deep).value);
}

}  // namespace
}  // namespace webchat
