#include "store/sqlite_support.hpp"

namespace herald::store::test {
namespace {

using SqliteRows = SqliteStore;
using Rows = std::vector<std::string>;

// covers: S44 S45
TEST_F(SqliteRows, AConversationRowHasTheApplicationsExactValues) {
  Apply request;
  request.id = accepted();
  request.append = some_item(1, request.id, "🔧 **Service** <en> cours");
  applied(request);
  store.reset();
  EXPECT_EQ(
      ask("SELECT user_id, message_type, message_content, ai_response, confidence_score, "
          "action_code,"
          " conversation_state, action_success, typeof(confidence_score), created_at FROM "
          "conversations"),
      Rows{"1|outgoing|[SYSTEM_NOTIFICATION] 🔧 **Service** <en> cours|🔧 **Service** <en> cours|1.0|"
           "SYSTEM_NOTIFICATION|NOTIFICATION_SENT|1|real|2025-07-14 10:00:00.123456"});
  EXPECT_EQ(ask("SELECT request_id, session_id, extracted_data, execution_time, action_metadata "
                "FROM conversations"),
            Rows{"NULL|NULL|NULL|NULL|NULL"});
  ask("INSERT INTO conversations(user_id, message_type, message_content) VALUES (1, 'incoming', "
      "'OUI')");
  EXPECT_EQ(ask("SELECT abs(julianday(created_at) - julianday('now')) < 0.01 FROM conversations "
                "WHERE message_type = 'incoming'"),
            Rows{"1"});
}

// covers: S42
TEST_F(SqliteRows, ElevenNotificationsAreElevenConversationRows) {
  for (int i = 0; i < 11; ++i) {
    Apply request;
    request.id = accepted();
    request.append = some_item(1, request.id);
    applied(request);
  }
  store->clear(1, 0, [](const auto&) {});
  store.reset();
  EXPECT_EQ(ask("SELECT count(*) FROM conversations"), Rows{"11"});
  EXPECT_EQ(ask("SELECT count(*) FROM inbox_items WHERE gone = 0"), Rows{"0"});
}

TEST_F(SqliteRows, EveryAttemptHasItsRowUpToDate) {
  const auto id = accepted();
  applied({id, {model::event::Due{}}, {}, {}, {}});
  const auto attempts =
      "SELECT run, step, number, channel, ended IS NULL, outcome, provider_id, evidence FROM "
      "attempts ORDER BY number";
  store.reset();
  EXPECT_EQ(ask(attempts), Rows{"1|0|1|webchat|1|NULL||0"});
  reopen();
  applied(
      {id,
       {model::event::Completed{{1, 0, 1}, outcome(model::OutcomeKind::retry)}, model::event::Due{},
        model::event::Completed{{1, 0, 2}, outcome(model::OutcomeKind::accepted, "p2")},
        model::event::Receipt{{1, 0, 2}, model::ReceiptKind::read, {}, clock.now(), "p2"}},
       {},
       {},
       {}});
  store.reset();
  EXPECT_EQ(ask(attempts), (Rows{"1|0|1|webchat|0|2||0", "1|0|2|webchat|0|1|p2|3"}));
  EXPECT_EQ(ask("SELECT state, due_at, in_flight, last_seq FROM notifications"),
            Rows{"4|NULL|0|5"});
  EXPECT_EQ(ask("SELECT count(*) FROM pragma_foreign_key_check"), Rows{"0"});
}

TEST_F(SqliteRows, EqualChainsShareOneRow) {
  for (int i = 0; i < 3; ++i) {
    auto n = some_notification(clock);
    n.chain = some_chain(i == 2 ? "sms" : "webchat");
    value(wait<Accepted>([&](auto done) { store->accept(n, done); }));
  }
  accepted();
  store.reset();
  EXPECT_EQ(ask("SELECT count(*) FROM chains"), Rows{"2"});
}

TEST_F(SqliteRows, ADamagedRowIsAnErrorNotACrash) {
  const auto id = accepted();
  applied({id, {model::event::Due{}}, {}, {}, {}});
  store.reset();
  ask("UPDATE notifications SET progress = '{\"id\":7}'");
  reopen();
  EXPECT_EQ(wait<Timeline>([&](auto done) { store->timeline(id, done); }).error().code,
            Code::internal);
  EXPECT_FALSE(wait<Applied>([&](auto done) {
    store->apply({id, {model::event::Due{}}, {}, {}, {}}, done);
  }));
  accepted();
}

TEST_F(SqliteStore, ACopyPutInTheFilesPlaceBeginsAnotherEpoch) {
  const auto epoch = [&] {
    model::ItemQuery query;
    query.user = 1;
    return value(wait<model::ItemPage>([&](auto done) { store->items(query, done); })).epoch;
  };
  const auto first = epoch();
  store.reset();
  std::filesystem::copy_file(path(), path() + ".copy");
  std::filesystem::rename(path() + ".copy", path());
  reopen();
  const auto second = epoch();
  EXPECT_NE(second, first) << "its numbers may have been given to other items since";
  reopen();
  EXPECT_EQ(epoch(), second);
}

}  // namespace
}  // namespace herald::store::test
