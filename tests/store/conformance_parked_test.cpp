// Receipts that come before their attempt is known.
#include "store/conformance.hpp"

namespace herald::store::test {
namespace {

using model::Evidence;
using model::OutcomeKind;
using model::ReceiptKind;

TEST_P(StoreConformance, ParkedReceiptsAreDecidedInTheTransactionThatMakesTheirAttemptKnown) {
  EXPECT_FALSE(value(park({"webchat", "a", {}}, ReceiptKind::sent)));
  EXPECT_FALSE(value(park({"webchat", "a", {}}, ReceiptKind::delivered)));
  EXPECT_FALSE(value(park({"sms", "a", {}}, ReceiptKind::read)));
  EXPECT_FALSE(value(park({"webchat", "b", {}}, ReceiptKind::read)));
  reopen();
  const auto id = accepted();
  const auto answer = sent(id, "a");
  ASSERT_EQ(answer.parked.size(), 2U);
  EXPECT_EQ(std::get<model::event::Receipt>(answer.parked[0]).kind, ReceiptKind::sent);
  EXPECT_EQ(answer.notification.progress.state, model::State::delivered);
  EXPECT_EQ(answer.attempts_before, 0U);
  const auto kept = timeline(id);
  ASSERT_EQ(kept.entries.size(), 4U) << "due, completed, and the two receipts";
  EXPECT_EQ(kept.entries[3].state, model::State::delivered);
  EXPECT_EQ(kept.notification.progress.best_evidence(), Evidence::delivered);
  EXPECT_TRUE(sent(accepted(), "a").parked.empty()) << "they were taken";
}

TEST_P(StoreConformance, ParkedReceiptsAreFoundByTheIdOfAnAttemptToo) {
  const auto id = accepted();
  EXPECT_FALSE(value(park({"webchat", {}, id + ".1.0.1"}, ReceiptKind::delivered)));
  const auto answer = applied(id, {model::event::Due{}});
  EXPECT_EQ(answer.parked.size(), 1U);
  EXPECT_EQ(answer.notification.progress.state, model::State::delivered);
}

TEST_P(StoreConformance, ParkedEvidenceIsOfWhicheverAttemptOnThatChannelIsMade) {
  const auto id = accepted(), other = accepted();
  EXPECT_FALSE(value(park({"webchat", {}, id + ".1.0.7"}, ReceiptKind::failed)));
  EXPECT_FALSE(value(park({"webchat", {}, id + ".1.0.7"}, ReceiptKind::delivered)));
  EXPECT_FALSE(value(park({"sms", {}, id + ".1.0.7"}, ReceiptKind::read)));
  EXPECT_TRUE(applied(other, {model::event::Due{}}).parked.empty());
  const auto answer = applied(id, {model::event::Due{}});
  ASSERT_EQ(answer.parked.size(), 1U) << "that an attempt failed is no news of another";
  EXPECT_EQ(std::get<model::event::Receipt>(answer.parked[0]).attempt,
            (model::AttemptRef{1, 0, 1}));
  EXPECT_EQ(answer.notification.progress.best_evidence(), Evidence::delivered);
}

TEST_P(StoreConformance, AParkedReceiptThatNamesTheProvidersIdBringsWhatIsParkedUnderIt) {
  const auto id = accepted();
  model::event::Receipt sent{{}, ReceiptKind::sent, {}, clock.now(), "w"};
  value(wait<std::optional<FoundAttempt>>([&](auto done) {
    store->park_receipt({"webchat", {}, id + ".1.0.1"}, sent, clock.now(), done);
  }));
  EXPECT_FALSE(value(park({"webchat", "w", {}}, ReceiptKind::delivered)));
  const auto answer = applied(id, {model::event::Due{}});
  ASSERT_EQ(answer.parked.size(), 2U);
  EXPECT_EQ(answer.notification.progress.best_evidence(), Evidence::delivered);
  EXPECT_EQ(timeline(id).entries.size(), 3U);
}

TEST_P(StoreConformance, ParkedReceiptsAreNotKeptWhenTheAttemptIsKnownByNow) {
  const auto id = accepted();
  sent(id, "a");
  const auto known = value(park({"webchat", "a", {}}, ReceiptKind::read));
  ASSERT_TRUE(known);
  EXPECT_EQ(*known, (FoundAttempt{id, {1, 0, 1}}));
  EXPECT_EQ(value(park({"webchat", {}, id + ".1.0.1"}, ReceiptKind::read)), known);
  EXPECT_FALSE(value(park({"sms", "a", {}}, ReceiptKind::read))) << "another channel's";
}

TEST_P(StoreConformance, ParkedReceiptsAreBoundedInNumberAndTime) {
  for (int i = 0; i < 16; ++i) value(park({"webchat", "c", {}}, ReceiptKind::sent));
  EXPECT_EQ(park({"webchat", "c", {}}, ReceiptKind::sent).error().code, Code::limited);
  clock.advance(25h);
  EXPECT_TRUE(sent(accepted(), "c").parked.empty());
}

TEST_P(StoreConformance, ParkedReceiptsStayWhereTheirTransactionFails) {
  value(park({"webchat", "a", {}}, ReceiptKind::delivered));
  const auto id = accepted();
  Apply request;
  request.id = id;
  request.events = {model::event::Due{},
                    model::event::Completed{{1, 0, 1}, outcome(OutcomeKind::accepted, "a")}};
  request.append = some_item(77, id);
  EXPECT_EQ(apply(request).error().code, Code::unprocessable) << "it is not the recipient's";
  EXPECT_EQ(sent(id, "a").parked.size(), 1U);
}

}  // namespace
}  // namespace herald::store::test
