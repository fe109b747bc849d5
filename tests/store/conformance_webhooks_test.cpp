#include "store/conformance.hpp"

namespace herald::store::test {
namespace {

/// The requests about one webhook, waited for.
struct Told {
  Store& store;
  std::string name = "shop";

  Webhook open(std::string url = "https://shop.example/hook") {
    return value(wait<Webhook>([&](auto done) { store.open_webhook(name, url, done); }));
  }
  base::Result<Nothing> settle(Settlement s) {
    s.webhook = name;
    return wait<Nothing>([&](auto done) { store.settle(s, done); });
  }
  JournalStore::Due due(TimePoint now) {
    return value(
        wait<JournalStore::Due>([&](auto done) { store.webhook_due(name, now, 10, done); }));
  }
  std::vector<WebhookMessage> messages(bool dead) {
    return value(wait<std::vector<WebhookMessage>>(
        [&](auto done) { store.webhook_messages(name, dead, 0, 10, done); }));
  }
  base::Result<uint64_t> redeliver(const std::string& id, TimePoint now) {
    return wait<uint64_t>([&](auto done) { store.redeliver(name, id, now, done); });
  }
  Webhook state() {
    for (auto& webhook :
         value(wait<std::vector<Webhook>>([&](auto done) { store.webhooks(done); })))
      if (webhook.name == name) return webhook;
    ADD_FAILURE() << name << " is not known";
    return {};
  }
};

WebhookMessage message(uint64_t position, std::string about, TimePoint next) {
  WebhookMessage out;
  out.position = position;
  out.id = about + "_" + std::to_string(position);
  out.notification = std::move(about);
  out.body = R"({"type":"notification.delivered"})";
  out.tries = 1;
  out.first_try = next - 5s;
  out.next_try = next;
  out.error = "answered 500";
  return out;
}

TEST_P(StoreConformance, AWebhookBeginsAtTheEndOfTheJournalAndKeepsItsPlace) {
  applied(accepted(), {model::event::Due{}});
  Told shop{*store};
  EXPECT_EQ(shop.open().cursor, 1U);
  applied(accepted(), {model::event::Due{}});
  value(shop.settle({.cursor = 2}));
  value(shop.settle({.cursor = 1}));
  reopen();
  Told again{*store};
  EXPECT_EQ(again.open().cursor, 2U) << "it never moves back";
  Told other{*store, "other"};
  EXPECT_FALSE(other.settle({.cursor = 1}));
}

TEST_P(StoreConformance, WebhookMessagesAreDueInTheOrderOfTheirNotification) {
  Told shop{*store};
  shop.open();
  const auto now = clock.now();
  value(shop.settle(
      {.keep = {message(4, "a", now + 9s), message(5, "a", now), message(6, "b", now)}}));
  auto due = shop.due(now);
  ASSERT_EQ(due.messages.size(), 1U) << "5 waits for 4";
  EXPECT_EQ(due.messages[0], message(6, "b", now));
  EXPECT_EQ(due.next, now + 9s);
  EXPECT_EQ(shop.due(now + 9s).messages.size(), 2U);
  value(shop.settle({.done = {4, 6}}));
  due = shop.due(now);
  ASSERT_EQ(due.messages.size(), 1U);
  EXPECT_EQ(due.messages[0].position, 5U);
  EXPECT_EQ(due.next, TimePoint::max());
}

TEST_P(StoreConformance, AnEndpointThatAnswersAgainGetsWhatWaits) {
  Told shop{*store};
  shop.open();
  const auto now = clock.now();
  value(shop.settle({.keep = {message(1, "a", now + 24h), message(2, "b", TimePoint::max())}}));
  EXPECT_TRUE(shop.due(now).messages.empty());
  value(shop.settle({.hurry = now}));
  ASSERT_EQ(shop.due(now).messages.size(), 1U) << "the dead stay dead";
}

TEST_P(StoreConformance, DeadWebhookMessagesAreKeptAndRedelivered) {
  Told shop{*store};
  shop.open();
  const auto now = clock.now();
  value(shop.settle({.keep = {message(1, "a", TimePoint::max()), message(2, "a", now),
                              message(3, "b", TimePoint::max())},
                     .disable = "answered 410"}));
  reopen();
  Told again{*store};
  EXPECT_EQ(again.state().disabled, "answered 410");
  EXPECT_EQ((std::pair{again.state().waiting, again.state().dead}),
            (std::pair<uint64_t, uint64_t>{1, 2}));
  ASSERT_EQ(again.messages(true).size(), 2U);
  EXPECT_EQ(again.messages(true)[0].error, "answered 500");
  EXPECT_EQ(again.due(now).messages.size(), 1U) << "a dead one holds nobody back";

  EXPECT_EQ(again.redeliver("nothing", now).error().code, Code::not_found);
  EXPECT_EQ(value(again.redeliver("a_1", now)), 1U);
  EXPECT_EQ(again.due(now).messages.at(0).position, 1U);
  EXPECT_EQ(again.due(now).messages.at(0).tries, 0U);
  EXPECT_EQ(again.state().disabled, "");
  EXPECT_EQ(value(again.redeliver("", now)), 1U);
  EXPECT_EQ(value(again.redeliver("", now)), 0U);
}

TEST_P(StoreConformance, AnotherUrlBringsAWebhookBackIntoUse) {
  Told shop{*store};
  shop.open();
  value(shop.settle({.disable = "answered 410"}));
  EXPECT_EQ(shop.open().disabled, "answered 410");
  EXPECT_EQ(shop.open("https://shop.example/new").disabled, "");
}

TEST_P(StoreConformance, ARemovedWebhookTakesItsMessagesAlong) {
  Told shop{*store};
  shop.open();
  value(shop.settle({.keep = {message(1, "a", clock.now()), message(2, "b", TimePoint::max())}}));
  EXPECT_EQ(value(wait<uint64_t>([&](auto done) { store->remove_webhook("shop", done); })), 1U);
  EXPECT_TRUE(value(wait<std::vector<Webhook>>([&](auto done) { store->webhooks(done); })).empty());
  EXPECT_EQ(shop.open().waiting, 0U);
}

}  // namespace
}  // namespace herald::store::test
