#include "store/conformance.hpp"

namespace herald::store::test {
namespace {

using model::Evidence;
using model::OutcomeKind;
using model::State;

JournalPage read(Store& store, JournalQuery query = {}) {
  return value(wait<JournalPage>([&](auto done) { store.journal(query, done); }));
}

std::vector<uint64_t> positions(const JournalPage& page) {
  std::vector<uint64_t> out;
  for (const auto& entry : page.entries) out.push_back(entry.position);
  return out;
}

TEST_P(StoreConformance, TheJournalHoldsEveryTransactionInTheOrderOfItsCommit) {
  const auto a = accepted("1"), b = accepted("2");
  EXPECT_EQ(read(*store).last, 0U) << "what was only accepted is no event";
  applied(a, {model::event::Due{}});
  clock.advance(1s);
  applied(b, {model::event::Due{}});
  applied(a, {model::event::Completed{{1, 0, 1}, outcome(OutcomeKind::accepted)},
              model::event::Receipt{{1, 0, 1}, model::ReceiptKind::read, {}, clock.now(), {}}});

  const auto page = read(*store);
  ASSERT_EQ(positions(page), (std::vector<uint64_t>{1, 2, 3}));
  EXPECT_EQ((std::pair{page.first, page.last}), (std::pair<uint64_t, uint64_t>{1, 3}));
  EXPECT_EQ(page.read_to, 3U);
  EXPECT_FALSE(page.gap);
  const auto& last = page.entries[2];
  EXPECT_EQ(last.id, a);
  EXPECT_EQ(last.seq, 3U);
  EXPECT_EQ(last.at, clock.now());
  EXPECT_EQ(last.before, State::trying);
  EXPECT_EQ(last.state, timeline(a).notification.progress.state);
  EXPECT_EQ(last.evidence_before, Evidence::none);
  EXPECT_EQ(last.evidence, Evidence::read);
  EXPECT_EQ(last.channel, "webchat");
  ASSERT_EQ(last.events.size(), 2U);
  EXPECT_EQ(model::name(last.events[1]), "receipt");
  EXPECT_EQ(last.kind, "service_request.confirmed");
  EXPECT_TRUE(last.params_json.empty()) << "only when asked for";
  EXPECT_EQ(page.entries[1].id, b);
  EXPECT_EQ(page.entries[1].channel, "") << "no event has named an attempt yet";
}

TEST_P(StoreConformance, AJournalledEventWithoutAnAttemptHasTheChannelOfTheLatestOne) {
  const auto id = accepted();
  applied(id, {model::event::Due{}});
  applied(id, {model::event::Completed{{1, 0, 1}, outcome(OutcomeKind::accepted)}});
  applied(id, {model::event::Cancel{"uid:0"}});
  EXPECT_EQ(read(*store, {.after = 2}).entries.at(0).channel, "webchat");
}

TEST_P(StoreConformance, TheJournalIsReadPageByPageAndGoesOnAfterARestart) {
  for (int i = 0; i < 5; ++i) applied(accepted(), {model::event::Due{}});
  EXPECT_EQ(positions(read(*store, {.after = 1, .scan = 2})), (std::vector<uint64_t>{2, 3}));
  EXPECT_EQ(read(*store, {.after = 5}).read_to, 5U);
  EXPECT_TRUE(read(*store, {.after = 5}).entries.empty());
  reopen();
  applied(accepted(), {model::event::Due{}});
  EXPECT_EQ(positions(read(*store, {.after = 4})), (std::vector<uint64_t>{5, 6}));
}

TEST_P(StoreConformance, TheJournalPassesOverWhatIsNotWanted) {
  const auto a = accepted("1"), b = accepted("2");
  applied(a, {model::event::Due{}});
  applied(b, {model::event::Due{}});
  applied(b, {model::event::Cancel{"uid:0"}});
  JournalQuery query;
  query.scan = 2;
  query.wanted = [&](const JournalEntry& entry) { return entry.id == a; };
  query.content = true;
  const auto page = read(*store, query);
  ASSERT_EQ(positions(page), std::vector<uint64_t>{1});
  EXPECT_EQ(page.read_to, 2U);
  EXPECT_FALSE(page.entries[0].params_json.empty());
}

TEST_P(StoreConformance, WhatIsRefusedIsNotInTheJournal) {
  const auto id = accepted();
  Apply request;
  request.id = id;
  request.events = {model::event::Due{}, model::event::RenderFailed{}};  // decide() throws
  EXPECT_FALSE(apply(request));
  EXPECT_EQ(read(*store).last, 0U);
}

TEST_P(StoreConformance, TheJournalIsBoundedAndSaysWhatIsGone) {
  options.journal = 3;
  store->reconfigure(options);
  for (int i = 0; i < 8; ++i) {
    clock.advance(2s);
    applied(accepted(), {model::event::Due{}});
  }
  clock.advance(2s);
  const auto page = read(*store, {.after = 1});
  EXPECT_EQ(page.last, 8U);
  EXPECT_GE(page.first, 5U);
  EXPECT_TRUE(page.gap);
  EXPECT_FALSE(read(*store, {.after = page.first - 1}).gap);
  EXPECT_EQ(page.entries.front().position, page.first);
}

TEST_P(StoreConformance, TheJournalKeepsWhatAWebhookWasNotTold) {
  options.journal = 1;
  store->reconfigure(options);
  value(wait<Webhook>([&](auto done) { store->open_webhook("shop", "https://shop/", done); }));
  const auto more = [&] {
    for (int i = 0; i < 4; ++i) {
      clock.advance(2s);
      applied(accepted(), {model::event::Due{}});
    }
  };
  more();
  EXPECT_EQ(read(*store).first, 1U);
  Settlement told;
  told.webhook = "shop";
  told.cursor = 3;
  value(wait<Nothing>([&](auto done) { store->settle(told, done); }));
  more();
  EXPECT_EQ(read(*store).first, 4U);
}

}  // namespace
}  // namespace herald::store::test
