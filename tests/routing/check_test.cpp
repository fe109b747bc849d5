#include "support.hpp"

namespace herald::routing {
namespace {

model::Catalog catalog() {
  model::Catalog c;
  c.kinds["message"] = {"message", "info"};
  c.kinds["provider.request"] = {"provider.request", "provider_request"};
  c.kinds["provider.request"].actions = {{"accept", "OUI", "OUI"}, {"decline", "NON", "NON"}};
  c.kinds["provider.info"] = {"provider.info", "info"};
  return c;
}

struct Found {
  std::size_t errors;
  std::string shown;
};

Found found(const std::string& routes) {
  config::Diagnostics d;
  const auto c = config::load_text({{"t.yaml", kChannels + "routes:\n" + routes}}, d);
  if (!c) throw std::logic_error(d.render());
  check(**c, bundled(), catalog(), d);
  return {d.errors(), d.render()};
}

constexpr const char* kDefault = "  - { name: default, chain: [webchat, log] }\n";

struct Case {
  const char* name;
  const char* routes;
  const char* says;
};
class Semantic : public testing::TestWithParam<Case> {};

TEST_P(Semantic, MistakeIsSaidAtItsPlace) {
  const auto f = found(std::string{GetParam().routes} + kDefault);
  EXPECT_EQ(f.errors, 1U) << f.shown;
  EXPECT_THAT(f.shown, testing::HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    Check, Semantic,
    testing::Values(
        Case{"unknown_channel",
             "  - { name: a, match: { kind: message }, chain: [webchat, whatsap] }\n",
             "t.yaml:3:59: error: there is no channel `whatsap` under `channels`; did you mean "
             "`whatsapp`?"},
        Case{"unknown_channel_in_a_map",
             "  - { name: a, match: { kind: message }, chain: [{ channel: whatsap }] }\n",
             "t.yaml:3:61: error: there is no channel `whatsap`"},
        Case{"cannot_report",
             "  - { name: a, match: { kind: message }, chain: [{ channel: sms, until: read }] }\n",
             "t.yaml:3:73: error: channel `sms` cannot report `read`, only: accepted"},
        Case{"cannot_report_answers",
             "  - { name: a, match: { kind: provider.request }, chain: [{ channel: whatsapp, "
             "until: answered }] }\n",
             "cannot report `answered`, only: accepted, delivered, read"},
        Case{"reaches_nobody",
             "  - { name: a, match: { kind: message }, chain: [{ channel: log, until: delivered }] "
             "}\n",
             "channel `log` reaches nobody, so nothing is ever `delivered` there; remove `until`"},
        Case{"within_accepted",
             "  - { name: a, match: { kind: message }, chain: [{ channel: webchat, until: "
             "accepted, within: 1m }] }\n",
             "t.yaml:3:95: error: `within` waits for evidence, and `until: accepted` waits for "
             "none"},
        Case{"within_by_default_accepted",
             "  - { name: a, match: { kind: message }, chain: [{ channel: sms, within: 1m }] }\n",
             "t.yaml:3:74: error: channel `sms` cannot report `delivered`, so there is nothing to "
             "wait for; remove `within`"},
        Case{"answers_without_actions",
             "  - { name: a, match: { kind: \"provider.*\" }, chain: [{ channel: webchat, until: "
             "answered }] }\n",
             "t.yaml:3:82: error: kind `provider.info` comes by this route and offers no actions"},
        Case{"empty_chain", "  - { name: a, match: { kind: message }, chain: [] }\n",
             "t.yaml:3:49: error: route `a` has no channel to send on"},
        Case{"no_chain", "  - { name: a, match: { kind: message } }\n",
             "t.yaml:3:5: error: route `a` has no channel to send on"}),
    [](const auto& p) { return std::string{p.param.name}; });

TEST(Check, TheSameChainsArrangedRightAreFine) {
  const auto f =
      found(std::string{"  - { name: a, match: { kind: provider.request }, chain: [{ channel: "
                        "webchat, until: answered, within: 1m }, whatsapp] }\n"
                        "  - { name: b, match: { kind: message }, chain: [{ channel: webchat, "
                        "within: 1m }, { channel: sms, until: accepted }, log] }\n"} +
            kDefault);
  EXPECT_EQ(f.shown, "");
}

TEST(Check, AKindTakenByAnEarlierRouteNeedsNoActions) {
  const auto f =
      found(std::string{"  - { name: a, match: { kind: provider.info }, chain: [webchat] }\n"
                        "  - { name: b, match: { kind: \"provider.*\" }, chain: [{ channel: "
                        "webchat, until: answered }] }\n"} +
            kDefault);
  EXPECT_EQ(f.shown, "");
}

TEST(Check, WithoutADefaultRoute) {
  const auto f = found("  - { name: a, match: { kind: message }, chain: [webchat] }\n");
  EXPECT_EQ(f.errors, 1U);
  EXPECT_THAT(f.shown,
              testing::HasSubstr("t.yaml:3:3: error: no route takes what the others leave"));
  EXPECT_EQ(found("").errors, 1U);
}

TEST(Check, ARouteBehindACatchAllIsWarnedOf) {
  const auto f =
      found(std::string{kDefault} + "  - { name: late, match: { kind: message }, chain: [log] }\n");
  EXPECT_EQ(f.errors, 0U);
  EXPECT_THAT(f.shown, testing::HasSubstr("t.yaml:4:5: warning: route `late` is never taken: route "
                                          "`default` at t.yaml:3:5 stands before it"));
}

TEST(Check, AKindThatNoTemplateKnowsIsWarnedOf) {
  const auto f = found(
      std::string{
          "  - { name: a, match: { kind: [message, provider.reqest] }, chain: [webchat] }\n"} +
      kDefault);
  EXPECT_EQ(f.errors, 0U);
  EXPECT_THAT(f.shown, testing::HasSubstr("t.yaml:3:41: warning: no template knows a kind like "
                                          "`provider.reqest`; did you mean `provider.request`?"));
}

TEST(Check, AChannelThatDidNotLoadIsNotJudgedHere) {
  config::Diagnostics d;
  const auto c =
      configured(kChannels + "routes: [{ name: r, chain: [{ channel: sms, until: read }] }]\n");
  check(*c, {}, {}, d);
  EXPECT_TRUE(d.ok()) << d.render();
}

TEST(CheckNames, AreToldBesideOtherMistakes) {
  config::Diagnostics d;
  const auto c = config::load_text(
      {{"t.yaml", kChannels + "inbox: { keep: lots }\nroutes: [{ name: r, chain: [weebchat] }]\n"}},
      d, "/", check_names);
  EXPECT_FALSE(c);
  EXPECT_EQ(d.errors(), 2U) << d.render();
  EXPECT_THAT(d.render(), testing::HasSubstr("no channel `weebchat`"));
}

TEST(Check, TheShippedConfigurationIsFine) {
  config::Diagnostics d;
  const auto c = config::load(std::string{HERALD_SOURCE} + "/config/herald.yaml", d);
  ASSERT_TRUE(c) << d.render();
  check(**c, bundled(), catalog(), d);
  EXPECT_EQ(d.render(), "");
}

}  // namespace
}  // namespace herald::routing
