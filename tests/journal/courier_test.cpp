#include "journal/bench.hpp"

namespace herald::journal {
namespace {

using namespace testing;

struct CourierTest : ::testing::Test {
  HandClock clock;
  HandExecutor executor{clock};
  MemoryJournal store;
  Feed feed{store, executor};
  HandFetcher fetcher;
  std::map<std::string, int> counted;
  std::unique_ptr<Webhooks> webhooks;
  Endpoint endpoint{.name = "shop",
                    .url = "https://shop.example/hook?key=secret",
                    .keys = {std::string(32, 'k')},
                    .problem = {},
                    .wanted = {},
                    .schedule = {5s, 5min},
                    .in_flight = 2};

  void start() {
    webhooks = std::make_unique<Webhooks>(CourierNeeds{
        executor, store, feed, fetcher, clock, base::Log::none(),
        [this](const std::string&, std::string_view r) { ++counted[std::string{r}]; }});
    webhooks->configure({endpoint});
    executor.run();
  }
  /// The process dies: nothing of it is left but the store.
  void crash() {
    webhooks.reset();
    fetcher.open.clear();
  }
  void add(const std::string& id) {
    store.add(id);
    feed.grown();
    executor.run();
  }
  std::string open() {
    std::string out;
    for (const auto& sent : fetcher.open) out += (out.empty() ? "" : " ") + sent.id();
    return out;
  }
  void answer(unsigned status, std::size_t which = 0, model::web::Headers headers = {}) {
    auto sent = std::move(fetcher.open.at(which));
    fetcher.open.erase(fetcher.open.begin() + static_cast<std::ptrdiff_t>(which));
    model::web::FetchResult result;
    result.reached = model::web::FetchResult::Reached::answered;
    result.status = status;
    result.headers = std::move(headers);
    sent.done(std::move(result));
    executor.run();
  }
  Webhooks::Listed listed() {
    Webhooks::Listed out;
    webhooks->list([&](auto all) { out = all->at(0); });
    executor.run();
    return out;
  }
  uint64_t cursor() { return store.known.at("shop").cursor; }
};

TEST_F(CourierTest, SendsWhatIsRecordedAtMostSoManyAtOnce) {
  start();
  for (const auto* id : {"a", "b", "c"}) add(id);
  EXPECT_EQ(open(), "a_1 b_2");
  const auto& request = fetcher.open[0].request;
  EXPECT_EQ(request.method, "POST");
  EXPECT_TRUE(request.once) << "never sent again behind our back (trap 15)";
  answer(200);
  EXPECT_EQ(open(), "b_2 c_3");
  EXPECT_EQ(listed().state.url, "https://shop.example/hook") << "no query";
}

TEST_F(CourierTest, TheCursorNeverPassesWhatDidNotArrive) {
  start();
  for (const auto* id : {"a", "b", "c"}) add(id);
  answer(200, 1);  // b before a
  executor.pass(1s);
  EXPECT_EQ(cursor(), 0U);
  crash();
  start();
  EXPECT_EQ(open(), "a_1 b_2") << "b again, under the same id";
  answer(200);
  executor.pass(1s);
  EXPECT_EQ(cursor(), 1U);
}

TEST_F(CourierTest, OneAfterTheOtherAboutTheSameNotification) {
  start();
  for (const auto* id : {"a", "a", "b", "a"}) add(id);
  EXPECT_EQ(open(), "a_1 b_3");
  answer(200);
  EXPECT_EQ(open(), "b_3 a_2");
}

TEST_F(CourierTest, WhatFailsIsKeptAndHoldsBackOnlyItsOwn) {
  start();
  for (const auto* id : {"a", "a", "b"}) add(id);
  answer(500);  // a_1
  EXPECT_EQ(store.kept.at(1).error, "answered 500");
  EXPECT_EQ(open(), "b_3");
  answer(200);  // b_3
  EXPECT_EQ(open(), "") << "a_2 waits behind a_1";
  EXPECT_TRUE(store.kept.contains(2));
  executor.pass(1s);
  EXPECT_EQ(cursor(), 3U);
  crash();
  start();
  EXPECT_EQ(open(), "");
  add("a");
  executor.pass(1s);
  EXPECT_EQ(open(), "") << "nor may a later one overtake";
  executor.pass(5s);
  EXPECT_EQ(open(), "a_1");
  answer(204);
  EXPECT_EQ(open(), "a_2");
  answer(204);
  EXPECT_EQ(open(), "a_4");
  answer(204);
  executor.pass(1s);
  EXPECT_TRUE(store.kept.empty());
  EXPECT_EQ(cursor(), 4U);
  EXPECT_EQ(counted, (std::map<std::string, int>{{"delivered", 4}, {"failed", 1}}));
}

TEST_F(CourierTest, AfterTheScheduleAMessageIsDeadAndTheNextMayGo) {
  start();
  add("a");
  add("a");
  answer(500);
  executor.pass(6s);
  answer(500);
  executor.pass(6min);
  answer(500);
  EXPECT_EQ(store.kept.at(1).next_try, base::TimePoint::max());
  EXPECT_EQ(store.kept.at(1).tries, 3U);
  executor.pass(1s);
  EXPECT_EQ(open(), "a_2");
  answer(200);
  EXPECT_EQ(counted["dead"], 1);
  webhooks->redeliver("shop", "", [](auto count) { EXPECT_EQ(*count, 1U); });
  executor.pass(1s);
  EXPECT_EQ(open(), "a_1");
}

TEST_F(CourierTest, GoneStopsEverythingUntilRedelivered) {
  start();
  add("a");
  answer(410);
  add("b");
  executor.pass(1h);
  EXPECT_EQ(open(), "");
  EXPECT_EQ(listed().state.state, "disabled");
  crash();
  start();
  EXPECT_EQ(open(), "");
  webhooks->redeliver("shop", "", [](auto) {});
  executor.pass(1s);
  EXPECT_EQ(open(), "b_2 a_1");
}

TEST_F(CourierTest, RetryAfterHoldsTheWholeEndpoint) {
  start();
  add("a");
  answer(429, 0, {{"retry-after", "60"}});
  add("b");
  executor.pass(59s);
  EXPECT_EQ(open(), "");
  executor.pass(2s);
  EXPECT_EQ(open(), "b_2") << "one, to see whether it takes any";
  answer(200);
  EXPECT_EQ(open(), "a_1");
}

TEST_F(CourierTest, AnEndpointThatAlwaysFailsIsAskedLessAndLessAndFillsNothing) {
  endpoint.schedule = standard_schedule();
  start();
  for (int i = 0; i < 500; ++i) store.add("n" + std::to_string(i));
  feed.grown();
  int asked = 0;
  for (int minute = 0; minute < 180; ++minute) {
    for (int i = 0; i < 10 && !fetcher.open.empty(); ++i, ++asked) answer(500);
    executor.pass(1min);
  }
  EXPECT_LT(asked, 60);
  EXPECT_LT(store.kept.size(), 40U);
  EXPECT_EQ(listed().state.state, "failing");
  EXPECT_GT(listed().behind, 450U);
  // Once it answers it gets everything, the oldest too.
  for (int i = 0; i < 2000 && (!store.kept.empty() || cursor() < 500); ++i) {
    if (fetcher.open.empty())
      executor.pass(10min);
    else
      answer(200);
    executor.pass(1s);
  }
  EXPECT_TRUE(store.kept.empty());
  EXPECT_EQ(cursor(), 500U);
}

// The store was asked what is due, and before its answer came a message arrived that it names.
TEST_F(CourierTest, AnOldAnswerSendsNothingAgain) {
  endpoint.schedule = {5s, 10s, 20s};
  start();
  add("a");
  add("b");
  answer(500);
  answer(500);
  executor.pass(6s);
  const auto first = open();  // the jitter decides which of them
  store.hold_due = true;
  executor.pass(10s);
  webhooks->redeliver("shop", "", [](auto) {});  // asks again what is due
  executor.run();
  ASSERT_FALSE(store.held_due.empty());
  answer(200);
  store.hold_due = false;
  for (auto& held : store.held_due) held();
  executor.run();
  EXPECT_EQ(open(), first == "a_1" ? "b_2" : "a_1") << first << " arrived";
}

TEST_F(CourierTest, ADatabaseThatCannotWriteLosesNothing) {
  start();
  add("a");
  store.broken = true;
  answer(500);
  executor.pass(10s);
  EXPECT_TRUE(store.kept.empty());
  store.broken = false;
  executor.pass(10s);
  EXPECT_EQ(open(), "a_1");
}

TEST_F(CourierTest, TheCursorMovesOverWhatIsNotWanted) {
  endpoint.wanted = [](const store::JournalEntry& e) { return e.id == "mine"; };
  start();
  for (int i = 0; i < 300; ++i) add("other");
  executor.pass(10s);
  EXPECT_EQ(cursor(), 300U);
  EXPECT_EQ(open(), "");
}

TEST_F(CourierTest, StoppingWaitsForWhatIsUnderWayAndKeepsTheCursor) {
  start();
  add("a");
  add("b");
  bool stopped = false;
  webhooks->stop([&] { stopped = true; });
  executor.run();
  EXPECT_FALSE(stopped);
  answer(200);
  answer(200);
  EXPECT_TRUE(stopped);
  EXPECT_EQ(cursor(), 2U);
  add("c");
  EXPECT_EQ(open(), "");
}

TEST_F(CourierTest, AReloadKeepsThePlaceAndForgetsWhatIsGone) {
  start();
  add("a");
  endpoint.url = "https://shop.example/new";
  webhooks->configure({endpoint});
  executor.run();
  add("b");
  EXPECT_EQ(fetcher.open[1].request.url, endpoint.url);
  answer(200);
  answer(200);
  executor.pass(1s);
  EXPECT_EQ(cursor(), 2U);
  webhooks->configure({});
  executor.run();
  EXPECT_TRUE(store.known.empty());
  add("c");
  EXPECT_EQ(open(), "");
}

}  // namespace
}  // namespace herald::journal
