#include "stage.hpp"

// What plugins keep and tell: kv, receipts, directory, submit.
namespace herald::plugin::testing {
namespace {

class StoreSide : public Stage {};

TEST_F(StoreSide, KvWithVersions) {
  run(spec(chat));
  const auto* t = chat.find<herald_host_kv>(HERALD_HOST_KV);
  ASSERT_EQ(t->kv_put(chat.host, 1, view("k"), view("v1"), 0, HERALD_KV_ABSENT), HERALD_OK);
  EXPECT_EQ(chat.events.at(0).version, 1U);
  ASSERT_EQ(t->kv_put(chat.host, 2, view("k"), view("v2"), 0, HERALD_KV_ABSENT), HERALD_OK);
  EXPECT_EQ(chat.events.at(1).status, HERALD_E_CONFLICT);
  ASSERT_EQ(t->kv_get(chat.host, 3, view("k")), HERALD_OK);
  EXPECT_EQ(chat.events.at(2).bytes, "v1");
  EXPECT_EQ(chat.events.at(2).version, 1U);
  ASSERT_EQ(t->kv_remove(chat.host, 4, view("k")), HERALD_OK);
  EXPECT_EQ(chat.events.at(3).status, HERALD_OK);
  ASSERT_EQ(t->kv_get(chat.host, 5, view("k")), HERALD_OK);
  EXPECT_EQ(chat.events.at(4).version, 0U);
  EXPECT_EQ(t->kv_get(chat.host, 6, {}), HERALD_E_INVALID);
  EXPECT_EQ(t->kv_get(chat.host, 0, view("k")), HERALD_E_INVALID);
  const std::string big(64 * 1024 + 1, 'x');
  EXPECT_EQ(t->kv_put(chat.host, 7, view("k"), view(big), 0, HERALD_KV_ANY_VERSION),
            HERALD_E_INVALID);
}

TEST_F(StoreSide, ReceiptsAreAnsweredAfterTheirCommit) {
  run(spec(chat));
  const auto* t = chat.find<herald_host_receipts>(HERALD_HOST_RECEIPTS);
  herald_receipt r[2]{};
  for (auto& one : r) one.struct_size = sizeof one;
  r[0].state = HERALD_RECEIPT_DELIVERED;
  r[0].provider_id = view("p1");
  r[1].state = HERALD_RECEIPT_FAILED;
  r[1].result = HERALD_REJECTED;
  r[1].reason = HERALD_REASON_BAD_RECIPIENT;
  r[1].attempt_id = view("n1.1.0.1");
  ASSERT_EQ(t->receipts(chat.host, 1, r, 2, sizeof r[0]), HERALD_OK);
  EXPECT_EQ(chat.events.at(0).status, HERALD_OK);
  const auto batch = delivered.batches.at(0);
  ASSERT_EQ(batch.receipts.size(), 2U);
  EXPECT_EQ(batch.receipts[0].kind, model::ReceiptKind::delivered);
  EXPECT_EQ(batch.receipts[1].outcome.kind, model::OutcomeKind::rejected);
  delivered.fail_receipts = true;
  ASSERT_EQ(t->receipts(chat.host, 2, r, 2, sizeof r[0]), HERALD_OK);
  EXPECT_EQ(chat.events.at(1).status, HERALD_E_LIMIT)
      << "the webhook must not be answered with 200";
  EXPECT_EQ(t->receipts(chat.host, 3, r, 1001, sizeof r[0]), HERALD_E_INVALID);
  EXPECT_EQ(t->receipts(chat.host, 3, r, 2, 8), HERALD_E_INVALID);
  r[1].result = 0;
  EXPECT_EQ(t->receipts(chat.host, 3, r, 2, sizeof r[0]), HERALD_E_INVALID);
}

TEST_F(StoreSide, DirectoryNormalisesAndResolves) {
  run(spec(chat));
  const auto* t = chat.find<herald_host_directory>(HERALD_HOST_DIRECTORY);
  const herald_identity phone{view("phone"), view("691924173")},
      other{view("whatsapp.user_id"), view("BS.1")};
  ASSERT_EQ(t->resolve(chat.host, 1, phone), HERALD_OK);
  EXPECT_EQ(chat.events.at(0).bytes, "42");
  ASSERT_EQ(t->resolve(chat.host, 2, other), HERALD_OK);
  EXPECT_EQ(chat.events.at(1).bytes, "");
  EXPECT_EQ(chat.events.at(1).status, HERALD_OK);
  ASSERT_EQ(t->resolve(chat.host, 3, {view("phone"), view("bad")}), HERALD_OK);
  EXPECT_EQ(chat.events.at(2).status, HERALD_E_INVALID);
  ASSERT_EQ(t->learn(chat.host, 4, phone, other), HERALD_OK);
  EXPECT_EQ(directory.calls.at(0), "+237691924173=BS.1");
  ASSERT_EQ(t->mark(chat.host, 5, phone, HERALD_OPTED_OUT, 0), HERALD_OK);
  EXPECT_EQ(directory.calls.at(1), "+237691924173:opted_out");
  EXPECT_EQ(chat.events.at(4).status, HERALD_E_NOT_FOUND);
  EXPECT_EQ(t->mark(chat.host, 6, phone, 9, 0), HERALD_E_INVALID);
}

TEST_F(StoreSide, SubmitNeedsItsGrant) {
  run(spec(chat));
  const auto* t = chat.find<herald_host_submit>(HERALD_HOST_SUBMIT);
  EXPECT_EQ(t->submit(chat.host, 1, view("{}")), HERALD_E_DENIED);
  EXPECT_EQ(producer.submits.size(), 0U);
}

TEST_F(StoreSide, SubmitAnswersTheIdOrTheCause) {
  auto s = spec(chat);
  s.grants = {"submit"};
  run(s);
  const auto* t = chat.find<herald_host_submit>(HERALD_HOST_SUBMIT);
  ASSERT_EQ(t->submit(chat.host, 1, view(R"({"kind":"message"})")), HERALD_OK);
  EXPECT_EQ(chat.events.at(0).bytes, "n1");
  EXPECT_EQ(producer.submits.at(0), R"(channel:chat {"kind":"message"})");
  ASSERT_EQ(t->submit(chat.host, 2, view("{\"a\":1,\"a\":2}")), HERALD_OK);
  EXPECT_EQ(chat.events.at(1).status, HERALD_E_INVALID);
  EXPECT_EQ(producer.submits.size(), 1U);
  producer.refuse = true;
  ASSERT_EQ(t->submit(chat.host, 3, view("{}")), HERALD_OK);
  EXPECT_EQ(chat.events.at(2).status, HERALD_E_INVALID);
  EXPECT_EQ(chat.events.at(2).bytes, "params.service: missing");
}

}  // namespace
}  // namespace herald::plugin::testing
