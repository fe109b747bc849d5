#include "store/audit.hpp"

#include <algorithm>

#include "delivery/audit.hpp"
#include "delivery/decide.hpp"
#include "store/sqlite_support.hpp"

namespace herald::store::test {
namespace {

using model::OutcomeKind;
namespace event = model::event;

/// A store with one notification of every kind of history, and audits of its file.
class Audit : public SqliteStore {
 protected:
  Audit() { decide = delivery::decide; }
  void SetUp() override {
    SqliteStore::SetUp();
    User provider;
    provider.id = 2;
    provider.provider = true;
    value(wait<User>([&](auto done) { store->put_user(provider, done); }));
    accept(fresh);
    read_on_webchat();
    failed_and_redriven();
    accept(flying);
    apply(flying.id, {event::Due{}});
    to_a_provider();
    expired_then_delivered();
    asked_and_answered();
    event::Receipt receipt{{}, model::ReceiptKind::delivered, {}, clock.now(), "wamid.early"};
    value(wait<std::optional<FoundAttempt>>([&](auto done) {
      store->park_receipt({"whatsapp", "wamid.early", {}}, receipt, clock.now(), done);
    }));
    webhooks_with_messages();
    store.reset();
  }

  /// One that was told everything, and a message of the second entry that waits.
  void webhooks_with_messages() {
    const auto all = value(wait<JournalPage>([&](auto done) { store->journal({}, done); }));
    value(wait<Webhook>(
        [&](auto done) { store->open_webhook("shop", "https://shop.example/", done); }));
    Settlement kept;
    kept.webhook = "shop";
    kept.cursor = all.last;
    WebhookMessage message;
    message.position = 2;
    message.notification = read.id;
    message.id = "m2";
    message.body = "{}";
    message.first_try = message.next_try = clock.now();
    kept.keep.push_back(message);
    value(wait<Nothing>([&](auto done) { store->settle(kept, done); }));
  }

  void accept(const model::NewNotification& n) {
    value(wait<Accepted>([&](auto done) { store->accept(n, done); }));
  }
  Applied apply(const std::string& id, std::vector<model::Event> events) {
    clock.advance(1s);
    return applied({id, std::move(events), {}, {}, {}});
  }
  void shown(const model::NewNotification& n, model::UserId user) {
    accept(n);
    Apply request{n.id, {}, some_item(user, n.id), {}, {}};
    request.events = {event::Due{},
                      event::Completed{{1, 0, 1}, outcome(OutcomeKind::accepted), true}};
    applied(request);
  }
  void read_on_webchat() {
    read.idempotency_key = "order-1";
    read.body_digest = "d";
    read.dedupe_key = "12:done";
    shown(read, 1);
    apply(read.id, {event::Receipt{{1, 0, 1}, model::ReceiptKind::read, {}, clock.now(), {}}});
  }
  void to_a_provider() {
    auto n = some_notification(clock, "2");
    shown(n, 2);
  }
  void failed_and_redriven() {
    accept(redriven);
    apply(redriven.id, {event::Due{}});
    apply(redriven.id, {event::Completed{{1, 0, 1}, outcome(OutcomeKind::rejected)}});
    apply(redriven.id, {event::Due{}});
    apply(redriven.id, {event::Completed{{1, 1, 1}, outcome(OutcomeKind::rejected)}});
    // Another chain, with times that replaying the first run with it would show.
    model::Chain chain = *some_chain("sms");
    for (auto& step : chain.steps) step.timeout = step.within = 7s;
    Apply again{redriven.id, {event::Redrive{"admin", clock.now() + 48h, false}}, {}, {}, {}};
    again.new_chain = std::make_shared<const model::Chain>(std::move(chain));
    EXPECT_EQ(applied(again).notification.progress.run, 2U);
    apply(redriven.id, {event::Due{}});
    apply(redriven.id, {event::Completed{{2, 0, 1}, outcome(OutcomeKind::accepted, "p1")}});
    // Refused, and decided with the chain it keeps.
    applied(again);
  }
  void expired_then_delivered() {
    corrected.expires = clock.now() + 1min;
    accept(corrected);
    apply(corrected.id, {event::Due{}});
    // The clock is set while it is in flight: what started moves with it.
    apply(corrected.id, {event::ClockMoved{-3s, false}});
    apply(corrected.id, {event::Completed{{1, 0, 1}, outcome(OutcomeKind::accepted)}});
    clock.advance(1min);
    apply(corrected.id, {event::Due{}});
    apply(corrected.id,
          {event::Receipt{{1, 0, 1}, model::ReceiptKind::delivered, {}, clock.now(), {}}});
  }

