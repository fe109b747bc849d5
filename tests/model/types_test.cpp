#include "model/types.hpp"

#include <gtest/gtest.h>

#include <set>

namespace herald::model {
namespace {

template <class E, class From>
void expect_names(E last, From from) {
  std::set<std::string_view> names;
  for (unsigned i = 0; i <= static_cast<unsigned>(last); ++i) {
    const auto value = static_cast<E>(i);
    const auto name = to_string(value);
    EXPECT_FALSE(name.empty()) << i;
    EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string_view::npos)
        << name;
    EXPECT_EQ(from(name), value) << name;
    EXPECT_TRUE(names.insert(name).second) << name << " stands for two values";
  }
  for (const auto* other : {"", "Delivered", "delivered ", "nothing_of_that_name"})
    EXPECT_FALSE(from(other)) << other;
}

TEST(Names, EveryEnumeratorHasOneAndIsFoundByIt) {
  expect_names(Priority::urgent, priority_from);
  expect_names(State::cancelled, state_from);
  expect_names(Evidence::answered, evidence_from);
  expect_names(OutcomeKind::unknown, outcome_kind_from);
  expect_names(ReceiptKind::failed, receipt_kind_from);
  expect_names(Reason::killed_the_daemon, reason_from);
}

TEST(Names, TheReasonsAreInStep) {
  EXPECT_EQ(to_string(Reason::none), "none");
  EXPECT_EQ(to_string(Reason::bad_recipient), "bad_recipient");
  EXPECT_EQ(to_string(Reason::no_evidence_in_time), "no_evidence_in_time");
  EXPECT_EQ(to_string(Reason::quiet_past_expiry), "quiet_past_expiry");
  EXPECT_EQ(to_string(Reason::failed_after_accept), "failed_after_accept");
  EXPECT_EQ(to_string(Reason::invalid), "invalid");
}

TEST(States, TheLastFiveAreEndings) {
  for (const auto s : {State::queued, State::trying, State::waiting, State::holding})
    EXPECT_FALSE(is_ended(s));
  for (const auto s :
       {State::delivered, State::unconfirmed, State::undelivered, State::expired, State::cancelled})
    EXPECT_TRUE(is_ended(s));
}

TEST(Evidence, OfReceipts) {
  EXPECT_EQ(evidence_of(ReceiptKind::sent), Evidence::accepted);
  EXPECT_EQ(evidence_of(ReceiptKind::delivered), Evidence::delivered);
  EXPECT_EQ(evidence_of(ReceiptKind::read), Evidence::read);
  EXPECT_EQ(evidence_of(ReceiptKind::answered), Evidence::answered);
  EXPECT_EQ(evidence_of(ReceiptKind::failed), Evidence::none);
}

}  // namespace
}  // namespace herald::model
