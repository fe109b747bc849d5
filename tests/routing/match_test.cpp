#include "routing/match.hpp"

#include "support.hpp"

namespace herald::routing {
namespace {

TEST(Match, KindPatterns) {
  EXPECT_TRUE(kind_matches("provider.request", "provider.request"));
  EXPECT_FALSE(kind_matches("provider.request", "provider.requests"));
  EXPECT_TRUE(kind_matches("provider.*", "provider.request"));
  EXPECT_TRUE(kind_matches("provider.*", "provider.request.urgent"));
  EXPECT_FALSE(kind_matches("provider.*", "provider"));
  EXPECT_FALSE(kind_matches("provider.*", "providers.request"));
  EXPECT_TRUE(kind_matches("*", "anything"));
}

TEST(Match, AllThatIsNamedMustMatch) {
  const config::Match m{{"a.*", "b"}, {Priority::high}, {"token:shop", "uid:*"}};
  EXPECT_TRUE(matches(m, "a.x", Priority::high, "token:shop"));
  EXPECT_TRUE(matches(m, "b", Priority::high, "uid:1000"));
  EXPECT_FALSE(matches(m, "c", Priority::high, "uid:1000"));
  EXPECT_FALSE(matches(m, "b", Priority::normal, "uid:1000"));
  EXPECT_FALSE(matches(m, "b", Priority::high, "token:shopping"));
  EXPECT_TRUE(matches({}, "b", Priority::low, ""));
}

TEST(Match, Covers) {
  EXPECT_TRUE(covers({}, {{"a"}, {}, {}}));
  EXPECT_FALSE(covers({{"a"}, {}, {}}, {}));
  EXPECT_TRUE(covers({{"a.*"}, {}, {}}, {{"a.b.*", "a.c"}, {}, {}}));
  EXPECT_FALSE(covers({{"a.b.*"}, {}, {}}, {{"a.*"}, {}, {}}));
  EXPECT_FALSE(covers({{}, {Priority::high}, {}}, {{"a"}, {}, {}}));
  EXPECT_TRUE(covers({{"*"}, {}, {}}, {}));
}

const config::ConfigPtr kConfig = configured(kChannels + R"(
routes:
  - { name: urgent, match: { priority: urgent }, chain: [sms] }
  - { name: provider, match: { kind: "provider.*" }, chain: [whatsapp] }
  - { name: shop, match: { producer: "token:shop" }, chain: [log] }
  - { name: default, chain: [webchat] }
)");

std::string route(std::string_view kind, Priority priority, std::string_view producer) {
  return (*resolve(kConfig, bundled(), kind, priority, producer, true))->route;
}

TEST(Match, TheFirstRouteThatMatchesDecides) {
  EXPECT_EQ(route("provider.request", Priority::urgent, "token:shop"), "urgent");
  EXPECT_EQ(route("provider.request", Priority::normal, "token:shop"), "provider");
  EXPECT_EQ(route("message", Priority::normal, "token:shop"), "shop");
  EXPECT_EQ(route("message", Priority::normal, "uid:0"), "default");
}

TEST(Match, WithoutAMatchThereIsAnErrorThatSaysWhatToDo) {
  const auto c =
      configured(kChannels + "routes: [{ name: a, match: { kind: a }, chain: [log] }]\n");
  const auto r = resolve(c, bundled(), "b", Priority::normal, "uid:0", false);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, base::Code::not_found);
  EXPECT_THAT(r.error().message, testing::HasSubstr("add a route without `match`"));
}

}  // namespace
}  // namespace herald::routing
