#include <set>

#include "store/conformance.hpp"

namespace herald::store::test {
namespace {

TEST_P(StoreConformance, AcceptStoresEverythingAndQueuesIt) {
  auto n = some_notification(clock);
  n.priority = model::Priority::high;
  n.content_json = R"({"title":"é"})";
  const auto answer = value(accept(n));
  EXPECT_EQ(answer.id, n.id);
  EXPECT_FALSE(answer.repeated);
  const auto stored = timeline(n.id).notification;
  for (const auto& head : {answer.notification.head, stored.head}) {
    EXPECT_EQ(head.producer, n.producer);
    EXPECT_EQ(head.kind, n.kind);
    EXPECT_EQ(head.type, n.type);
    EXPECT_EQ(head.to, n.to);
    EXPECT_EQ(head.user, 1);
    EXPECT_EQ(head.params_json, n.params_json);
    EXPECT_EQ(head.content_json, n.content_json);
    EXPECT_EQ(head.priority, model::Priority::high);
    EXPECT_EQ(head.created, n.created);
    EXPECT_EQ(head.not_before, n.not_before);
    EXPECT_EQ(*head.chain, *n.chain);
  }
  EXPECT_EQ(stored.progress, answer.notification.progress);
  EXPECT_EQ(stored.progress.state, model::State::queued);
  EXPECT_EQ(stored.progress.due, n.created);
  EXPECT_EQ(stored.progress.expires, n.expires);
}

TEST_P(StoreConformance, NotBeforeIsWhenItIsDue) {
  auto n = some_notification(clock);
  n.not_before = clock.now() + 1h;
  const auto progress = value(accept(n)).notification.progress;
  EXPECT_EQ(progress.due, n.not_before);
  EXPECT_EQ(progress.reason, model::Reason::not_before);
}

TEST_P(StoreConformance, SameIdTwiceIsAConflict) {
  const auto n = some_notification(clock);
  value(accept(n));
  const auto again = accept(n);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::conflict);
  EXPECT_EQ(counts().backlog, 1U);
}

// covers: S52
TEST_P(StoreConformance, UnknownRecipientIsRefusedAndNothingStored) {
  for (const model::Identity& to : {model::Identity{"user", "99"},
                                    {"user", "1x"},
                                    {"user", "-1"},
                                    {"phone", "+237600000000"},
                                    {"email", "a@b.cm"}}) {
    auto n = some_notification(clock);
    n.to = to;
    n.idempotency_key = "k";
    const auto answer = accept(n);
    ASSERT_FALSE(answer) << to.value;
    EXPECT_EQ(answer.error().code, Code::not_found) << to.value;
  }
  EXPECT_EQ(counts().backlog, 0U);
}

TEST_P(StoreConformance, UnknownRecipientIsCreatedWhenAsked) {
  auto n = some_notification(clock);
  n.to = {"phone", "+237677000000"};
  n.create_recipient = true;
  const auto first = value(accept(n)).notification.head.user;
  EXPECT_GT(first, 2);
  EXPECT_LT(first, 100'000'000);
  n.id = fresh_id();
  EXPECT_EQ(value(accept(n)).notification.head.user, first);

  n.id = fresh_id();
  n.to = {"user", "123456789"};
  EXPECT_EQ(value(accept(n)).notification.head.user, 123456789);
}

TEST_P(StoreConformance, PhoneFindsWhatsappFirst) {
  User user;
  user.id = 7;
  user.identities = {{"whatsapp.phone", "+237690000001"}};  // user 1 has it as a plain phone
  value(wait<User>([&](auto done) { store->put_user(user, done); }));
  auto n = some_notification(clock);
  n.to = {"phone", "+237690000001"};
  EXPECT_EQ(value(accept(n)).notification.head.user, 7);
}

TEST_P(StoreConformance, IdempotencyKeyGivesTheFirstIdAgain) {
  auto n = some_notification(clock);
  n.idempotency_key = "order-1";
  n.body_digest = "aa";
  const auto first = value(accept(n));
  auto again = n;
  again.id = fresh_id();
  const auto repeated = value(accept(again));
  EXPECT_TRUE(repeated.repeated);
  EXPECT_EQ(repeated.id, first.id);

  again.body_digest = "bb";
  const auto other = accept(again);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Code::unprocessable);

