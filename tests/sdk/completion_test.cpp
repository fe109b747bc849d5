#include <thread>

#include "sdk/fixture.hpp"

using herald::Completion;
using herald::Delivery;
using herald::Outcome;
using herald_test::Probe;
using Sdk = herald_test::SdkTest;

TEST_F(Sdk, AnswersInsideTheCall) {
  script.deliver = [](Probe&, const Delivery& d, Completion done) {
    EXPECT_EQ(done.op(), d.op);
    done(Outcome::accepted("wamid.1"));
    EXPECT_FALSE(done);
  };
  start();
  const auto op = host.deliver({.id = "1"});
  ASSERT_NE(host.outcome(op), nullptr);
  EXPECT_EQ(host.outcome(op)->result, HERALD_ACCEPTED);
  EXPECT_EQ(host.outcome(op)->provider_id, "wamid.1");
  EXPECT_EQ(finish(), "");
}

TEST_F(Sdk, CarriesEveryFieldOfAMessage) {
  Delivery seen;
  script.deliver = [&](Probe&, const Delivery& d, Completion done) {
    seen = d;
    done(Outcome::delivered());
  };
  start();
  herald::Message m{.id = "i",
                    .herald_id = "h",
                    .kind = "k",
                    .type = "t",
                    .recipient = "r",
                    .address_kind = "phone",
                    .user = "42",
                    .locale = "fr-CM",
                    .time_zone = "Africa/Douala",
                    .subject = "s",
                    .params_json = "{}",
                    .conversation = "c",
                    .identities = {{"phone", "+1"}, {"phone", "+2"}},
                    .fields = {{"price", "15 000"}},
                    .parts = {{"text/plain", "", "Bonjour"}, {"image/png", "a.png", "\x89"}},
                    .actions = {{"yes", "OUI", "OUI"}, {"no", "NON", "NON"}},
                    .priority = 3,
                    .created_unix_ms = 5,
                    .expires_unix_ms = 6};
  const auto op = host.deliver(m, 7);
  EXPECT_EQ(seen.op, op);
  EXPECT_EQ(seen.attempt, 7u);
  EXPECT_EQ(seen.attempt_id, "attempt-" + std::to_string(op));
  EXPECT_EQ(seen.timeout, std::chrono::seconds{30});
  const auto& got = seen.message;
  EXPECT_EQ(got.id + got.herald_id + got.kind + got.type + got.recipient, "ihktr");
  EXPECT_EQ(got.address_kind + got.user + got.locale + got.time_zone, "phone42fr-CMAfrica/Douala");
  EXPECT_EQ(got.subject + got.params_json + got.conversation, "s{}c");
  EXPECT_EQ(got.identities, m.identities);
  EXPECT_EQ(got.fields, m.fields);
  ASSERT_EQ(got.parts.size(), 2u);
  EXPECT_EQ(got.parts[1].name, "a.png");
  EXPECT_EQ(got.body("text/plain"), "Bonjour");
  EXPECT_EQ(got.body("text/html"), "");
  ASSERT_EQ(got.actions.size(), 2u);
  EXPECT_EQ(got.actions[1].label, "NON");
  EXPECT_EQ(got.priority, 3u);
  EXPECT_EQ(got.created_unix_ms + got.expires_unix_ms, 11);
  EXPECT_EQ(finish(), "");
}

TEST_F(Sdk, DroppedCompletionIsUnknown) {
  script.deliver = [](Probe&, const Delivery&, Completion) {};
  start();
  const auto op = host.deliver({});
  ASSERT_NE(host.outcome(op), nullptr);
  EXPECT_EQ(host.outcome(op)->result, HERALD_UNKNOWN);
  EXPECT_TRUE(host.last_status().ok());
  EXPECT_EQ(finish(), "");
}

TEST_F(Sdk, DroppedLaterIsUnknownToo) {
  script.deliver = [](Probe& p, const Delivery&, Completion done) {
    p.kept.push_back(std::move(done));
    p.host().post([&p] { p.kept.clear(); });
  };
  start();
  const auto op = host.deliver({});
  ASSERT_NE(host.outcome(op), nullptr);
  EXPECT_EQ(host.outcome(op)->result, HERALD_UNKNOWN);
  EXPECT_EQ(finish(), "");
}