  void asked_and_answered() {
    const auto n = some_notification(clock, "2");
    accept(n);
    Apply request{n.id, {}, some_item(2, n.id), {}, {}};
    request.events = {event::Due{},
                      event::Completed{{1, 0, 1}, outcome(OutcomeKind::accepted), true}};
    request.append->actions = request.asks = {{"accept", "OUI", "OUI"}, {"refuse", "NON", "NON"}};
    applied(request);
    apply(n.id, {event::Answered{{1, 0, 1}, "accept", "webchat", "s1"}});
    apply(n.id, {event::Answered{{1, 0, 1}, "refuse", "whatsapp", "s2"}});  // too late
  }

  /// What an audit of the closed store's file finds, rules only.
  std::vector<BrokenRow> audit(std::optional<TimePoint> since = {}) {
    auto reader = value(open_audit(options.url, Beside::nobody));
    std::vector<BrokenRow> broken;
    looked_at = 0;
    value(reader->read(INT64_MIN, INT64_MAX, since, [&](const Dossier& dossier) {
      ++looked_at;
      delivery::audit(dossier, broken);
    }));
    for (auto& row : value(reader->tables(clock.now(), clock.now(), 100)))
      broken.push_back(std::move(row));
    return broken;
  }
  static void value(const base::Result<void>& result) { ASSERT_TRUE(result.has_value()); }
  template <class T>
  static T value(base::Result<T> result) {
    return test::value(std::move(result));
  }

