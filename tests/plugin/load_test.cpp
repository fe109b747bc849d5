#include "stage.hpp"

namespace herald::plugin::testing {
namespace {

struct Bad {
  const char* plugin;
  const char* cause;
};

class Refused : public Stage, public ::testing::WithParamInterface<Bad> {};

// covers: F42
TEST_P(Refused, WithOneLineAndTheDaemonGoesOn) {
  InstanceSpec s;
  s.name = "broken";
  s.plugin = GetParam().plugin;
  auto good = spec(chat);
  const auto problems = registry->load({s, good}, templates());
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_NE(problems[0].message.find(GetParam().cause), std::string::npos) << problems[0].message;
  EXPECT_EQ(problems[0].message.find('\n'), std::string::npos);
  EXPECT_TRUE(registry->start().empty());
  const auto broken = registry->channel("broken");
  ASSERT_TRUE(broken);
  EXPECT_FALSE(broken->running);
  EXPECT_EQ(broken->problem, problems[0].message);
  EXPECT_TRUE(registry->channel("chat")->running);

  Record<model::Outcome> outcomes;
  registry->deliver("broken", delivery(), [&](model::Outcome o) { outcomes.add(o); });
  EXPECT_EQ(outcomes.at(0).kind, model::OutcomeKind::channel_down);
}

INSTANTIATE_TEST_SUITE_P(
    Plugins, Refused,
    ::testing::Values(
        Bad{"not_a_plugin", "does not export herald_entry_v1"},
        Bad{"wrong_abi_symbol", "another major version of the plugin interface (herald_entry_v2"},
        Bad{"wrong_abi_major", "another major version"},
        Bad{"newer_host", "needs plugin interface 1.999"}, Bad{"small_struct", "too small"},
        Bad{"no_descriptor", "no descriptor"}, Bad{"no_interface", "interfaces names neither"},
        Bad{"empty_id", "id must be"}, Bad{"create_fails", "no licence file in /etc/example"},
        Bad{"configure_fails", "url is missing"}, Bad{"absent", "no such file"},
        Bad{"puppet_template", "does not offer herald.channel/1"}),
    [](const auto& p) { return std::string{p.param.plugin}; });

TEST_F(Stage, TellsWhatAChannelDeclares) {
  auto s = spec(chat);
  s.max_in_flight = 3;
  run(s);
  const auto info = registry->channel("chat");
  ASSERT_TRUE(info);
  EXPECT_TRUE(info->running);
  EXPECT_EQ(info->plugin, "puppet");
  EXPECT_EQ(info->version, "2.1");
  EXPECT_EQ(info->addresses, (std::vector<std::string>{"user", "phone"}));
  EXPECT_EQ(info->formats, (std::vector<std::string>{"text/markdown", "text/plain"}));
  EXPECT_EQ(info->evidence, evidence_bit(model::Evidence::accepted) |
                                evidence_bit(model::Evidence::delivered) |
                                evidence_bit(model::Evidence::read));
  EXPECT_TRUE(info->reconciles);
  EXPECT_FALSE(info->idempotent);
  EXPECT_EQ(info->max_in_flight, 3U);
  EXPECT_FALSE(registry->channel("sms"));
  EXPECT_EQ(registry->channels().size(), 1U);
}

TEST_F(Stage, InspectsAPluginWithoutStartingIt) {
  const auto info = inspect("puppet", {HERALD_TEST_PUPPETS});
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->id, "org.herald.test.puppet");
  EXPECT_EQ(info->interfaces, std::vector<std::string>{HERALD_CHANNEL});
  EXPECT_EQ(chat.calls.size(), 0U);
}

TEST_F(Stage, RefusesTwoChannelsOfOneName) {
  const auto problems = registry->load({spec(chat), spec(next)}, templates());
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_NE(problems[0].message.find("chat"), std::string::npos);
}

TEST_F(Stage, AFailedStartCostsOnlyItsChannel) {
  chat.on_start = [](herald_error* e) {
    e->text_size = 8;
    std::memcpy(e->text, "no\nroute", 8);
    return HERALD_E_STATE;
  };
  EXPECT_TRUE(registry->load({spec(chat)}, templates()).empty());
  const auto problems = registry->start();
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_NE(problems[0].message.find("did not start: no\\x0aroute"), std::string::npos)
      << problems[0].message;
  EXPECT_FALSE(registry->channel("chat")->running);
  EXPECT_EQ(chat.calls.at(1), "stop");
  EXPECT_EQ(chat.calls.at(2), "destroy");
}

}  // namespace
}  // namespace herald::plugin::testing
