#include "stage.hpp"

namespace herald::plugin::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class Core : public Stage {
 protected:
  void SetUp() override {
    auto s = spec(chat);
    s.secrets = {{"token", "wa-token"}, {"lost", "gone"}};
    run(s);
  }
  void say(std::string_view what, std::string_view key = {}, std::string_view value = {}) {
    const herald_kv field{view(key), view(value)};
    chat.core()->log(chat.host, HERALD_LOG_INFO, view(what), {&field, key.empty() ? 0U : 1U});
  }
};

TEST_F(Core, KnowsItsInterfaces) {
  for (const auto* id : {HERALD_HOST_CORE, HERALD_HOST_METRICS, HERALD_HOST_HTTP, HERALD_HOST_INBOX,
                         HERALD_HOST_RECEIPTS, HERALD_HOST_ANSWERS, HERALD_HOST_DIRECTORY,
                         HERALD_HOST_KV, HERALD_HOST_SUBMIT})
    EXPECT_NE(chat.find<void>(id), nullptr) << id;
  EXPECT_EQ(chat.find<void>("org.example.unknown/1"), nullptr);
  EXPECT_EQ(chat.host->get_interface(chat.host, {nullptr, 7}), nullptr);
  EXPECT_EQ(text(chat.host->instance), "chat");
  const auto* table = chat.find<herald_host_answers>(HERALD_HOST_ANSWERS);
  EXPECT_EQ(table->answer(chat.host, 1, nullptr), HERALD_E_INVALID);
  const auto* http = chat.find<herald_host_http>(HERALD_HOST_HTTP);
  EXPECT_EQ(http->ws_accept(chat.host, 1, {}), HERALD_E_STATE) << "no such exchange";
}

TEST_F(Core, TimersFireByTheMonotonicClock) {
  ASSERT_EQ(chat.core()->timer_start(chat.host, 11, 500, 0), HERALD_OK);
  pass(milliseconds{499});
  EXPECT_EQ(chat.events.size(), 0U);
  pass(milliseconds{1});
  EXPECT_EQ(chat.events.at(0).type, uint32_t{HERALD_EV_TIMER});
  EXPECT_EQ(chat.events.at(0).id, 11U);
  EXPECT_EQ(chat.core()->timer_stop(chat.host, 11), HERALD_E_STATE) << "it ran once";
}

TEST_F(Core, PeriodicTimersRepeatUntilStopped) {
  ASSERT_EQ(chat.core()->timer_start(chat.host, 12, 100, 200), HERALD_OK);
  pass(milliseconds{100});
  EXPECT_EQ(chat.events.at(0).id, 12U);
  pass(milliseconds{200});
  EXPECT_EQ(chat.events.at(1).id, 12U);
  EXPECT_EQ(chat.core()->timer_stop(chat.host, 12), HERALD_OK);
  pass(milliseconds{200});
  chat.core()->post(chat.host, 1);
  EXPECT_EQ(chat.events.at(2).type, uint32_t{HERALD_EV_POSTED}) << "no timer between";
}

TEST_F(Core, TimersAreBounded) {
  for (uint64_t i = 1; i <= 1024; ++i)
    ASSERT_EQ(chat.core()->timer_start(chat.host, i, 1000, 0), HERALD_OK);
  EXPECT_EQ(chat.core()->timer_start(chat.host, 2000, 1000, 0), HERALD_E_LIMIT);
  EXPECT_EQ(chat.core()->timer_start(chat.host, 7, 1000, 0), HERALD_OK) << "started anew";
  EXPECT_EQ(chat.core()->timer_start(chat.host, 0, 1, 0), HERALD_E_INVALID);
}

TEST_F(Core, PostComesHomeToTheStrand) {
  ASSERT_EQ(chat.core()->post(chat.host, 99), HERALD_OK);
  EXPECT_EQ(chat.events.at(0).type, uint32_t{HERALD_EV_POSTED});
  EXPECT_EQ(chat.events.at(0).id, 99U);
}

