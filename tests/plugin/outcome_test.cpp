#include "plugin/outcome.hpp"

#include <gtest/gtest.h>

#include "plugin/log_gate.hpp"
#include "plugin/text.hpp"

namespace herald::plugin {
namespace {

using model::OutcomeKind;
using model::Reason;

herald_outcome raw(uint32_t result) {
  herald_outcome o{};
  o.struct_size = sizeof o;
  o.result = result;
  return o;
}

TEST(Outcome, ReturnsOfDeliverMapByTheStateMachinesRule14) {
  EXPECT_EQ(outcome_of(HERALD_E_INVALID, "").kind, OutcomeKind::rejected);
  EXPECT_EQ(outcome_of(HERALD_E_UNSUPPORTED, "").kind, OutcomeKind::rejected);
  EXPECT_EQ(outcome_of(HERALD_E_LIMIT, "").kind, OutcomeKind::retry);
  EXPECT_EQ(outcome_of(HERALD_E_STATE, "").kind, OutcomeKind::channel_down);
  EXPECT_EQ(outcome_of(HERALD_E_INTERNAL, "x").kind, OutcomeKind::unknown);
  EXPECT_EQ(outcome_of(HERALD_E_DENIED, "").kind, OutcomeKind::unknown);
  EXPECT_EQ(outcome_of(12345, "").kind, OutcomeKind::unknown);
  EXPECT_EQ(outcome_of(HERALD_E_INTERNAL, "x").detail, "x");
}

TEST(Outcome, ResultsAndReasonsMap) {
  std::string complaint;
  const std::pair<uint32_t, OutcomeKind> results[] = {
      {HERALD_DELIVERED, OutcomeKind::delivered},
      {HERALD_ACCEPTED, OutcomeKind::accepted},
      {HERALD_RETRY, OutcomeKind::retry},
      {HERALD_REJECTED, OutcomeKind::rejected},
      {HERALD_CHANNEL_DOWN, OutcomeKind::channel_down},
      {HERALD_UNKNOWN, OutcomeKind::unknown}};
  for (const auto& [result, kind] : results) {
    auto o = raw(result);
    const auto read = read_outcome(&o, {}, complaint);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->outcome.kind, kind);
  }
  auto o = raw(HERALD_RETRY);
  o.reason = HERALD_REASON_RATE_LIMITED;
  o.retry_after_ms = 1500;
  auto read = read_outcome(&o, {}, complaint);
  EXPECT_EQ(read->outcome.reason, Reason::rate_limited);
  EXPECT_EQ(read->outcome.retry_after, std::chrono::milliseconds{1500});
  o.reason = 999;  // of a newer SDK
  EXPECT_EQ(read_outcome(&o, {}, complaint)->outcome.reason, Reason::provider);
}

// covers: F41
TEST(Outcome, WhatAPluginSaysIsCheckedAtTheBoundary) {
  std::string complaint;
  EXPECT_FALSE(read_outcome(nullptr, {}, complaint));
  auto o = raw(0);
  EXPECT_FALSE(read_outcome(&o, {}, complaint));
  o = raw(77);
  EXPECT_FALSE(read_outcome(&o, {}, complaint));
  o = raw(HERALD_DELIVERED);
  o.struct_size = 8;
  EXPECT_FALSE(read_outcome(&o, {}, complaint));

  o = raw(HERALD_ACCEPTED);
  const std::string long_id(257, 'a'), long_text(10 << 20, 'b'), broken = "caf\xc3", nul{"a\0b", 3};
  o.provider_id = str(long_id);
  o.detail = str(long_text);
  auto read = read_outcome(&o, {}, complaint);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->outcome.provider_id, "");
  EXPECT_FALSE(complaint.empty());
  EXPECT_EQ(read->outcome.detail.size(), 500U);
  for (const auto& bad : {broken, nul}) {
    o.provider_id = str(bad);
    EXPECT_EQ(read_outcome(&o, {}, complaint)->outcome.provider_id, "");
  }
  o.provider_id = {};
  o.detail = str("a\nb\x1b[31m");
  EXPECT_EQ(read_outcome(&o, {}, complaint)->outcome.detail, "a\\x0ab\\x1b[31m");
  o.detail = {nullptr, 400};
  EXPECT_EQ(read_outcome(&o, {}, complaint)->outcome.detail, "");
}

