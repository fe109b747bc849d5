// Several stores on one schema, each a node: who works for whom, and who may write.
#include "store/postgresql_support.hpp"

#include <mutex>
#include <set>
#include <thread>

#include "store/history.hpp"
#include "store/nodes.hpp"
#include "store/postgresql/lease.hpp"
#include "store/postgresql/words.hpp"

namespace herald::store::test {
namespace {

/// A node with somebody who does at once what it is asked to.
struct Member {
  Member(const Options& options, Server server, const std::string& name, Decide decide,
         const base::Clock& clock) {
    server.node = NodeOptions{name, "0", 4s};
    opened.emplace(open(options, server, std::move(decide), clock));
    if (!*opened) return;
    store = std::move(**opened);
    nodes = nodes_of(*store);
    nodes->on_news({[this] { shares(); },
                    [this](const Word& word) {
                      const std::lock_guard lock{mutex};
                      words.push_back(word);
                    },
                    [] {}, [this](const std::string&) { is_lost = true; }});
  }
  ~Member() {
    if (store) store->close();
  }
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;

  void shares() {
    if (const auto opening = nodes->to_open(); opening.shares != 0) {
      after_death = after_death || opening.after_death;
      nodes->opened();
    }
    if (const auto leaving = nodes->to_leave(); leaving != 0) nodes->left(leaving);
  }
  std::vector<Node> all() {
    return value(wait<std::vector<Node>>([&](auto done) { nodes->nodes(done); }));
  }
  unsigned held() {
    for (const auto& node : all())
      if (node.self) return node.shares;
    return 0;
  }
  std::set<std::string> due(TimePoint now) {
    std::set<std::string> out;
    for (const auto& n : value(wait<std::vector<model::Notification>>(
             [&](auto done) { store->due({now, 1000}, done); })))
      out.insert(n.head.id);
    return out;
  }
  bool heard(const Word& word) {
    const std::lock_guard lock{mutex};
    return std::find(words.begin(), words.end(), word) != words.end();
  }

  std::optional<base::Result<std::unique_ptr<Store>>> opened;
  std::unique_ptr<Store> store;
  NodeStore* nodes = nullptr;
  std::atomic<bool> is_lost{false}, after_death{false};
  std::mutex mutex;
  std::vector<Word> words;
};

class PostgresqlNodes : public PostgresqlStore {
 protected:
  void SetUp() override { options.url = server().url(); }
  std::unique_ptr<Member> node(const std::string& name) {
    return std::make_unique<Member>(options, settings, name, decide, clock());
  }
  /// The condition comes with the nodes' own rounds, which are real time.
  template <class F>
  ::testing::AssertionResult comes(F&& condition) {
    const auto until = std::chrono::steady_clock::now() + 20s;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > until) return ::testing::AssertionFailure();
      std::this_thread::sleep_for(10ms);
    }
    return ::testing::AssertionSuccess();
  }
  /// Somebody who waits for this.
  auto waits(const std::string& event) {
    return [this, event] {
      return ask("SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND "
                 "state = 'active' AND " +
                 event) == std::vector<std::string>{"t"};
    };
  }
  std::vector<std::string> accept_for_many(Store& by, unsigned people) {
    std::vector<std::string> out;
    for (unsigned i = 0; i < people; ++i) {
      auto n = some_notification(clock());
      n.to = {"phone", "+2376000" + std::to_string(1000 + i)};
      n.create_recipient = true;
      out.push_back(value(wait<Accepted>([&](auto done) { by.accept(n, done); })).id);
    }
    return out;
  }
};

