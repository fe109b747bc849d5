#include "support.hpp"

namespace herald::config {
namespace {

using namespace std::chrono_literals;

TEST(Webhooks, AreReadWithTheirDefaults) {
  const Loaded l{R"(secrets: { new: { credential: new }, old: { credential: old } }
webhooks:
  - { name: shop, url: "https://shop.example/hook?key=1", secret: new }
  - name: all
    url: http://10.1.2.3:8080
    secret: [new, old]
    match: { kind: [provider.*, message], producer: "token:*" }
    events: [ended, evidence]
    retry_after: [1s, 5m]
    timeout: 5s
    in_flight: 1
outbound: { allow: [10.0.0.0/8, ::1] }
)"};
  ASSERT_TRUE(l.result) << l.shown();
  ASSERT_EQ(l->webhooks.size(), 2U);
  Webhook shop;
  shop.name = "shop";
  shop.url = "https://shop.example/hook?key=1";
  shop.secrets = {"new"};
  EXPECT_EQ(l->webhooks[0], shop);
  const auto& all = l->webhooks[1];
  EXPECT_EQ(all.secrets, (std::vector<std::string>{"new", "old"}));
  EXPECT_EQ(all.kinds, (std::vector<std::string>{"provider.*", "message"}));
  EXPECT_EQ(all.producers, std::vector<std::string>{"token:*"});
  EXPECT_EQ(all.events, (std::vector<std::string>{"ended", "evidence"}));
  EXPECT_EQ(all.retry_after, (std::vector<Duration>{1s, 5min}));
  EXPECT_EQ(all.timeout, 5s);
  EXPECT_EQ(all.in_flight, 1U);
  EXPECT_EQ(l->outbound_allow, (std::vector<std::string>{"10.0.0.0/8", "::1"}));
}

TEST(Webhooks, MistakesNameTheirPlace) {
  const Loaded l{R"(secrets: { key: { credential: key } }
webhooks:
  - { name: shop, url: "https://user:pw@shop.example/", secret: kez }
  - { name: shop, url: shop.example, events: [endet], retry_after: [soon] }
outbound: { allow: [example.org] }
)"};
  ASSERT_FALSE(l.result);
  const auto shown = l.shown();
  for (const auto* part :
       {"t.yaml:3:24: error: `webhooks[0].url` must be a URL",
        "t.yaml:3:65: error: there is no secret `kez` under `secrets`; did you mean `key`?",
        "t.yaml:4:24: error: `webhooks[1].url` must be a URL",
        "t.yaml:4:47: error: `webhooks[1].events[0]` must be of ended, corrected",
        "did you mean `ended`?", "`webhooks[1].retry_after[0]` must be a duration",
        "t.yaml:4:13: error: another webhook has the name `shop`",
        "t.yaml:4:5: error: a webhook needs",
        "`outbound.allow[0]` must be an address or a network"})
    EXPECT_NE(shown.find(part), std::string::npos) << part << "\n" << shown;
}

}  // namespace
}  // namespace herald::config
