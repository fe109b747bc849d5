#include "store/conformance.hpp"

namespace herald::store::test {
namespace {

using model::event::Answered;

TEST_P(StoreConformance, AQuestionIsItsPersonsUntilItIsAnswered) {
  const auto first = asked(1), second = asked(1), other = asked(2);
  item_for(1);  // asks nothing
  EXPECT_EQ(asked_of(1), (std::vector{first, second}));
  EXPECT_EQ(asked_of(2), (std::vector{other}));
  EXPECT_EQ(questions(2)[0].actions, yes_no());
  EXPECT_EQ(questions(2)[0].notification.progress.attempts.size(), 1U);
  reopen();
  EXPECT_EQ(value(question(first)).actions, yes_no());
  EXPECT_EQ(value(question(first)).notification.head.user, 1);
}

TEST_P(StoreConformance, WhatAsksNothingHasNoActions) {
  const auto id = item_for(1);
  EXPECT_TRUE(value(question(id)).actions.empty());
  EXPECT_TRUE(asked_of(1).empty());
  EXPECT_EQ(question(fresh_id()).error().code, Code::not_found);
}

TEST_P(StoreConformance, TheOptionsAreThoseOfTheFirstTime) {
  const auto id = asked(1);
  Apply again;
  again.id = id;
  again.asks = {{"later", "PLUS TARD", "PLUS TARD"}};
  value(apply(again));
  EXPECT_EQ(value(question(id)).actions, yes_no());
}

TEST_P(StoreConformance, TheAnswerStandsInTheItemAndIsAnEventOfTheInbox) {
  const auto id = asked(1);
  const auto before = page(1);
  clock.advance(1s);
  const auto result = answered(id, "accept");
  EXPECT_EQ(result.answered, 1);
  ASSERT_TRUE(result.notification.progress.answer);
  EXPECT_EQ(result.notification.progress.answer->action, "accept");
  EXPECT_EQ(result.notification.progress.answer->at, clock.now());
  const auto after = page(1);
  ASSERT_EQ(after.items.size(), 1U);
  EXPECT_EQ(after.items[0].answered, "accept");
  EXPECT_TRUE(after.items[0].read) << "who answers has read";
  EXPECT_EQ(after.unread, 0);
  EXPECT_GT(after.last_seq, before.last_seq);
  model::ItemQuery since;
  since.user = 1;
  since.changes = true;
  since.after_seq = before.last_seq;
  const auto changes = value(wait<model::ItemPage>([&](auto done) { store->items(since, done); }));
  ASSERT_EQ(changes.items.size(), 1U);
  EXPECT_EQ(changes.items[0].answered, "accept");
  reopen();
  EXPECT_EQ(page(1).items[0].answered, "accept");
}

TEST_P(StoreConformance, TheFirstAnswerStands) {
  const auto id = asked(1);
  answered(id, "accept");
  const auto seq = page(1).last_seq;
  const auto second = answered(id, "refuse", "s2");
  EXPECT_EQ(second.notification.progress.answer->action, "accept");
  EXPECT_EQ(second.answered, 0);
  EXPECT_EQ(page(1).items[0].answered, "accept");
  EXPECT_EQ(page(1).last_seq, seq);
  reopen();
  EXPECT_EQ(timeline(id).notification.progress.answer->said, "s1");
}

TEST_P(StoreConformance, AnAnsweredQuestionIsGivenForAsLongAsItIsAskedFor) {
  const auto id = asked(1);
  answered(id, "refuse");
  clock.advance(30min);
  EXPECT_EQ(asked_of(1), std::vector{id});
  EXPECT_EQ(questions(1)[0].notification.progress.answer->action, "refuse");
  EXPECT_TRUE(asked_of(1, 29min).empty());
  EXPECT_EQ(value(question(id)).notification.progress.answer->action, "refuse");
}

TEST_P(StoreConformance, AnItemThatLeftTheListIsAnsweredThere) {
  const auto id = asked(1);
  for (unsigned i = 0; i < options.inbox_keep; ++i) item_for(1);
  EXPECT_EQ(page(1).older_unread, 1);
  answered(id, "accept");
  EXPECT_EQ(page(1).older_unread, 0);
  EXPECT_EQ(page(1, true).items[0].answered, "accept");
}

TEST_P(StoreConformance, AnItemThatComesAfterTheAnswerShowsIt) {
  const auto id = accepted();
  Apply request;
  request.id = id;
  request.events = {model::event::Due{}};
  request.asks = yes_no();
  value(apply(request));
  EXPECT_EQ(answered(id, "accept").answered, 0) << "there is no item yet";
  Apply late;
  late.id = id;
  late.append = some_item(1, id);
  const auto appended = value(apply(late));
  EXPECT_EQ(appended.answered, 1);
  ASSERT_TRUE(appended.item);
  EXPECT_EQ(appended.item->answered, "accept");
  EXPECT_EQ(page(1).items.at(0).answered, "accept");
}

TEST_P(StoreConformance, AQuestionAndItsAnswerMayShareATransaction) {
  const auto id = accepted();
  Apply request;
  request.id = id;
  request.events = {model::event::Due{},
                    model::event::Completed{{1, 0, 1}, outcome(model::OutcomeKind::accepted)},
                    Answered{{1, 0, 1}, "accept", "webchat", "s1"}};
  request.append = some_item(1, id);
  request.asks = yes_no();
  EXPECT_EQ(value(apply(request)).answered, 1);
  EXPECT_EQ(page(1).items.at(0).answered, "accept");
  EXPECT_EQ(asked_of(1), std::vector{id}) << "answered lately";
}

}  // namespace
}  // namespace herald::store::test