TEST_F(PostgresqlNodes, EachRecipientIsWorkedForByOneOfThem) {
  const auto a = node("a");
  ASSERT_TRUE(a->store) << a->opened->error().message;
  EXPECT_EQ(a->held(), kShares) << "alone it has all";
  EXPECT_TRUE(a->nodes->periodic());
  const auto b = node("b");
  ASSERT_TRUE(b->store) << b->opened->error().message;
  ASSERT_TRUE(comes([&] { return a->held() == 32 && b->held() == 32; }));
  EXPECT_FALSE(b->nodes->periodic());
  EXPECT_EQ(a->nodes->part(), 0.5);
  const auto made = accept_for_many(*b->store, 60);
  const auto by_a = a->due(manual.now()), by_b = b->due(manual.now());
  EXPECT_FALSE(by_a.empty());
  EXPECT_FALSE(by_b.empty());
  std::set<std::string> both = by_a;
  both.insert(by_b.begin(), by_b.end());
  EXPECT_EQ(both.size(), by_a.size() + by_b.size()) << "nobody is worked for by two";
  EXPECT_EQ(both, std::set(made.begin(), made.end())) << "and nobody by none";
}

TEST_F(PostgresqlNodes, OneThatLeavesGivesItsPartBackAtOnce) {
  const auto a = node("a");
  auto b = node("b");
  ASSERT_TRUE(comes([&] { return a->held() == 32; }));
  b.reset();
  EXPECT_TRUE(comes([&] { return a->held() == kShares; }));
  EXPECT_FALSE(a->after_death);
}

TEST_F(PostgresqlNodes, OneThatIsTakenOverWritesNothingMoreAndHearsOfIt) {
  const auto a = node("a"), b = node("b");
  ASSERT_TRUE(comes([&] { return a->held() == 32 && b->held() == 32; }));
  ask("DELETE FROM nodes WHERE name = 'a'");  // as whoever finds its lease over does
  auto late = some_notification(manual);
  const auto refused = wait<Accepted>([&](auto done) { a->store->accept(late, done); });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::unavailable);
  EXPECT_EQ(ask("SELECT count(*) FROM notifications"), std::vector<std::string>{"0"});
  EXPECT_TRUE(comes([&] { return a->is_lost.load(); }));
  EXPECT_FALSE(a->nodes->works_on(1));
  EXPECT_TRUE(comes([&] { return b->held() == kShares; }));
  EXPECT_TRUE(b->after_death) << "what was in flight there was cut off";
}

TEST_F(PostgresqlNodes, ADeadOnesPartIsTakenOverWhenItsLeaseIsOver) {
  const auto a = node("a");
  ASSERT_TRUE(a->store);
  // A node that was there and renews no more.
  ask("INSERT INTO nodes(name, version, started, lease_end) VALUES ('dead', '0', 0, (extract(epoch "
      "FROM clock_timestamp()) * 1000000)::bigint + 1500000)");
  ask("UPDATE shares SET node = (SELECT fence FROM nodes WHERE name = 'dead') WHERE share > 31");
  ASSERT_TRUE(comes([&] { return a->held() == 32; }));
  EXPECT_TRUE(comes([&] { return a->held() == kShares; }));
  EXPECT_EQ(a->all().size(), 1U);
}

TEST_F(PostgresqlNodes, WhoIsNotANodeStaysOutAndSoDoesASecondOfOneName) {
  const auto a = node("a");
  ASSERT_TRUE(a->store);
  const auto alone = attempt();
  ASSERT_FALSE(alone);
  EXPECT_NE(alone.error().message.find("store.nodes: true in both"), std::string::npos)
      << alone.error().message;
  const auto again = node("a");
  ASSERT_FALSE(*again->opened);
  EXPECT_NE(again->opened->error().message.find("another name in store.node"), std::string::npos)
      << again->opened->error().message;
}

TEST_F(PostgresqlNodes, ANodeIsNotLetInBesideOneThatIsAlone) {
  store = value(attempt());
  const auto a = node("a");
  ASSERT_FALSE(*a->opened);
  EXPECT_NE(a->opened->error().message.find("alone on it"), std::string::npos)
      << a->opened->error().message;
}

TEST_F(PostgresqlNodes, WhatOneSaysIsHeardByTheOther) {
  const auto a = node("a"), b = node("b");
  ASSERT_TRUE(comes([&] { return a->held() == 32 && b->held() == 32; }));
  const Word word{Word::Kind::inbox, {}, 42};
  a->nodes->tell(word);
  EXPECT_TRUE(comes([&] { return b->heard(word); }));
  EXPECT_FALSE(a->heard(word)) << "nobody hears itself";
}