TEST_F(Core, SecretsComeOnlyWhenGrantedAndAgainAfterRotation) {
  ASSERT_EQ(chat.core()->secret_watch(chat.host, 5, view("token")), HERALD_OK);
  EXPECT_EQ(chat.events.at(0).status, HERALD_OK);
  EXPECT_EQ(chat.events.at(0).bytes, "s3cret");
  EXPECT_EQ(secrets.watched.at(0), "wa-token") << "by the name the configuration gives";
  secrets.changed(std::string{"n3w"});
  EXPECT_EQ(chat.events.at(1).bytes, "n3w");
  ASSERT_EQ(chat.core()->secret_watch(chat.host, 6, view("db-password")), HERALD_OK);
  EXPECT_EQ(chat.events.at(2).status, HERALD_E_DENIED);
  EXPECT_EQ(secrets.watched.size(), 1U);
  ASSERT_EQ(chat.core()->secret_watch(chat.host, 7, view("lost")), HERALD_OK);
  EXPECT_EQ(chat.events.at(3).status, HERALD_E_NOT_FOUND);
  finish();
  EXPECT_EQ(secrets.unwatched.size(), 2U);
}

// covers: F65
TEST_F(Core, LogLinesAreEscapedCutAndNamed) {
  say("one\r\ntwo\x1b[0m", "event", "forged\n");
  const auto line = log.lines.at(0);
  EXPECT_EQ(line.event, "plugin.log");
  EXPECT_EQ(line.text, "one\\x0d\\x0atwo\\x1b[0m");
  EXPECT_EQ(line.fields.at("instance"), "chat");
  EXPECT_EQ(line.fields.at("plugin.event"), "forged\\x0a");
  say(std::string(1 << 20, 'x'));
  EXPECT_EQ(log.lines.at(1).text.size(), 4096U);
  chat.core()->log(chat.host, HERALD_LOG_DEBUG, view("hidden"), {});
  EXPECT_EQ(log.lines.size(), 2U);
  EXPECT_EQ(chat.core()->log_enabled(chat.host, HERALD_LOG_DEBUG), 0);
}

// covers: F45
TEST_F(Core, LogLinesAreLimitedTo200ASecond) {
  for (int i = 0; i < 100'000; ++i) say("again");
  EXPECT_EQ(log.count("plugin.log"), 200U);
  pass(seconds{1});
  EXPECT_EQ(log.count("plugin.log_suppressed"), 1U) << "also when the plugin falls silent";
  EXPECT_EQ(log.lines.all().back().text, "suppressed 99800 lines of this plugin");
  say("later");
  EXPECT_EQ(log.count("plugin.log"), 201U);
  EXPECT_EQ(log.count("plugin.log_suppressed"), 1U);
}

TEST_F(Core, MetricsAreNamedLabelledAndBounded) {
  const auto* m = chat.find<herald_host_metrics>(HERALD_HOST_METRICS);
  ASSERT_EQ(m->define(chat.host, 1, HERALD_COUNTER, view("sent_total"), view("Messages")),
            HERALD_OK);
  EXPECT_EQ(m->define(chat.host, 1, HERALD_COUNTER, view("sent_total"), view("Messages")),
            HERALD_OK);
  EXPECT_EQ(m->define(chat.host, 2, HERALD_COUNTER, view("Bad-Name"), {}), HERALD_E_INVALID);
  EXPECT_EQ(metrics.defined.at(0), "herald_plugin_sent_total");
  EXPECT_EQ(m->record(chat.host, 1, -1, {}), HERALD_E_INVALID);
  EXPECT_EQ(m->record(chat.host, 3, 1, {}), HERALD_E_STATE);
  for (int i = 0; i < 101; ++i) {
    const auto value = std::to_string(i);
    const herald_kv label{view("code"), view(value)};
    EXPECT_EQ(m->record(chat.host, 1, 2, {&label, 1}), i < 100 ? HERALD_OK : HERALD_E_LIMIT);
  }
  EXPECT_EQ(metrics.recorded.at(0), "herald_plugin_sent_total instance=chat code=0 2");
  EXPECT_EQ(metrics.recorded.at(100), "herald_plugin_sent_total instance=chat other=true 2");
}

}  // namespace
}  // namespace herald::plugin::testing