  again.producer = "token:other";
  EXPECT_FALSE(value(accept(again)).repeated);
  EXPECT_EQ(counts().backlog, 2U);
}

TEST_P(StoreConformance, KeysAreForgottenAfter24Hours) {
  auto n = some_notification(clock);
  n.idempotency_key = "order-1";
  n.dedupe_key = "42/assigned";
  value(accept(n));
  clock.advance(24h - 1s);
  n.id = fresh_id();
  EXPECT_TRUE(value(accept(n)).repeated);
  clock.advance(2s);
  n.id = fresh_id();
  EXPECT_FALSE(value(accept(n)).repeated);
  const auto latest = n.id;
  n.id = fresh_id();
  EXPECT_EQ(value(accept(n)).id, latest);
}

// covers: S102
TEST_P(StoreConformance, DedupeKeyIsOfThePersonHoweverTheyAreNamed) {
  auto n = some_notification(clock);
  n.to = {"phone", "+237691924173"};
  n.create_recipient = true;
  n.dedupe_key = "42/assigned";
  const auto first = value(accept(n));
  n.id = fresh_id();
  n.to = {"user", std::to_string(first.notification.head.user)};
  EXPECT_EQ(value(accept(n)).id, first.id);
  n.id = fresh_id();
  n.to = {"phone", "+237691924174"};
  EXPECT_FALSE(value(accept(n)).repeated);
}

TEST_P(StoreConformance, DedupeKeyIgnoresTheBody) {
  auto n = some_notification(clock);
  n.dedupe_key = "42/assigned";
  n.body_digest = "aa";
  const auto first = value(accept(n));
  n.id = fresh_id();
  n.body_digest = "bb";
  const auto repeated = value(accept(n));
  EXPECT_TRUE(repeated.repeated);
  EXPECT_EQ(repeated.id, first.id);
  EXPECT_EQ(counts().backlog, 1U);
}

TEST_P(StoreConformance, HundredEqualRequestsAtOnceMakeOneRecord) {
  auto n = some_notification(clock);
  n.idempotency_key = "order-1";
  std::vector<Answer<Accepted>> answers(100);
  for (auto& answer : answers) {
    n.id = fresh_id();
    store->accept(n, answer.done());
  }
  std::set<std::string> ids;
  int fresh = 0;
  for (auto& answer : answers) {
    const auto accepted = value(answer.get());
    ids.insert(accepted.id);
    fresh += accepted.repeated ? 0 : 1;
  }
  EXPECT_EQ(ids.size(), 1U);
  EXPECT_EQ(fresh, 1);
  EXPECT_EQ(counts().backlog, 1U);
}

// covers: F61
TEST_P(StoreConformance, SqlInEveryTextIsOnlyText) {
  const std::string evil = "'; DROP TABLE notifications; --\" OR 1=1 %_ \\";
  auto n = some_notification(clock);
  for (auto* text : {&n.producer, &n.kind, &n.type, &n.params_json, &n.content_json,
                     &n.idempotency_key, &n.dedupe_key, &n.body_digest})
    *text = evil;
  n.to = {evil, evil};
  n.create_recipient = true;
  const auto user = value(accept(n)).notification.head.user;
  Apply request;
  request.id = n.id;
  request.append = model::NewItem{user, n.id, evil, evil, evil, evil, {{evil, evil, evil}}};
  request.rendering = Apply::Rendering{1, 0, evil, evil};
  value(apply(request));
  ListQuery query;
  query.kind = evil;
  const auto found =
      value(wait<std::vector<model::Notification>>([&](auto done) { store->list(query, done); }));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].head.params_json, evil);
  EXPECT_EQ(found[0].head.to.value, evil);
  EXPECT_EQ(page(user).items.at(0).text, evil);
  EXPECT_EQ(wait<Timeline>([&](auto done) { store->timeline(evil, done); }).error().code,
            Code::not_found);
  EXPECT_EQ(value(wait<model::UserId>([&](auto done) {
              store->resolve({"phone", evil}, done);
            })),
            0);
}

TEST_P(StoreConformance, BacklogIsBoundedAndEndingsMakeRoom) {
  options.backlog = 2;
  store->reconfigure(options);
  const auto first = accepted();
  accepted();
  const auto refused = accept(some_notification(clock));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::unavailable);
  applied(first, {model::event::Cancel{"test"}});
  accepted();
}

}  // namespace
}  // namespace herald::store::test