TEST_F(PostgresqlNodes, ARequestThatMissedAnothersKnowsThatItWasNotRecorded) {
  const auto a = node("a"), b = node("b");
  ASSERT_TRUE(comes([&] { return a->held() == 32 && b->held() == 32; }));
  const auto id = accept_for_many(*a->store, 1).at(0);
  const auto apply = [&](Member& by, model::Event event, int64_t after) {
    Apply request;
    request.id = id;
    request.events = {std::move(event)};
    request.after_seq = after;
    return value(wait<Applied>([&](auto done) { by.store->apply(request, done); }));
  };
  ASSERT_FALSE(apply(*a, model::event::Due{}, 0).stale);
  const auto missed = apply(*b, model::event::Cancel{"uid:0"}, 0);
  EXPECT_TRUE(missed.stale);
  EXPECT_TRUE(missed.by_others);
  const auto repeated = apply(*a, model::event::Due{}, 0);
  EXPECT_TRUE(repeated.stale);
  EXPECT_FALSE(repeated.by_others) << "it was this very event";
}

TEST_F(PostgresqlNodes, AnAnswerHasItsNumberOnlyWhileItCanBeCommittedNext) {
  const auto a = node("a");
  ASSERT_TRUE(a->store);
  const auto id = accept_for_many(*a->store, 1).at(0);
  Apply request;
  request.id = id;
  request.events = {model::event::Due{},
                    model::event::Completed{{1, 0, 1}, outcome(model::OutcomeKind::accepted)},
                    model::event::Answered{{1, 0, 1}, "accept", "webchat", "s1"}};
  request.asks = {{"accept", "OUI", "OUI"}};
  // Another node is about to commit, and takes its time.
  std::jthread other{[&] {
    ask("WITH held AS (UPDATE journal_end SET pos = pos RETURNING pos) SELECT pg_sleep(2) FROM "
        "held");
  }};
  EXPECT_TRUE(comes(waits("wait_event = 'PgSleep'")));
  Answer<Applied> answer;
  a->store->apply(request, answer.done());
  EXPECT_TRUE(comes(waits("wait_event_type = 'Lock'")));
  EXPECT_EQ(ask("SELECT is_called FROM answers_number_seq"), std::vector<std::string>{"f"})
      << "a number below the other's would be committed after it";
  other.join();
  EXPECT_FALSE(value(answer.get()).stale);
  EXPECT_EQ(ask("SELECT number, action, label FROM answers"),
            std::vector<std::string>{"1|accept|OUI"});
}

TEST_F(PostgresqlNodes, AKeyThatAnotherIsAboutToRememberIsTheOthers) {
  const auto a = node("a");
  ASSERT_TRUE(a->store);
  const auto n = [&] {
    auto out = some_notification(clock());
    out.to = {"phone", "+23760001000"};
    out.create_recipient = true;
    out.producer = "shop";
    out.idempotency_key = "order-1";
    out.body_digest = "d";
    return out;
  }();
  std::jthread other{[&] {
    ask("WITH put AS (INSERT INTO idempotency(producer, key, id, digest, expires) VALUES ('shop', "
        "'order-1', 'another', 'd', 9000000000000000) RETURNING id) SELECT pg_sleep(2) FROM put");
  }};
  EXPECT_TRUE(comes(waits("wait_event = 'PgSleep'")));
  Answer<Accepted> answer;
  a->store->accept(n, answer.done());
  EXPECT_TRUE(comes(waits("wait_event_type = 'Lock'"))) << "it saw no such key";
  other.join();
  EXPECT_EQ(value(answer.get()).id, "another");
  EXPECT_EQ(ask("SELECT count(*) FROM notifications"), std::vector<std::string>{"0"});
}