TEST(Outcome, OutputsOfARenderingAreBounded) {
  Op op;
  op.kind = Op::Kind::render;
  op.max_output = 8;
  std::string complaint;
  herald_kv kv{str("text/plain"), str("12345678")};
  auto o = raw(HERALD_DELIVERED);
  o.output = {&kv, 1};
  EXPECT_EQ(read_outcome(&o, op, complaint)->output.at("text/plain"), "12345678");
  kv.value = str("123456789");
  EXPECT_FALSE(read_outcome(&o, op, complaint));
  o.output = {&kv, 33};
  EXPECT_FALSE(read_outcome(&o, op, complaint));
  o = raw(HERALD_ACCEPTED);
  EXPECT_FALSE(read_outcome(&o, op, complaint)) << "a rendering cannot be accepted";
}

TEST(Outcome, LateCompletionsBecomeReceipts) {
  const auto at = base::from_unix_ms(7);
  EXPECT_EQ(late_receipt("a", {OutcomeKind::delivered}, at)->kind, model::ReceiptKind::delivered);
  EXPECT_EQ(late_receipt("a", {OutcomeKind::accepted, Reason::none, {}, "p"}, at)->provider_id,
            "p");
  EXPECT_EQ(late_receipt("a", {OutcomeKind::accepted}, at)->kind, model::ReceiptKind::sent);
  const auto failed = late_receipt("a", {OutcomeKind::rejected, Reason::bad_recipient}, at);
  EXPECT_EQ(failed->kind, model::ReceiptKind::failed);
  EXPECT_EQ(failed->outcome.reason, Reason::bad_recipient);
  EXPECT_EQ(failed->attempt_id, "a");
  EXPECT_FALSE(late_receipt("a", {OutcomeKind::unknown}, at));
}

TEST(Outcome, ReceiptsNeedANameAndAFailureAnOutcome) {
  herald_receipt r{};
  r.struct_size = sizeof r;
  r.state = HERALD_RECEIPT_DELIVERED;
  EXPECT_FALSE(read_receipt(r));
  r.provider_id = str("wamid.1");
  r.at_unix_ms = 5;
  ASSERT_TRUE(read_receipt(r));
  EXPECT_EQ(base::unix_ms(read_receipt(r)->at), 5);
  r.at_unix_ms = INT64_MAX;
  EXPECT_EQ(base::unix_ms(read_receipt(r)->at), 0);
  r.state = HERALD_RECEIPT_FAILED;
  EXPECT_FALSE(read_receipt(r));
  r.result = HERALD_CHANNEL_DOWN;
  r.reason = HERALD_REASON_AUTH;
  EXPECT_EQ(read_receipt(r)->outcome.kind, OutcomeKind::channel_down);
  r.state = 6;
  EXPECT_FALSE(read_receipt(r));
}

TEST(LogGate, LetsTheLimitThroughAndCountsTheRest) {
  LogGate gate{3};
  const base::MonoPoint t{std::chrono::seconds{5}};
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(gate.ask(t).pass);
  EXPECT_TRUE(gate.ask(t).first);
  EXPECT_FALSE(gate.ask(t).first);
  const auto later = gate.ask(t + std::chrono::seconds{1});
  EXPECT_TRUE(later.pass);
  EXPECT_EQ(later.suppressed, 2U);
  EXPECT_EQ(gate.flush(), 0U);
}

TEST(Text, NotesAreCutAtACharacter) {
  EXPECT_EQ(note("aé", 2), "a\\");  // the half of é is no text any more
  const std::string accents = "ééé";
  EXPECT_EQ(note_of(str(accents), 4), "éé");
  EXPECT_EQ(note_of(str(accents), 6), accents);
}

}  // namespace
}  // namespace herald::plugin
