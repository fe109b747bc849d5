// The test plugins of tests/plugins, loaded as files: the good one keeps every rule, FakeHost names
// what each bad one does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <herald/testing/fake_host.hpp>

using herald::testing::FakeHost;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace {

std::string file(const std::string& name) { return HERALD_TEST_PLUGINS "/" + name + ".so"; }

struct Running : FakeHost {
  explicit Running(const std::string& name, const char* config = "{}") {
    const auto loaded = load_file(file(name));
    EXPECT_TRUE(loaded.ok()) << loaded.text;
    EXPECT_TRUE(configure(config).ok());
    EXPECT_TRUE(start().ok());
  }
};

herald_result result_of(Running& host, const herald::Message& m) {
  const auto op = host.deliver(m);
  return host.outcome(op) != nullptr ? host.outcome(op)->result : herald_result{};
}

}  // namespace

TEST(GoodPlugin, DoesWhatTheMessageSays) {
  Running host{"good"};
  EXPECT_EQ(result_of(host, {}), HERALD_DELIVERED);
  EXPECT_EQ(result_of(host, {.params_json = R"({"behave":"accept"})"}), HERALD_ACCEPTED);
  EXPECT_EQ(result_of(host, {.params_json = R"({"behave": "reject"})"}), HERALD_REJECTED);
  EXPECT_EQ(result_of(host, {.params_json = R"({"behave":"retry"})"}), HERALD_RETRY);
  EXPECT_EQ(result_of(host, {.params_json = R"({"behave":"down"})"}), HERALD_CHANNEL_DOWN);
  EXPECT_EQ(result_of(host, {.parts = {{"text/plain", "", "please behave=unknown"}}}),
            HERALD_UNKNOWN);
  host.deliver({.params_json = R"({"behave":"fail"})"});
  EXPECT_EQ(host.last_status().code, HERALD_E_INTERNAL);
  EXPECT_EQ(host.last_status().text, "told to fail");
  EXPECT_THAT(host.finish(), IsEmpty());
}

TEST(GoodPlugin, HangsUntilCancelledOrStopped) {
  Running host{"good", R"({"behave":"hang"})"};
  const auto first = host.deliver({}), second = host.deliver({});
  host.advance(std::chrono::hours{1});
  EXPECT_EQ(host.outcome(first), nullptr);
  host.cancel(first);
  ASSERT_NE(host.outcome(first), nullptr);
  EXPECT_EQ(host.outcome(first)->result, HERALD_RETRY);
  EXPECT_THAT(host.finish(), IsEmpty());
  ASSERT_NE(host.outcome(second), nullptr);
  EXPECT_EQ(host.outcome(second)->result, HERALD_UNKNOWN);
}

TEST(GoodPlugin, ConfirmsByReceiptAndAnswersSlowly) {
  Running host{"good"};
  const auto op = host.deliver({.params_json = R"({"behave":"confirm"})"});
  ASSERT_NE(host.outcome(op), nullptr);
  EXPECT_EQ(host.outcome(op)->result, HERALD_ACCEPTED);
  const auto slow = host.deliver({.params_json = R"({"behave":"slow"})"});
  host.advance(std::chrono::milliseconds{50});
  ASSERT_EQ(host.store.receipts.size(), 1u);
  EXPECT_EQ(host.store.receipts[0].provider_id, host.outcome(op)->provider_id);
  EXPECT_EQ(host.store.receipts[0].state, HERALD_RECEIPT_DELIVERED);
  EXPECT_EQ(host.outcome(slow), nullptr);
  host.advance(std::chrono::milliseconds{250});
  ASSERT_NE(host.outcome(slow), nullptr);
  EXPECT_EQ(host.outcome(slow)->result, HERALD_DELIVERED);
  EXPECT_THAT(host.finish(), IsEmpty());
}

TEST(BadPlugin, IsRefusedBeforeCreate) {
  const std::pair<const char*, const char*> refused[] = {
      {"wrong_abi_symbol", "not a Herald plugin"},
      {"wrong_abi_major", "another ABI"},
      {"small_struct", "another ABI"},
      {"newer_host", "newer host"},
      {"no_descriptor", "no such plugin"},
      {"empty_id", "no id"},
      {"no_interface", "no interface"}};
  for (const auto& [name, why] : refused) {
    FakeHost host;
    const auto status = host.load_file(file(name));
    EXPECT_FALSE(status.ok()) << name;
    EXPECT_THAT(status.text, HasSubstr(why)) << name;
  }
}

TEST(BadPlugin, RefusalsCarryTheirText) {
  FakeHost creating, configuring;
  EXPECT_EQ(creating.load_file(file("create_fails")).text, "no licence file in /etc/example");
  EXPECT_THAT(creating.finish(), IsEmpty());
  ASSERT_TRUE(configuring.load_file(file("configure_fails")).ok());
  EXPECT_EQ(configuring.configure().text, "url is missing");
  EXPECT_THAT(configuring.finish(), IsEmpty());
}

TEST(BadPlugin, IsNamedByFakeHost) {
  Running twice{"completes_twice"}, unknown{"completes_unknown"}, never{"never_completes"},
      late{"calls_after_stop"};
  EXPECT_EQ(result_of(twice, {}), HERALD_DELIVERED) << "the first answer counts";
  EXPECT_THAT(twice.finish(), ElementsAre(HasSubstr("a second time")));
  EXPECT_EQ(result_of(unknown, {}), HERALD_DELIVERED);
  EXPECT_THAT(unknown.finish(), ElementsAre(HasSubstr("does not exist")));
  never.cancel(never.deliver({}));
  EXPECT_THAT(never.finish(), ElementsAre(HasSubstr("never completed")));
  EXPECT_THAT(late.finish(), ElementsAre("log() called after stop()"));
}

TEST(BadPlugin, ReallyThrows) {
  Running host{"deliver_throws"};
  EXPECT_THROW(host.deliver({}), std::runtime_error);
}
