#include "sdk/fixture.hpp"

using herald_test::Probe;
using Sdk = herald_test::SdkTest;

TEST_F(Sdk, KvIsCompareAndSetWithExpiry) {
  std::vector<herald_status> put;
  std::vector<uint64_t> version;
  script.start = [&](Probe& p) {
    const auto note = [&](herald::Done d) {
      put.push_back(d.status);
      version.push_back(d.version);
    };
    p.host().kv_put("k", "1", note, 0, HERALD_KV_ABSENT);
    p.host().kv_put("k", "2", note, 0, HERALD_KV_ABSENT);
    p.host().kv_put("k", "3", note, p.host().now_unix_ms() + 1000);
  };
  start();
  EXPECT_EQ(put, (std::vector<herald_status>{HERALD_OK, HERALD_E_CONFLICT, HERALD_OK}));
  EXPECT_GT(version[2], version[0]);
  EXPECT_EQ(host.store.kv["k"].value, "3");
  herald::Stored got;
  script.event = [&](Probe& p, const herald_event&) {
    p.host().kv_get("k", [&](herald::Stored s) { got = std::move(s); });
  };
  host.send(herald::testing::Loop::event(9999, 0));
  host.run();
  EXPECT_EQ(got.value, "3");
  EXPECT_EQ(got.version, version[2]);
  host.advance(std::chrono::seconds{1});
  host.send(herald::testing::Loop::event(9999, 0));
  host.run();
  EXPECT_TRUE(got.ok());
  EXPECT_EQ(got.version, 0u) << "expired is absent";
  EXPECT_EQ(finish(), "");
}

TEST_F(Sdk, DirectoryReceiptsAnswersAndSubmissions) {
  host.store.people = {{{"phone", "+237691924173"}, "42"}, {{"phone", "+2"}, "43"}};
  host.store.verdict = HERALD_ANSWER_WON;
  std::vector<std::string> got;
  script.start = [&](Probe& p) {
    auto& h = p.host();
    h.resolve({"phone", "+237691924173"}, [&](herald::Stored s) { got.push_back(s.value); });
    h.resolve({"phone", "+9"}, [&](herald::Stored s) { got.push_back("[" + s.value + "]"); });
    h.learn({"phone", "+237691924173"}, {"whatsapp.user_id", "W"});
    h.learn({"phone", "+2"}, {"whatsapp.user_id", "W"},
            [&](herald::Done d) { got.emplace_back(herald::describe(d.status)); });
    h.mark({"phone", "+2"}, HERALD_OPTED_OUT, 99);
    h.receipts({{.state = HERALD_RECEIPT_FAILED, .attempt_id = "a1", .result = HERALD_RETRY},
                {.state = HERALD_RECEIPT_READ, .provider_id = "p2"}},
               [&](herald::Done d) { got.emplace_back(d.ok() ? "committed" : "lost"); });
    h.answer({.from = {"phone", "+2"}, .herald_id = "h", .action_id = "yes"},
             [&](herald::Answered a) {
               got.push_back(a.herald_id + a.action_id + std::to_string(a.verdict));
             });
    h.submit(R"({"kind":"message"})", [&](herald::Stored s) { got.push_back(s.value); });
  };
  start();
  EXPECT_EQ(got, (std::vector<std::string>{"42", "[]", "conflict", "committed", "hyes1", "n1"}));
  EXPECT_EQ(host.store.user_of({"whatsapp.user_id", "W"}), "42");
  ASSERT_EQ(host.store.receipts.size(), 2u);
  EXPECT_EQ(host.store.receipts[0].attempt_id, "a1");
  EXPECT_EQ(host.store.receipts[0].result, HERALD_RETRY);
  EXPECT_EQ(host.store.receipts[1].result, 0) << "an outcome belongs to FAILED only";
  ASSERT_EQ(host.store.marks.size(), 1u);
  EXPECT_EQ(host.store.marks[0].until_unix_ms, 99);
  EXPECT_EQ(host.store.submitted[0], R"({"kind":"message"})");
  EXPECT_EQ(finish(), "");
}