TEST_F(Sdk, ThrowIsTheStatusAndTheOnlyAnswer) {
  script.deliver = [](Probe&, const Delivery&, Completion) {
    throw herald::Error{HERALD_E_INVALID, "no such template"};
  };
  start();
  const auto op = host.deliver({});
  EXPECT_EQ(host.outcome(op), nullptr)
      << "the dropped Completion must not answer before the status";
  EXPECT_EQ(host.last_status().code, HERALD_E_INVALID);
  EXPECT_EQ(host.last_status().text, "no such template");
  EXPECT_EQ(finish(), "");
}

TEST_F(Sdk, ForeignExceptionsStopAtTheBoundary) {
  script.deliver = [](Probe&, const Delivery&, Completion) { throw std::runtime_error{"boom"}; };
  start();
  host.deliver({});
  EXPECT_EQ(host.last_status().code, HERALD_E_INTERNAL);
  EXPECT_EQ(host.last_status().text, "boom");
  script.deliver = [](Probe&, const Delivery&, Completion) { throw 42; };
  host.deliver({});
  EXPECT_EQ(host.last_status().code, HERALD_E_INTERNAL);
  EXPECT_EQ(finish(), "");
}

TEST_F(Sdk, CompletionKeptByACallThatThrewIsDead) {
  script.deliver = [](Probe& p, const Delivery&, Completion done) {
    p.kept.push_back(std::move(done));
    throw herald::Error{HERALD_E_LIMIT, "later"};
  };
  script.stop = [](Probe& p) { p.kept.front()(Outcome::delivered()); };
  start();
  const auto op = host.deliver({});
  EXPECT_EQ(host.last_status().code, HERALD_E_LIMIT);
  EXPECT_EQ(finish(), "") << "nothing was owed any more, so nothing may be answered";
  EXPECT_EQ(host.outcome(op), nullptr);
}

TEST_F(Sdk, SecondAnswerDoesNothing) {
  script.deliver = [](Probe&, const Delivery&, Completion done) {
    done(Outcome::rejected(HERALD_REASON_BAD_RECIPIENT, "no"));
    done(Outcome::delivered());
  };
  start();
  const auto op = host.deliver({});
  ASSERT_NE(host.outcome(op), nullptr);
  EXPECT_EQ(host.outcome(op)->result, HERALD_REJECTED);
  EXPECT_EQ(finish(), "");
}

TEST_F(Sdk, AnswersFromAnotherThread) {
  std::thread worker;
  script.deliver = [&](Probe&, const Delivery&, Completion done) {
    worker = std::thread{[done = std::move(done)]() mutable { done(Outcome::delivered("t")); }};
  };
  script.stop = [&](Probe&) { worker.join(); };
  start();
  const auto op = host.deliver({});
  EXPECT_EQ(finish(), "");
  ASSERT_NE(host.outcome(op), nullptr);
  EXPECT_EQ(host.outcome(op)->provider_id, "t");
}

TEST_F(Sdk, WhatIsOpenAtStopEndsAsUnknownWithoutALateCall) {
  script.deliver = [](Probe& p, const Delivery&, Completion done) {
    p.host().after(std::chrono::hours{1},
                   [done = std::move(done)]() mutable { done(Outcome::delivered()); });
  };
  start();
  const auto op = host.deliver({});
  EXPECT_EQ(host.outcome(op), nullptr);
  EXPECT_EQ(finish(), "");
  ASSERT_NE(host.outcome(op), nullptr);
  EXPECT_EQ(host.outcome(op)->result, HERALD_UNKNOWN);
}

TEST_F(Sdk, HostCopiesAreSafeAfterStop) {
  std::optional<herald::Host> copy;
  script.start = [&](Probe& p) { copy = p.host(); };
  start();
  EXPECT_EQ(finish(), "");
  copy->info("too late");
  EXPECT_EQ(copy->post([] { FAIL(); }), HERALD_E_STATE);
  EXPECT_EQ(finish(), "") << "the layer's gate must keep late calls from the host";
}

TEST_F(Sdk, CancelReachesThePlugin) {
  herald_op cancelled = 0;
  script.deliver = [](Probe& p, const Delivery&, Completion done) {
    p.kept.push_back(std::move(done));
  };
  script.cancel = [&](Probe& p, herald_op op) {
    cancelled = op;
    p.kept.front()(Outcome::retry(HERALD_REASON_CANCELLED, "not sent"));
  };
  start();
  const auto op = host.deliver({});
  host.cancel(op);
  EXPECT_EQ(cancelled, op);
  ASSERT_NE(host.outcome(op), nullptr);
  EXPECT_EQ(host.outcome(op)->reason, HERALD_REASON_CANCELLED);
  EXPECT_EQ(finish(), "");
}
