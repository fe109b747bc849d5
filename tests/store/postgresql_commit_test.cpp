// What a batch is to its requests.
#include <condition_variable>
#include <mutex>

#include "store/postgresql_support.hpp"

namespace herald::store::test {
namespace {

/// A state machine that holds the writing thread until it is let go: then many requests wait, and
/// no test needs luck.
class PostgresqlCommit : public PostgresqlStore {
 protected:
  PostgresqlCommit() {
    decide = [this](const auto& progress, const auto& event, const auto& chain, auto now) {
      if (std::holds_alternative<model::event::Cancel>(event)) {
        std::unique_lock lock{mutex_};
        reached_ = true;
        changed_.notify_all();
        changed_.wait(lock, [&] { return open_; });
      }
      return small_decide(progress, event, chain, now);
    };
  }
  void hold_writer() {
    held_id = accepted();
    store->apply({held_id, {model::event::Cancel{"test"}}, {}, {}, {}}, held.done());
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return reached_; });
  }
  void let_go() {
    const std::lock_guard lock{mutex_};
    open_ = true;
    changed_.notify_all();
  }
  std::string held_id;
  Answer<Applied> held;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool reached_ = false, open_ = false;
};

TEST_F(PostgresqlCommit, RequestsThatWaitShareACommit) {
  hold_writer();
  const auto before = store->health();
  std::vector<Answer<Accepted>> answers(100);
  for (auto& answer : answers) store->accept(some_notification(clock()), answer.done());
  EXPECT_EQ(store->health().queued, 100U);
  let_go();
  value(held.get());
  for (auto& answer : answers) value(answer.get());
  EXPECT_EQ(store->health().commits - before.commits, 2U);
  EXPECT_EQ(store->health().writes - before.writes, 101U);
}

TEST_F(PostgresqlCommit, ARequestThatFailsDoesNotHarmTheOthersOfItsBatch) {
  const auto known = accepted();
  hold_writer();
  std::vector<Answer<Accepted>> answers(40);
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    auto n = some_notification(clock());
    if (i == 3) n.params_json += '\0';        // the server refuses it
    if (i == 9) n.kind = "\xff\xfe";          // and this, and what each of them does to a batch
    if (i == 17) n.to = {"email", "a@b.cm"};  // nobody
    if (i == 23) n.id = known;                // stored already
    ids.push_back(n.id);
    store->accept(std::move(n), answers[i].done());
  }
  Answer<Nothing> note;
  store->put_note("name", "text", note.done());
  let_go();
  value(held.get());
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto answer = answers[i].get();
    const bool wrong = i == 3 || i == 9 || i == 17 || i == 23;
    EXPECT_EQ(answer.has_value(), !wrong) << i;
    EXPECT_EQ(timeline(ids[i]).has_value(), !wrong || i == 23) << i;
    if (i == 3 || i == 9) {
      EXPECT_EQ(answer.error().code, Code::internal);
    }
    if (i == 17) {
      EXPECT_EQ(answer.error().code, Code::not_found);
    }
    if (i == 23) {
      EXPECT_EQ(answer.error().code, Code::conflict);
    }
  }
  value(note.get());
  EXPECT_EQ(counts().backlog, 37U);
}

// More than one transaction takes, so that the next one is begun ahead each time.
TEST_F(PostgresqlCommit, WhatWaitsBehindACommitThatFailsIsBegunAgain) {
  hold_writer();
  ask("INSERT INTO idempotency(producer, key, id, digest, expires) VALUES ('shop', 'expired', "
      "'old', 'd', 1)");
  constexpr std::size_t kRefused = 3, kExpired = 520;
  std::vector<Answer<Accepted>> answers(1300);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    auto n = some_notification(clock());
    if (i == kRefused) n.params_json += '\0';
    if (i == kExpired) {
      n.producer = "shop";
      n.idempotency_key = "expired";
    }
    store->accept(std::move(n), answers[i].done());
  }
  let_go();
  value(held.get());
  for (std::size_t i = 0; i < answers.size(); ++i)
    EXPECT_EQ(answers[i].get().has_value(), i != kRefused) << i;
  EXPECT_EQ(ask("SELECT count(*) FROM notifications"), std::vector<std::string>{"1300"});
  EXPECT_EQ(counts().backlog, 1299U);  // the held one is cancelled
}