TEST_F(PostgresqlNodes, OfTwoThatClaimATurnOneHasIt) {
  const auto a = node("a"), b = node("b");
  ASSERT_TRUE(comes([&] { return a->held() == 32 && b->held() == 32; }));
  const auto claim = [&](Member& by, uint64_t if_version, Done<uint64_t> done) {
    by.store->kv_put("plugin", "turn", by.nodes == a->nodes ? "a" : "b", TimePoint{}, if_version,
                     std::move(done));
  };
  for (uint64_t turn = 0; turn < 100; ++turn) {
    Answer<uint64_t> of_a, of_b;
    claim(*a, turn, of_a.done());
    claim(*b, turn, of_b.done());
    const auto by_a = of_a.get(), by_b = of_b.get();
    ASSERT_NE(bool(by_a), bool(by_b)) << "turn " << turn;
    EXPECT_EQ((by_a ? by_b : by_a).error().code, Code::conflict);
    EXPECT_EQ(by_a ? *by_a : *by_b, turn + 1);
    const auto kept =
        value(wait<KvEntry>([&](auto done) { b->store->kv_get("plugin", "turn", done); }));
    EXPECT_EQ(kept.value, by_a ? "a" : "b") << "whoever was told so has it";
  }
}

TEST_F(PostgresqlNodes, WhoseAnIdentityIsIsAskedForAgainWhenAnotherChangedIt) {
  const auto a = node("a"), b = node("b");
  ASSERT_TRUE(comes([&] { return a->held() == 32 && b->held() == 32; }));
  const auto* history = history_of(*b->store);
  ASSERT_NE(history, nullptr);
  const auto before = history->history();
  User user;
  user.identities = {{"phone", "+237600009999"}};
  value(wait<User>([&](auto done) { a->store->put_user(user, done); }));
  EXPECT_TRUE(comes([&] { return b->heard({Word::Kind::people, {}, 0}); }));
  EXPECT_GT(history->history(), before);
}

TEST_F(PostgresqlNodes, EachGoesByTheClockOfTheDatabase) {
  base::SteeredClock steered;
  settings.node = NodeOptions{"a", "0", 4s, &steered};
  store = value(attempt());
  const auto there =
      std::stoll(ask("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint").at(0));
  EXPECT_LT(std::abs(base::unix_us(steered.now()) - there), 2'000'000);
}

TEST(Words, AreWhatTheyWere) {
  using postgresql::heard_from;
  using postgresql::payload_of;
  const std::string id(35, 'a');
  for (const Word& word : {Word{Word::Kind::due, {}, 0}, Word{Word::Kind::notification, id, 0},
                           Word{Word::Kind::inbox, {}, 7}, Word{Word::Kind::journal, {}, 0},
                           Word{Word::Kind::settings, {}, 0}, Word{Word::Kind::people, {}, 0},
                           Word{Word::Kind::everything, {}, 0}}) {
    const auto payload = payload_of(12, word);
    EXPECT_LE(payload.size(), 200U);
    const auto heard = heard_from(payload);
    ASSERT_TRUE(heard) << payload;
    EXPECT_EQ(heard->fence, 12);
    EXPECT_EQ(heard->word, word);
  }
  for (const auto* wrong : {"", "x", "1", "1:", "1:q", "0:d", "-1:d", "1:d:x", "1:n", "1:n:short",
                            "1:i", "1:i:0", "1:i:x", "1d", "99999999999999999999:d", ":d"})
    EXPECT_FALSE(heard_from(wrong)) << wrong;
}

TEST_F(PostgresqlNodes, TheDatabaseDividesRecipientsAsTheProgramDoes) {
  const auto a = node("a");
  ASSERT_TRUE(a->store);
  for (const model::UserId user : {0L, 1L, 63L, 64L, 4'097L, 50'000'000L, 99'999'999L}) {
    const auto bit = postgresql::bits(Shares{1} << share_of(user));
    const auto found = ask("SELECT count(*) FROM (SELECT " + std::to_string(user) +
                           "::bigint AS user_id) u WHERE " +
                           postgresql::of_shares("user_id", "(" + std::to_string(bit) + ")"));
    EXPECT_EQ(found, std::vector<std::string>{"1"}) << user;
  }
}

}  // namespace
}  // namespace herald::store::test
