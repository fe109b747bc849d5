#include "stage.hpp"

namespace herald::plugin::testing {
namespace {

using model::OutcomeKind;
using model::Reason;
using std::chrono::seconds;

class Lifecycle : public Stage {};

TEST_F(Lifecycle, StopsInOrderAndOpenOperationsAreUnknown) {
  run(spec(chat));
  const auto outcomes = send(delivery());
  chat.ops.at(0);
  finish();
  EXPECT_EQ(outcomes->at(0).kind, OutcomeKind::unknown);
  EXPECT_EQ(outcomes->at(0).reason, Reason::attempt_lost);
  EXPECT_EQ(chat.calls.all(), (std::vector<std::string>{"start", "drain", "stop", "destroy"}));
  EXPECT_EQ(source.calls.all(), (std::vector<std::string>{"start", "drain", "stop", "destroy"}));
}

TEST_F(Lifecycle, ThePluginMayAnswerInStop) {
  chat.on_stop = [&] { chat.complete(chat.ops.at(0), HERALD_RETRY); };
  run(spec(chat));
  const auto outcomes = send(delivery());
  chat.ops.at(0);
  finish();
  EXPECT_EQ(outcomes->at(0).kind, OutcomeKind::retry);
}

TEST_F(Lifecycle, DrainWaitsForWhatIsOpenAndTakesNothingNew) {
  run(spec(chat));
  const auto outcomes = send(delivery());
  const auto op = chat.ops.at(0);
  auto drained = std::async(std::launch::async, [&] { return registry->drain(seconds{10}); });
  EXPECT_EQ(chat.calls.at(1), "drain");
  EXPECT_EQ(send(delivery("n2.1.0.1"))->at(0).kind, OutcomeKind::retry);
  EXPECT_EQ(chat.complete(op, HERALD_DELIVERED), HERALD_OK);
  EXPECT_TRUE(drained.get());
  EXPECT_EQ(outcomes->at(0).kind, OutcomeKind::delivered);
  EXPECT_EQ(chat.ops.size(), 1U);
}

TEST_F(Lifecycle, DrainGivesUpAtItsLimit) {
  run(spec(chat));
  send(delivery());
  chat.ops.at(0);
  EXPECT_FALSE(registry->drain(std::chrono::milliseconds{1}));
}

TEST_F(Lifecycle, ReloadWithTheSameSettingsTouchesNothing) {
  run(spec(chat));
  auto s = spec(chat);
  s.timeout = seconds{3};
  EXPECT_TRUE(registry->reload({s}, templates()).empty());
  EXPECT_EQ(chat.configured.size(), 1U);
  EXPECT_EQ(chat.calls.size(), 1U);
}

TEST_F(Lifecycle, ReloadConfiguresTheRunningInstance) {
  run(spec(chat));
  auto s = spec(chat);
  s.settings_json = chat.settings(",\"b\":2");
  EXPECT_TRUE(registry->reload({s}, templates()).empty());
  EXPECT_EQ(chat.configured.at(1), s.settings_json);
  EXPECT_EQ(chat.calls.size(), 1U) << "no second start";
}

TEST_F(Lifecycle, ReloadWithRestartSwapsAndDrainsTheFirst) {
  chat.on_configure = [&](const std::string& json, herald_error*) -> herald_status {
    return json.find("\"b\"") == std::string::npos || chat.configured.size() > 2 ? HERALD_OK
                                                                                 : HERALD_E_RESTART;
  };
  run(spec(chat));
  const auto outcomes = send(delivery());
  const auto op = chat.ops.at(0);
  const auto* old_host = chat.host;
  auto s = spec(chat);
  s.settings_json = chat.settings(",\"b\":2");
  ASSERT_TRUE(registry->reload({s}, templates()).empty());
  EXPECT_EQ(chat.calls.at(1), "start");
  EXPECT_EQ(chat.calls.at(2), "drain");
  EXPECT_EQ(registry->retiring(), 1U);
  // New work goes to the second instance, the first may still answer its own.
  EXPECT_NE(chat.host, old_host);
  send(delivery("n2.1.0.1"));
  EXPECT_EQ(chat.complete(chat.ops.at(1), HERALD_DELIVERED), HERALD_OK);
  herald_outcome o{};
  o.struct_size = sizeof o;
  o.result = HERALD_DELIVERED;
  EXPECT_EQ(chat.core()->complete(old_host, op, &o), HERALD_OK);
  EXPECT_EQ(outcomes->at(0).kind, OutcomeKind::delivered);
  EXPECT_EQ(chat.calls.at(3), "stop") << "as soon as nothing is open";
  EXPECT_EQ(chat.calls.at(4), "destroy");
}

TEST_F(Lifecycle, AReplacedInstanceHas30SecondsToFinish) {
  run(spec(chat));
  const auto outcomes = send(delivery());
  chat.ops.at(0);
  ASSERT_TRUE(registry->reload({}, templates()).empty());
  EXPECT_EQ(chat.calls.at(1), "drain");
  EXPECT_FALSE(registry->channel("chat"));
  auto d = delivery();
  pass(seconds{29});
  EXPECT_EQ(chat.calls.size(), 2U);
  pass(seconds{1});
  EXPECT_EQ(chat.calls.at(2), "stop");
  EXPECT_EQ(outcomes->at(0).kind, OutcomeKind::unknown);
}

TEST_F(Lifecycle, ABadReloadChangesNothing) {
  run(spec(chat));
  auto changed = spec(chat);
  changed.settings_json = chat.settings(",\"b\":2");
  InstanceSpec bad;
  bad.name = "sms";
  bad.plugin = "configure_fails";
  auto fresh = spec(next);
  fresh.name = "mail";
  const auto problems = registry->reload({changed, fresh, bad}, templates());
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_NE(problems[0].message.find("url is missing"), std::string::npos);
  EXPECT_EQ(problems[0].where, "channels.sms.settings");
  EXPECT_EQ(chat.configured.at(2), chat.settings()) << "the old settings are put back";
  EXPECT_EQ(next.calls.at(2), "stop") << "what was started beside it is stopped";
  EXPECT_FALSE(registry->channel("mail"));
  EXPECT_TRUE(registry->channel("chat")->running);
}

TEST_F(Lifecycle, AReloadMakesABrokenChannelWork) {
  auto s = spec(chat, "absent");
  EXPECT_EQ(registry->load({s}, templates()).size(), 1U);
  EXPECT_TRUE(registry->start().empty());
  EXPECT_TRUE(registry->reload({spec(chat)}, templates()).empty());
  EXPECT_TRUE(registry->channel("chat")->running);
}

TEST_F(Lifecycle, ARouteChangesHandsWithoutAGap) {
  auto mount = [](Puppet& p) {
    herald_route r{};
    r.struct_size = sizeof r;
    r.access = HERALD_ACCESS_ANYONE;
    r.methods = view("GET");
    r.path = view("/api/web-chat/x");
    return p.find<herald_host_http>(HERALD_HOST_HTTP)->mount(p.host, 4, &r);
  };
  chat.on_start = [&](herald_error*) { return mount(chat); };
  next.on_start = [&](herald_error*) { return mount(next); };
  run(spec(chat));
  const auto before = mounts.last;
  ASSERT_TRUE(registry->reload({spec(next, "puppet_idempotent")}, templates()).empty());
  EXPECT_EQ(next.events.at(0).status, HERALD_OK);
  EXPECT_EQ(chat.calls.at(2), "stop");
  EXPECT_EQ(chat.calls.at(3), "destroy");
  EXPECT_EQ(mounts.last, before) << "the router never lost it";
  auto exchange = std::make_shared<FakeExchange>();
  mounts.find("/api/web-chat/x")->handler(exchange);
  EXPECT_EQ(next.events.at(1).type, uint32_t{HERALD_EV_HTTP_REQUEST});
  finish();
  EXPECT_FALSE(mounts.find("/api/web-chat/x"));
}

TEST_F(Lifecycle, ACallAfterStopIsSurvivedAndCounted) {
  InstanceSpec s;
  s.name = "chat";
  s.plugin = "calls_after_stop";
  run(s);
  ASSERT_TRUE(registry->reload({}, templates()).empty());
  while (registry->retiring() != 0) std::this_thread::yield();
  EXPECT_EQ(metrics.recorded.at(0),
            "herald_plugin_misbehaviour_total instance=chat what=call_after_stop 1");
  EXPECT_EQ(log.count("plugin.log"), 0U);
}

}  // namespace
}  // namespace herald::plugin::testing