  model::NewNotification fresh = some_notification(clock), read = some_notification(clock),
                         redriven = some_notification(clock), flying = some_notification(clock),
                         corrected = some_notification(clock);
  int looked_at = 0;
};

std::string texts(const std::vector<BrokenRow>& rows) {
  std::string out;
  for (const auto& b : rows)
    out += b.table + " " + b.row + " " + b.rule + ": expected " + b.expected + ", found " +
           b.found + "\n";
  return out;
}

TEST_F(Audit, FindsNothingInWhatTheStoreWrote) {
  EXPECT_EQ(texts(audit()), "");
  EXPECT_EQ(looked_at, 7);
  EXPECT_EQ(texts(audit(clock.now() + 1h)), "");
  EXPECT_EQ(looked_at, 0);
}

TEST_F(Audit, AJournalOfWhichTheOldestIsGoneIsWhole) {
  ask("DELETE FROM journal WHERE pos <= 5");
  EXPECT_EQ(texts(audit()), "");
  ask("DELETE FROM journal WHERE pos = 7");
  EXPECT_NE(texts(audit()), "");
}

TEST_F(Audit, WhatWasRecordedBeforeThereWasAJournalIsNotMissed) {
  ask("DELETE FROM journal WHERE notification = 4");
  ask("UPDATE schema_version SET applied = (SELECT 1 + max(created) FROM notifications) WHERE "
      "version "
      "= 3");
  for (const auto& row : audit()) EXPECT_EQ(row.rule, "journal.pos") << texts({row});
}

TEST_F(Audit, WritesNothing) {
  const auto sum = [&] {
    return ask("SELECT count(*), max(at), sum(length(event)) FROM timeline");
  };
  const auto before = std::filesystem::last_write_time(path());
  const auto rows = sum();
  audit();
  EXPECT_EQ(std::filesystem::last_write_time(path()), before);
  EXPECT_EQ(sum(), rows);
}

TEST_F(Audit, NamesEveryRowThatWasBrokenByHand) {
  // In order of acceptance: 1 fresh, 2 read, 3 redriven, 4 flying, 5 to a provider, 6 corrected,
  // 7 answered.
  const struct {
    const char *sql, *table, *row, *rule;
  } kBreaks[] = {
      {"UPDATE notifications SET state = 4 WHERE rowid = 4", "notifications", "4",
       "notifications.state"},
      {"UPDATE notifications SET due_at = due_at + 1 WHERE rowid = 1", "notifications", "1",
       "notifications.due_at"},
      {"UPDATE notifications SET due_at = NULL WHERE rowid = 1", "notifications", "1",
       "notifications.lost"},
      {"UPDATE notifications SET in_flight = 0 WHERE rowid = 4", "notifications", "4",
       "notifications.in_flight"},
      {"UPDATE notifications SET paused_at = 'sms' WHERE rowid = 2", "notifications", "2",
       "notifications.paused_at"},
      {"UPDATE notifications SET last_seq = 9 WHERE rowid = 2", "notifications", "2",
       "notifications.last_seq"},
      {"UPDATE notifications SET progress = replace(progress, '\"read\"', '\"answered\"') WHERE "
       "rowid = 2",
       "notifications", "2", "notifications.progress"},
      {"UPDATE notifications SET progress = '{' WHERE rowid = 2", "notifications", "2",
       "notifications.progress"},
      {"UPDATE notifications SET progress = NULL WHERE rowid = 2", "notifications", "2",
       "notifications.progress"},
      {"UPDATE notifications SET expires = expires + 1 WHERE rowid = 2", "notifications", "2",
       "notifications.progress"},
      {"UPDATE notifications SET chain_id = (SELECT chain_id FROM notifications WHERE rowid = 3) "
       "WHERE rowid = 4",
       "notifications", "4", "notifications.progress"},
      {"UPDATE chains SET body = '{}' WHERE id = 1", "notifications", "2",
       "notifications.chain_id"},
      {"DELETE FROM earlier_chains", "notifications", "3", "notifications.progress"},
      {"DELETE FROM timeline WHERE notification = 2 AND seq = 2", "timeline", "2/3",
       "timeline.seq"},
      {"DELETE FROM timeline WHERE notification = 2 AND seq = 3", "notifications", "2",
       "notifications.last_seq"},
      {"UPDATE timeline SET at = at + 1 WHERE notification = 2 AND seq = 2", "notifications", "2",
       "notifications.progress"},
      {"UPDATE timeline SET state = 2 WHERE notification = 2 AND seq = 3", "timeline", "2/3",
       "timeline.state"},
      {"UPDATE timeline SET reason = 0 WHERE notification = 2 AND seq = 3", "timeline", "2/3",
       "timeline.why"},
      {"UPDATE timeline SET reason = 1 WHERE notification = 2 AND seq = 3", "timeline", "2/3",
       "timeline.reason"},
      {"UPDATE timeline SET state = 7 WHERE notification = 3 AND seq = 4", "timeline", "3/5",
       "timeline.ending"},
      {"UPDATE timeline SET event = 'x' WHERE notification = 2 AND seq = 3", "timeline", "2/3",
       "timeline.event"},
      {"UPDATE timeline SET event = replace(event, '\"n\":1', '\"n\":2') WHERE notification = 2 "
       "AND seq = 3",
       "timeline", "2/3", "timeline.attempt"},
      {"DELETE FROM attempts WHERE notification = 2", "attempts", "2/1/0/1", "attempts.missing"},
      {"INSERT INTO attempts SELECT notification, run, step, 7, round, channel, started, ended, "
       "outcome, reason, detail, provider_id, evidence, evidence_at, failed FROM attempts WHERE "
       "notification = 2",
       "attempts", "2/1/0/7", "attempts.extra"},
      {"UPDATE attempts SET evidence = 4 WHERE notification = 2", "attempts", "2/1/0/1",
       "attempts.unproven"},
      {"UPDATE attempts SET failed = 1 WHERE notification = 2", "attempts", "2/1/0/1",
       "attempts.unproven"},
      {"UPDATE attempts SET channel = 'sms' WHERE notification = 2", "attempts", "2/1/0/1",
       "attempts.channel"},
      {"UPDATE attempts SET outcome = 0 WHERE notification = 2", "attempts", "2/1/0/1",
       "attempts.outcome"},
      {"UPDATE attempts SET ended = NULL WHERE notification = 2", "attempts", "2/1/0/1",
       "attempts.ended"},
      {"UPDATE attempts SET provider_id = 'p2' WHERE notification = 3", "attempts", "3/2/0/1",
       "attempts.provider_id"},
      {"DELETE FROM inbox_items WHERE notification = 2", "inbox_items", "none",
       "inbox_items.missing"},
      {"UPDATE inbox_items SET notification = 4 WHERE notification = 2", "inbox_items", "1",
       "inbox_items.extra"},
      {"UPDATE inbox_items SET user_id = 2, seq = 9 WHERE notification = 2", "inbox_items", "1",
       "inbox_items.user"},
      {"UPDATE inbox_items SET conversation = NULL WHERE notification = 2", "inbox_items", "1",
       "inbox_items.conversation"},
      {"UPDATE inbox_items SET answered = '' WHERE notification = 7", "inbox_items", "3",
       "inbox_items.answered"},
      {"DELETE FROM answers", "answers", "none", "answers.missing"},
      {"INSERT INTO answers(notification, id, user_id, kind, action, label, channel, at) SELECT 2, "
       "id, 1, kind, action, label, channel, at FROM answers",
       "answers", "2", "answers.extra"},
      {"UPDATE answers SET action = 'refuse'", "answers", "7", "answers.action"},
      {"UPDATE answers SET channel = 'whatsapp'", "answers", "7", "answers.channel"},
      {"UPDATE answers SET user_id = 1", "answers", "7", "answers.user"},
      {"UPDATE answers SET id = 'x'", "answers", "7", "answers.id"},
      {"DELETE FROM questions", "questions", "none", "questions.missing"},
      {"UPDATE questions SET answered = NULL", "questions", "7", "questions.answered"},
      {"UPDATE questions SET user_id = 1", "questions", "7", "questions.user"},
      {"UPDATE questions SET actions = '[]'", "questions", "7", "questions.actions"},
      {"UPDATE questions SET actions = replace(actions, 'accept', 'agree')", "questions", "7",
       "answers.option"},
      {"DELETE FROM conversations", "conversations", "1", "conversations.user"},
      {"UPDATE inbox_users SET active = 2 WHERE user_id = 1", "inbox_users", "1",
       "inbox_users.active"},
      {"UPDATE inbox_users SET last_seq = 2 WHERE user_id = 1", "inbox_users", "1",
       "inbox_users.last_seq"},
      {"UPDATE inbox_users SET older_unread = 1 WHERE user_id = 1", "inbox_users", "1",
       "inbox_users.older_unread"},
      {"UPDATE inbox_items SET seq = 2 WHERE user_id = 1", "inbox_users", "1", "inbox_items.gap"},
      {"UPDATE counters SET count = count + 1 WHERE state = 4", "counters", "delivered",
       "counters.count"},
      {"DELETE FROM counters WHERE state = 0", "counters", "queued", "counters.count"},
      {"UPDATE idempotency SET id = 'gone'", "idempotency", "1", "idempotency.id"},
      {"UPDATE dedupe SET id = 'gone'", "dedupe", "1", "dedupe.id"},
      {"UPDATE parked_receipts SET expires = 1", "parked_receipts", "1", "parked_receipts.expires"},
      {"UPDATE parked_receipts SET provider_id = 'p1', channel = 'sms'", "parked_receipts", "1",
       "parked_receipts.known"},
      {"UPDATE parked_receipts SET provider_id = 'attempt ' || (SELECT id FROM notifications WHERE "
       "rowid = 4) || '.1.0.1', channel = 'webchat'",
       "parked_receipts", "1", "parked_receipts.known"},
      {"UPDATE parked_receipts SET event = (SELECT event FROM timeline LIMIT 1)", "parked_receipts",
       "1", "parked_receipts.event"},
      {"DELETE FROM journal WHERE pos = 2", "journal", "3", "journal.pos"},
      {"DELETE FROM journal WHERE notification = 4", "journal", "none", "journal.missing"},
      {"UPDATE journal SET first_seq = 3, last_seq = 3 WHERE pos = 1", "journal", "1",
       "journal.first_seq"},
      {"UPDATE journal SET first_seq = 1 WHERE pos = 2", "journal", "2", "journal.first_seq"},
      {"UPDATE journal SET notification = 2 WHERE pos = 3", "journal", "3", "journal.first_seq"},
      {"INSERT INTO journal SELECT 1 + (SELECT max(pos) FROM journal), notification, first_seq, "
       "last_seq, before, state, reason, evidence_before, evidence FROM journal WHERE pos = 2",
       "journal", "21", "journal.first_seq"},
      {"UPDATE notifications SET last_seq = 9 WHERE rowid = 2", "journal", "2", "journal.last_seq"},
      {"UPDATE journal SET before = 0 WHERE pos = 2", "journal", "2", "journal.before"},
      {"UPDATE journal SET state = 7 WHERE pos = 2", "journal", "2", "journal.state"},
      {"UPDATE journal SET reason = 0 WHERE pos = 2", "journal", "2", "journal.reason"},
      {"UPDATE journal SET evidence_before = 4 WHERE pos = 2", "journal", "2",
       "journal.evidence_before"},
      {"UPDATE journal SET evidence = 0 WHERE pos = 2", "journal", "2", "journal.evidence"},
      {"UPDATE webhooks SET cursor = cursor + 1", "webhooks", "shop", "webhooks.cursor"},
      {"DELETE FROM journal WHERE pos <= 5; UPDATE webhooks SET cursor = 4", "webhooks", "shop",
       "webhooks.cursor"},
      {"UPDATE webhook_messages SET pos = 99", "webhook_messages", "shop/99",
       "webhook_messages.pos"},
      {"UPDATE webhook_messages SET notification = 'gone'", "webhook_messages", "shop/2",
       "webhook_messages.notification"},
      {"DELETE FROM notifications WHERE rowid = 2", "timeline", "2", "notification.missing"},
  };
  const auto whole = path() + ".whole";
  std::filesystem::copy_file(path(), whole);
  for (const auto& breaking : kBreaks) {
    SCOPED_TRACE(breaking.sql);
    for (const auto* more : {"", "-wal", "-shm"}) std::filesystem::remove(path() + more);
    std::filesystem::copy_file(whole, path());
    ask(breaking.sql);
    const auto broken = audit();
    const bool named = std::any_of(broken.begin(), broken.end(), [&](const BrokenRow& b) {
      return b.table == breaking.table && b.row == breaking.row && b.rule == breaking.rule;
    });
    EXPECT_TRUE(named) << "expected " << breaking.table << " " << breaking.row << " "
                       << breaking.rule << ", got:\n"
                       << texts(broken);
  }
}

TEST_F(Audit, RefusesWhatItCannotRead) {
  EXPECT_EQ(open_audit("sqlite:" + path() + ".none", Beside::nobody).error().code, Code::invalid);
  store = value(open(options, decide, clock));
  const auto busy = open_audit(options.url, Beside::nobody);
  ASSERT_FALSE(busy);
  EXPECT_EQ(busy.error().code, Code::unavailable);
  EXPECT_NE(busy.error().message.find("heraldctl audit"), std::string::npos);
  EXPECT_TRUE(open_audit(options.url, Beside::our_own_store).has_value());
  store.reset();
  ask("DELETE FROM schema_version WHERE version > 1");
  EXPECT_EQ(open_audit(options.url, Beside::nobody).error().code, Code::invalid);
}

}  // namespace
}  // namespace herald::store::test
