// What ended long ago is deleted once nobody needs it, and nothing else is.
#include "store/conformance.hpp"

namespace herald::store::test {
namespace {

namespace event = model::event;

model::ItemPage changes(Store& store, int64_t after) {
  model::ItemQuery query;
  query.user = 1;
  query.changes = true;
  query.after_seq = after;
  return value(wait<model::ItemPage>([&](auto done) { store.items(query, done); }));
}
JournalPage journal(Store& store) {
  return value(wait<JournalPage>([&](auto done) { store.journal({}, done); }));
}
void webhook(Store& store) {
  value(wait<Webhook>([&](auto done) { store.open_webhook("shop", "https://x.example/", done); }));
}
void settle(Store& store, const Settlement& settlement) {
  value(wait<Nothing>([&](auto done) { store.settle(settlement, done); }));
}

TEST_P(StoreConformance, WhatEndedLongAgoGoesWithEverythingAboutIt) {
  keep_ended(72h);
  const auto old = ended();
  clear();
  clock.advance(71h);
  const auto newer = ended();
  clear();
  work();
  EXPECT_TRUE(there(old));
  EXPECT_EQ(store->health().deleted, 0U);
  clock.advance(1h);
  work();
  EXPECT_FALSE(there(old));
  EXPECT_TRUE(there(newer));
  EXPECT_EQ(store->health().deleted, 1U);
  EXPECT_EQ(counts().by_state[static_cast<std::size_t>(model::State::delivered)], 1U);
  const auto kept = page(1, true);
  ASSERT_EQ(kept.items.size(), 1U);
  EXPECT_EQ(kept.items[0].notification, newer);
  const auto listed =
      value(wait<std::vector<model::Notification>>([&](auto done) { store->list({}, done); }));
  EXPECT_EQ(listed.size(), 1U);
  for (const auto& entry : journal(*store).entries) EXPECT_EQ(entry.id, newer);
}

TEST_P(StoreConformance, NeverIsNever) {
  keep_ended(0h);
  const auto old = ended();
  clear();
  clock.advance(24h * 4000);
  work();
  EXPECT_TRUE(there(old));
  EXPECT_EQ(store->health().oldest, model::TimePoint{});
}

TEST_P(StoreConformance, WhatHasNotEndedOrIsListedStays) {
  keep_ended(72h);
  const auto waiting = accepted();
  const auto listed = ended();
  accepted();  // SQLite keeps the newest row, whatever it is
  clock.advance(24h * 400);
  work();
  EXPECT_TRUE(there(waiting));
  EXPECT_TRUE(there(listed));
  EXPECT_EQ(page(1).items.size(), 1U);
  clear();
  const auto newest = accepted();
  work();
  EXPECT_FALSE(there(listed)) << "it left the list long after it ended";
  EXPECT_TRUE(there(newest));
}

TEST_P(StoreConformance, NewsOfItKeepsIt) {
  keep_ended(72h);
  const auto id = ended();
  clear();
  clock.advance(71h);
  applied(id, {event::Receipt{{1, 0, 1}, model::ReceiptKind::read, {}, clock.now(), {}}});
  clock.advance(71h);
  accepted();
  work();
  EXPECT_TRUE(there(id));
  clock.advance(2h);
  work();
  EXPECT_FALSE(there(id));
}

TEST_P(StoreConformance, AKeyThatIsRememberedLeadsToWhatIsThere) {
  keep_ended(1h);  // no shorter than keys live
  auto n = some_notification(clock);
  n.idempotency_key = "order-1";
  n.body_digest = "d";
  value(accept(n));
  applied(n.id, {event::Cancel{}});
  clock.advance(23h);
  accepted();
  work();
  auto again = n;
  again.id = fresh_id();
  EXPECT_EQ(value(accept(again)).id, n.id);
  EXPECT_TRUE(there(n.id));
  clock.advance(2h);
  work();
  EXPECT_FALSE(there(n.id));
}

TEST_P(StoreConformance, AWebhookIsToldFirst) {
  keep_ended(72h);
  webhook(*store);
  const auto id = ended();
  clear();
  accepted();
  clock.advance(100h);
  work();
  EXPECT_TRUE(there(id)) << "the webhook was told nothing yet";
  const auto all = journal(*store);
  Settlement told;
  told.webhook = "shop";
  told.cursor = all.last;
  WebhookMessage message;
  message.position = 1;
  message.notification = id;
  message.id = "m1";
  message.body = "{}";
  message.first_try = clock.now();
  message.next_try = TimePoint::max();
  told.keep.push_back(message);
  settle(*store, told);
  work();
  EXPECT_TRUE(there(id)) << "a message about it can be sent again";
  Settlement done;
  done.webhook = "shop";
  done.done = {1};
  settle(*store, done);
  work();
  EXPECT_FALSE(there(id));
}

TEST_P(StoreConformance, AWebhookFarBehindHoldsEverythingBack) {
  keep_ended(72h);
  const auto id = ended();
  clear();
  webhook(*store);
  for (int i = 0; i < 4100; ++i) {
    const auto n = some_notification(clock);
    store->accept(n, [](const auto&) {});
    Apply cancel;
    cancel.id = n.id;
    cancel.events = {event::Cancel{}};
    store->apply(cancel, [](const auto&) {});
  }
  accepted();
  clock.advance(100h);
  work();
  EXPECT_TRUE(there(id));
  Settlement told;
  told.webhook = "shop";
  told.cursor = journal(*store).last;
  EXPECT_GT(told.cursor, 4100U);
  settle(*store, told);
  work();
  EXPECT_FALSE(there(id));
}

TEST_P(StoreConformance, AQuestionStaysAsLongAsItCanBeAnswered) {
  keep_ended(72h);
  auto n = some_notification(clock);
  n.expires = clock.now() + 24h * 30;
  value(accept(n));
  Apply request;
  request.id = n.id;
  request.events = {event::Due{},
                    event::Completed{{1, 0, 1}, outcome(model::OutcomeKind::accepted)},
                    event::Receipt{{1, 0, 1}, model::ReceiptKind::delivered, {}, clock.now(), {}}};
  request.append = some_item(1, n.id);
  request.append->actions = request.asks = yes_no();
  value(apply(request));
  clear();
  accepted();
  clock.advance(24h * 29);
  work();
  EXPECT_TRUE(there(n.id));
  EXPECT_EQ(asked_of(1), std::vector<std::string>{n.id});
  const auto said = asked(1);
  answered(said, "accept");
  clear();
  clock.advance(24h * 4 + 1h);
  accepted();
  work();
  EXPECT_FALSE(there(n.id));
  EXPECT_FALSE(there(said)) << "an answer is kept with its notification";
  EXPECT_TRUE(questions(1, 24h * 4000).empty());
}

TEST_P(StoreConformance, WhoWasAwayLearnsThatSomethingIsGone) {
  keep_ended(72h);
  ended();
  ended();
  clear();
  const auto known = page(1).last_seq;
  clock.advance(100h);
  const auto newer = item_for(1);
  work();
  EXPECT_EQ(store->health().deleted, 2U);
  EXPECT_FALSE(changes(*store, known).gap);
  EXPECT_EQ(changes(*store, known).items.size(), 1U);
  EXPECT_TRUE(changes(*store, known - 1).gap);
  EXPECT_EQ(page(1).last_seq, known + 1) << "no number is given twice";
}

TEST_P(StoreConformance, ManyGoALittleWithEveryCommit) {
  keep_ended(72h);
  for (int i = 0; i < 130; ++i) ended(1 + i % 2);
  clear(1);
  clear(2);
  clock.advance(100h);
  const auto newest = accepted();
  EXPECT_LE(store->health().deleted, 64U);
  work(10);
  EXPECT_EQ(store->health().deleted, 130U);
  EXPECT_TRUE(there(newest));
  work();
  const auto made = value(wait<Timeline>([&](auto done) { store->timeline(newest, done); }));
  EXPECT_EQ(base::unix_us(store->health().oldest), base::unix_us(made.notification.head.created));
  reopen();
  EXPECT_EQ(counts().backlog, 1U);
}

}  // namespace
}  // namespace herald::store::test