TEST_F(PostgresqlCommit, SeveralRequestsOfABatchAboutOneNotificationFollowEachOther) {
  const auto id = accepted();
  hold_writer();
  std::vector<Answer<Applied>> answers(4);
  using model::OutcomeKind;
  const std::vector<model::Event> events{
      model::event::Due{}, model::event::Completed{{1, 0, 1}, outcome(OutcomeKind::retry)},
      model::event::Due{}, model::event::Completed{{1, 0, 2}, outcome(OutcomeKind::accepted, "p")}};
  for (std::size_t i = 0; i < events.size(); ++i) {
    Apply request{id, {events[i]}, {}, {}, {}};
    request.after_seq = static_cast<int64_t>(i);
    if (i == 3) request.append = some_item(1, id);
    store->apply(request, answers[i].done());
  }
  Answer<Applied> stale;
  Apply late{id, {model::event::Due{}}, {}, {}, {}};
  late.after_seq = 2;
  store->apply(late, stale.done());
  let_go();
  value(held.get());
  for (std::size_t i = 0; i < answers.size(); ++i)
    EXPECT_EQ(value(answers[i].get()).notification.seq, static_cast<int64_t>(i) + 1);
  EXPECT_TRUE(value(stale.get()).stale);
  EXPECT_EQ(ask("SELECT number, outcome, provider_id FROM attempts ORDER BY number"),
            (std::vector<std::string>{"1|2|", "2|1|p"}));
  EXPECT_EQ(ask("SELECT count(*) FROM timeline WHERE notification = (SELECT rowid FROM "
                "notifications WHERE id = '" +
                id + "')"),
            std::vector<std::string>{"4"});
}

TEST_F(PostgresqlCommit, AFullQueueRefusesAtOnce) {
  options.queue = 4;
  reopen();
  hold_writer();
  std::vector<Answer<Accepted>> answers(4);
  for (auto& answer : answers) store->accept(some_notification(clock()), answer.done());
  const auto refused = accept(some_notification(clock()));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::unavailable);
  let_go();
  value(held.get());
  for (auto& waiting : answers) value(waiting.get());
}

TEST_F(PostgresqlCommit, ExpiredKeysAreDeletedALittleAtATime) {
  let_go();
  std::vector<Answer<Accepted>> answers(600);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    auto n = some_notification(clock());
    n.idempotency_key = std::to_string(i);
    store->accept(n, answers[i].done());
  }
  for (auto& answer : answers) value(answer.get());
  manual.advance(25h);
  for (int i = 0; i < 3; ++i) accepted();
  EXPECT_EQ(ask("SELECT count(*) FROM idempotency"), std::vector<std::string>{"0"});
}

TEST_F(PostgresqlCommit, AConversationRowHasTheApplicationsExactValues) {
  let_go();
  Apply request;
  request.id = accepted();
  request.append = some_item(1, request.id, "🔧 **Service** <en> cours");
  value(apply(request));
  EXPECT_EQ(
      ask("SELECT user_id, message_type, message_content, ai_response, confidence_score, "
          "action_code, conversation_state, action_success, created_at, request_id, session_id, "
          "extracted_data, execution_time, action_metadata FROM conversations"),
      std::vector<std::string>{
          "1|outgoing|[SYSTEM_NOTIFICATION] 🔧 **Service** <en> cours|🔧 **Service** <en> "
          "cours|1|SYSTEM_NOTIFICATION|NOTIFICATION_SENT|t|2025-07-14 "
          "10:00:00.123456|NULL|NULL|NULL|NULL|NULL"});
}

}  // namespace
}  // namespace herald::store::test
