#include "support.hpp"

namespace herald::routing {
namespace {

using namespace std::chrono_literals;

model::Chain chain(const std::string& yaml,
                   const std::vector<model::ChannelInfo>& channels = bundled()) {
  const auto c = configured(kChannels + "routes: [{ name: r, chain: [" + yaml + "] }]\n");
  return **resolve(c, channels, "k", Priority::normal, "uid:0", true);
}

TEST(Chain, DefaultsFollowWhatTheChannelCanReport) {
  const auto c = chain("webchat, whatsapp, sms, log");
  ASSERT_EQ(c.steps.size(), 4U);
  EXPECT_EQ(c.steps[0].until, Evidence::delivered);
  EXPECT_EQ(c.steps[0].within, 2min);
  EXPECT_TRUE(c.steps[0].idempotent);
  EXPECT_EQ(c.steps[0].timeout, 30s);
  EXPECT_EQ(c.steps[1].until, Evidence::delivered);
  EXPECT_TRUE(c.steps[1].reconciles);
  EXPECT_FALSE(c.steps[1].idempotent);
  EXPECT_EQ(c.steps[1].timeout, 5s);
  EXPECT_EQ(c.steps[2].until, Evidence::accepted);
  EXPECT_EQ(c.steps[2].within, 0s);
  EXPECT_EQ(c.steps[3].until, Evidence::accepted);
  EXPECT_TRUE(c.steps[3].reaches_nobody);
  EXPECT_EQ(c.steps[3].within, 0s);
  EXPECT_EQ(c.steps[0].attempts, 4U);
  EXPECT_EQ(c.steps[0].backoff, (base::Backoff{1s, 5min}));
  EXPECT_EQ(c.steps[0].try_for, 15min);
  EXPECT_EQ(c.rounds, (model::Rounds{3, 5min}));
  EXPECT_EQ(c.expires_after, 24h);
  EXPECT_EQ(c.receipts_for, 24h);
}

TEST(Chain, WhatIsWrittenWins) {
  const auto c = chain(
      "{ channel: webchat, until: read, within: 1m, try_for: 9s, retry: { attempts: 1, backoff: "
      "2s..3s } }");
  EXPECT_EQ(c.steps[0].until, Evidence::read);
  EXPECT_EQ(c.steps[0].within, 1min);
  EXPECT_EQ(c.steps[0].try_for, 9s);
  EXPECT_EQ(c.steps[0].attempts, 1U);
  EXPECT_EQ(c.steps[0].backoff, (base::Backoff{2s, 3s}));
  EXPECT_EQ(chain("{ channel: webchat, until: accepted }").steps[0].within, 0s);
}

TEST(Chain, AChannelThatReachesNobodyNeverWaitsEvenIfItReportsDelivered) {
  auto channels = bundled();
  channels[2].evidence |= model::evidence_bit(Evidence::delivered);
  EXPECT_EQ(chain("log", channels).steps[0].until, Evidence::accepted);
}

TEST(Chain, AChannelThatIsNotThereWaitsForNothing) {
  const auto c = chain("webchat", {});
  EXPECT_EQ(c.steps[0].until, Evidence::accepted);
  EXPECT_FALSE(c.steps[0].idempotent);
}

TEST(Chain, IsMadeOncePerRouteAndShared) {
  const Router router{configured(kChannels + "routes: [{ name: r, chain: [log] }]\n"), bundled()};
  const auto a = *router.resolve("a", Priority::normal, "uid:0", false);
  const auto b = *router.resolve("b", Priority::urgent, "uid:1", true);
  EXPECT_EQ(a.get(), b.get());
}

TEST(Chain, WaitingForAnAnswerNeedsActions) {
  const Router router{
      configured(kChannels +
                 "routes: [{ name: r, chain: [{ channel: webchat, until: answered }] }]\n"),
      bundled()};
  EXPECT_TRUE(router.resolve("k", Priority::normal, "uid:0", true));
  const auto r = router.resolve("k", Priority::normal, "uid:0", false);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, base::Code::unprocessable);
}

config::ConfigPtr shipped() {
  config::Diagnostics d;
  auto c = config::load(std::string{HERALD_SOURCE} + "/config/herald.yaml", d);
  if (!c) throw std::logic_error(d.render());
  return *c;
}

// covers: S72
TEST(Chain, AsShippedWebchatIsFirstForConfirmations) {
  const auto c =
      *resolve(shipped(), bundled(), "service_request.confirmed", Priority::normal, "uid:0", false);
  EXPECT_EQ(c->steps.front().channel, "webchat");
  EXPECT_EQ(c->steps.front().until, Evidence::delivered);
}

// covers: S73
TEST(Chain, AsShippedStatusUpdatesPreferWebchatOverWhatsapp) {
  const auto c =
      *resolve(shipped(), bundled(), "service_request.status", Priority::normal, "uid:0", false);
  ASSERT_EQ(c->steps.size(), 3U);
  EXPECT_EQ(c->steps[0].channel, "webchat");
  EXPECT_EQ(c->steps[1].channel, "whatsapp");
  EXPECT_EQ(c->steps[2].channel, "log");
}

TEST(Chain, TheOrderInTheFileIsTheOrderOfTheChain) {
  const auto before = chain("webchat, whatsapp"), after = chain("whatsapp, webchat");
  EXPECT_EQ(before.steps[0], after.steps[1]);
  EXPECT_EQ(before.steps[1], after.steps[0]);
}

}  // namespace
}  // namespace herald::routing
