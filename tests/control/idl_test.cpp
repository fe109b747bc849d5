#include "control/idl.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <string>

#include "control/policy.hpp"

namespace herald::control::idl {
namespace {

constexpr std::string_view kSample = R"(# a sample
interface com.example.sample
type Place (name: string, at: ?(x: int, y: float))
method M(
  a: string, # trailing comment
  b: ?int, c: ?[]Place, d: ?[string]bool, e: ?(low, high), f: ?object
) -> (r: Place)
method Empty() -> ()
error Bad (why: string)
)";

std::optional<std::string> check(std::string_view text) {
  const auto interface = Interface::parse(kSample);
  return interface->mismatch(interface->method("M")->in, boost::json::parse(text).as_object());
}

TEST(Idl, ReadsNamesTypesAndErrors) {
  const auto interface = Interface::parse(kSample);
  ASSERT_TRUE(interface) << interface.error().message;
  EXPECT_EQ(interface->name(), "com.example.sample");
  ASSERT_NE(interface->method("M"), nullptr);
  EXPECT_EQ(interface->method("M")->in.size(), 6U);
  EXPECT_TRUE(interface->method("Empty")->in.empty());
  EXPECT_EQ(interface->method("N"), nullptr);
  ASSERT_EQ(interface->errors().size(), 1U);
  EXPECT_EQ(interface->errors()[0].name, "Bad");
}

TEST(Idl, AcceptsWhatFits) {
  EXPECT_EQ(check(R"({"a":"x"})"), std::nullopt);
  EXPECT_EQ(check(R"({"a":"x","b":null,"c":[{"name":"n"},{"name":"m","at":{"x":1,"y":2}}],
                     "d":{"k":true},"e":"low","f":{"any":[1]}})"),
            std::nullopt);
}

TEST(Idl, NamesTheMemberThatDoesNot) {
  EXPECT_EQ(check(R"({})"), "a");
  EXPECT_EQ(check(R"({"a":null})"), "a");
  EXPECT_EQ(check(R"({"a":1})"), "a");
  EXPECT_EQ(check(R"({"a":"x","z":1})"), "z");
  EXPECT_EQ(check(R"({"a":"x","b":1.5})"), "b");
  EXPECT_EQ(check(R"({"a":"x","c":{}})"), "c");
  EXPECT_EQ(check(R"({"a":"x","c":[{"name":"n"},{"name":2}]})"), "c[1].name");
  EXPECT_EQ(check(R"({"a":"x","c":[{"name":"n","at":{"x":"1","y":2}}]})"), "c[0].at.x");
  EXPECT_EQ(check(R"({"a":"x","c":[null]})"), "c[0]");
  EXPECT_EQ(check(R"({"a":"x","d":{"k":1}})"), "d.k");
  EXPECT_EQ(check(R"({"a":"x","e":"medium"})"), "e");
  EXPECT_EQ(check(R"({"a":"x","f":[]})"), "f");
}

TEST(Idl, SaysWhereADescriptionIsWrong) {
  for (const auto* text : {"", "type A (a: int)", "interface nodots", "interface a.b\nmethod M(",
                           "interface a.b\nmethod M() ->", "interface a.b\ntype T (a: ??int)",
                           "interface a.b\ntype T (a: int, b)", "interface a.b\nfoo"})
    EXPECT_FALSE(Interface::parse(text)) << text;
  EXPECT_EQ(Interface::parse("interface a.b\n\nmethod M() - ()").error().where, "line 3");
  EXPECT_FALSE(Interface::parse("interface a.b\ntype T " + std::string(1000, '(')));
}

TEST(Idl, OwnDescriptionsParseAndEveryMethodHasARule) {
  ASSERT_TRUE(Interface::parse(service_interface_text()));
  const auto herald = Interface::parse(herald_interface_text());
  ASSERT_TRUE(herald) << herald.error().where << ": " << herald.error().message;
  EXPECT_EQ(herald->name(), "io.herald");
  EXPECT_EQ(herald->methods().size(), 17U);
  for (const auto& method : herald->methods())
    EXPECT_TRUE(rights_needed(method.name)) << method.name;
}

}  // namespace
}  // namespace herald::control::idl
