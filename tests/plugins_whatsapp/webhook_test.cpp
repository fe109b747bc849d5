#include "whatsapp_test.hpp"

namespace whatsapp_test {
namespace {

class Webhook : public Whatsapp {
 protected:
  Seen verify(const std::string& query) { return host.request("GET", kHook + "?" + query); }
};

TEST_F(Webhook, VerificationReturnsTheChallenge) {
  const auto seen =
      verify("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=open-sesame");
  EXPECT_EQ(seen.response.status, 200u);
  EXPECT_EQ(seen.response.body, "1158201444");
  EXPECT_TRUE(herald::header(seen.response.headers, "content-type").starts_with("text/plain"));
}

TEST_F(Webhook, VerificationByOthersIsRefused) {
  const std::string good = "hub.mode=subscribe&hub.challenge=1";
  EXPECT_EQ(verify(good + "&hub.verify_token=open-sesam").response.status, 403u);
  EXPECT_EQ(verify(good).response.status, 403u);
  EXPECT_EQ(
      verify("hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=open-sesame").response.status,
      400u);
  EXPECT_EQ(verify("hub.mode=subscribe&hub.verify_token=open-sesame").response.status, 400u);
  EXPECT_EQ(verify("hub.mode=subscribe&hub.challenge=%3Cb%3E&hub.verify_token=open-sesame")
                .response.status,
            400u);
  host.core.set_secret("verify_token", "");
  EXPECT_EQ(verify(good + "&hub.verify_token=").response.status, 403u);
}

TEST_F(Webhook, StatusesBecomeReceipts) {
  const auto seen = post(statuses({status("sent"), status("delivered"), status("read")}));
  EXPECT_EQ(seen.response.status, 200u);
  const auto& got = host.store.receipts;
  ASSERT_EQ(got.size(), 3u);
  EXPECT_EQ(got[0].state, HERALD_RECEIPT_SENT);
  EXPECT_EQ(got[1].state, HERALD_RECEIPT_DELIVERED);
  EXPECT_EQ(got[2].state, HERALD_RECEIPT_READ);
  for (const auto& r : got) {
    EXPECT_EQ(r.provider_id, kWamid);
    EXPECT_EQ(r.attempt_id, "attempt-1");
    EXPECT_EQ(r.at_unix_ms, 1'763'719'203'000);
  }
}

TEST_F(Webhook, RepeatedAndReorderedStatusesArePassedOnAsTheyCome) {
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(post(statuses({status("read"), status("delivered"), status("sent")})).response.status,
              200u);
  ASSERT_EQ(host.store.receipts.size(), 6u);
  EXPECT_EQ(host.store.receipts[0].state, HERALD_RECEIPT_READ);
  EXPECT_EQ(host.store.receipts[5].state, HERALD_RECEIPT_SENT);
}

/// 200 says "never tell me again": not before the commit, not when it failed.
TEST_F(Webhook, TheAnswerWaitsForTheCommit) {
  const auto body = statuses({status("delivered")});
  const auto id = host.http.request(
      "POST", kHook,
      {.headers = {{"x-hub-signature-256", whatsapp::cloud_api::signature(kAppSecret, body)}},
       .body = body});
  EXPECT_FALSE(host.http.seen(id).answered);
  EXPECT_TRUE(host.store.receipts.empty());
  host.run();
  EXPECT_EQ(host.store.receipts.size(), 1u);
  EXPECT_EQ(host.http.seen(id).response.status, 200u);
}

TEST_F(Webhook, WhatCouldNotBeRecordedIsAskedForAgain) {
  for (const auto failure : {HERALD_E_LIMIT, HERALD_E_INTERNAL}) {
    host.fail_next("receipts", failure);
    const auto seen = post(statuses({status("delivered")}));
    EXPECT_EQ(seen.response.status, 503u);
    EXPECT_EQ(herald::header(seen.response.headers, "retry-after"), "5");
  }
  EXPECT_TRUE(host.store.receipts.empty());
  EXPECT_EQ(post(statuses({status("delivered")})).response.status, 200u);
}

TEST_F(Webhook, BatchesOfAnySizeAreRecordedWhole) {
  json::array many;
  for (int i = 0; i < 2'500; ++i)
    many.push_back(status("sent", "wamid.x" + std::to_string(i), "a" + std::to_string(i)));
  EXPECT_EQ(post(statuses(many)).response.status, 200u);
  ASSERT_EQ(host.store.receipts.size(), 2'500u);
  EXPECT_EQ(host.store.receipts[2'499].attempt_id, "a2499");
}

TEST_F(Webhook, APartThatFailsFailsTheWhole) {
  json::array many;
  for (int i = 0; i < 1'500; ++i) many.push_back(status("sent", "wamid.x" + std::to_string(i), ""));
  const auto body = statuses(many);
  host.fail_next("receipts", HERALD_E_LIMIT);
  EXPECT_EQ(post(body).response.status, 503u);
  EXPECT_EQ(post(body).response.status, 200u);
  EXPECT_EQ(host.store.receipts.size(), 1'500u);
}

TEST_F(Webhook, SeveralEntriesAndChanges) {
  const auto one = notice({change({{"statuses", json::array{status("sent", "wamid.1")}}}),
                           change({{"statuses", json::array{status("sent", "wamid.2")}}})});
  auto both = json::parse(one).as_object();
  auto entry = both["entry"].as_array()[0];
  both["entry"].as_array().push_back(entry);
  EXPECT_EQ(post(json::serialize(both)).response.status, 200u);
  EXPECT_EQ(host.store.receipts.size(), 4u);
}

/// A lost answer: the attempt's id alone joins; without it the provider's id does.
TEST_F(Webhook, EitherIdJoins) {
  post(statuses({status("sent", "", "attempt-7"), status("sent", "wamid.7", ""),
                 status("sent", "wamid.8", "has spaces"),
                 status("sent", std::string(300, 'x'), "attempt-9"), status("sent", "", "")}));
  const auto& got = host.store.receipts;
  ASSERT_EQ(got.size(), 4u);
  EXPECT_EQ(got[0].attempt_id, "attempt-7");
  EXPECT_EQ(got[0].provider_id, "");
  EXPECT_EQ(got[1].provider_id, "wamid.7");
  EXPECT_EQ(got[2].attempt_id, "");
  EXPECT_EQ(got[3].provider_id, "");
}

TEST_F(Webhook, TheUnknownIsTolerated) {
  auto odd = status("delivered");
  odd["timestamp"] = "soon";
  odd["pricing"] = nullptr;
  odd["conversation"] = {{"id", "x"}, {"origin", {{"type", "utility"}}}};
  odd.erase("recipient_id");
  auto body = notice({change({{"statuses", json::array{odd, status("warmed_up"), 7, nullptr}},
                              {"contacts", json::array{}},
                              {"new_thing", 1}}),
                      json::object{{"field", "account_update"}}, 5});
  EXPECT_EQ(post(body).response.status, 200u);
  ASSERT_EQ(host.store.receipts.size(), 1u);
  EXPECT_EQ(host.store.receipts[0].at_unix_ms, 0);
  for (const auto* empty : {"{}", R"({"entry":null})", R"({"entry":[{"changes":[{"value":{}}]}]})",
                            R"({"entry":[{"changes":[{"value":{"statuses":{}}}]}]})"})
    EXPECT_EQ(post(empty).response.status, 200u) << empty;
}

TEST_F(Webhook, StatusesOfAnotherNumberAreNotOurs) {
  EXPECT_EQ(
      post(notice({change({{"statuses", json::array{status("failed")}}}, "999")})).response.status,
      200u);
  EXPECT_TRUE(host.store.receipts.empty());
  post(notice({change({{"statuses", json::array{status("sent")}}}, "")}));
  EXPECT_EQ(host.store.receipts.size(), 1u);
}

TEST_F(Webhook, MessagesFromPeopleAreAcknowledgedAndCounted) {
  const json::array messages{
      {{"from", "237691924173"},
       {"id", "wamid.in1"},
       {"type", "text"},
       {"text", {{"body", "OUI"}}}},
      {{"from_user_id", "CM.1502576394655843"}, {"id", "wamid.in2"}, {"type", "interactive"}},
      {{"id", "wamid.in3"}, {"type", "button"}, {"button", {{"payload", "accept:42"}}}},
      {{"id", "wamid.in4"}, {"type", "hologram"}}};
  EXPECT_EQ(post(notice({change({{"messages", messages}})})).response.status, 200u);
  EXPECT_EQ(host.core.total("whatsapp_inbound_total"), 4);
  EXPECT_TRUE(host.store.receipts.empty());
  EXPECT_TRUE(row(kPhone).contains("wrote"));
  EXPECT_TRUE(row("CM.1502576394655843").contains("wrote"));
  std::string types;
  for (const auto& s : host.core.samples)
    if (s.name == "whatsapp_inbound_total")
      types += std::string{herald::find(s.labels, "type")} + " ";
  EXPECT_EQ(types, "button interactive other text ");
}

TEST_F(Webhook, ErrorsOfTheAccountReachTheOperator) {
  post(
      notice({change({{"errors", json::array{{{"code", 131031}, {"title", "Account locked"}}}}})}));
  EXPECT_TRUE(host.core.logged("problem with the account"));
}

TEST_F(Webhook, ForgeriesAreRefusedBeforeTheyAreRead) {
  const auto body = statuses({status("failed")});
  for (const auto& wrong :
       {std::string{}, whatsapp::cloud_api::signature("appsecret124", body),
        whatsapp::cloud_api::signature(kAppSecret, body + " "),
        whatsapp::cloud_api::signature(kAppSecret, body).substr(7), std::string{"sha256="}})
    EXPECT_EQ(post(body, wrong).response.status, 401u) << wrong;
  EXPECT_EQ(host.request("POST", kHook, {.body = body}).response.status, 401u);
  EXPECT_EQ(post("{", "sha256=0").response.status, 401u);
  EXPECT_TRUE(host.store.receipts.empty());
}

TEST_F(Webhook, SignedGarbageIs400) {
  for (const auto* garbage : {"", "{", "[]", "null", "\xFF", "{} {}"})
    EXPECT_EQ(post(garbage).response.status, 400u) << garbage;
  EXPECT_EQ(post(std::string(50'000, '[')).response.status, 400u);
}

TEST_F(Webhook, WithoutAnAppSecretNothingIsBelieved) {
  host.core.set_secret("app_secret", "");
  const auto body = statuses({status("failed")});
  EXPECT_EQ(post(body, whatsapp::cloud_api::signature("", body)).response.status, 503u);
  EXPECT_TRUE(host.store.receipts.empty());
}

TEST_F(Webhook, ANewAppSecretCountsWithoutARestart) {
  const auto body = statuses({status("sent")});
  host.core.set_secret("app_secret", "rotated");
  EXPECT_EQ(post(body).response.status, 401u);
  EXPECT_EQ(post(body, whatsapp::cloud_api::signature("rotated", body)).response.status, 200u);
}

TEST_F(Webhook, BodiesUpToFourMebibytes) {
  const auto padded = [](std::size_t size) {
    std::string body = R"({"entry":[]})";
    body.resize(size, ' ');
    return body;
  };
  EXPECT_EQ(post(padded(4 << 20)).response.status, 200u);
  EXPECT_EQ(post(padded((4 << 20) + 1)).response.status, 413u);
}

TEST_F(Webhook, OtherMethodsAndPathsAreNotHere) {
  EXPECT_EQ(host.request("PUT", kHook).response.status, 404u);
  EXPECT_EQ(host.request("GET", kHook + "/x").response.status, 404u);
}

// A second secret is accepted while one takes the other's place, and no longer.
TEST_F(Webhook, TwoSecretsWhileTheyChange) {
  const auto body = statuses({status("sent")});
  const auto with_new = whatsapp::cloud_api::signature("brand-new", body);
  EXPECT_EQ(post(body, with_new).response.status, 401u);
  host.core.set_secret("app_secret_2", "brand-new");
  EXPECT_EQ(post(body, with_new).response.status, 200u);
  EXPECT_EQ(post(body).response.status, 200u);
  host.core.set_secret("app_secret", "brand-new");
  host.core.set_secret("app_secret_2", "");
  EXPECT_EQ(post(body, with_new).response.status, 200u);
  EXPECT_EQ(post(body).response.status, 401u);
}

class WebhookElsewhere : public Whatsapp {
 protected:
  WebhookElsewhere() : Whatsapp(R"({"phone_number_id":"106540352242922","webhook_path":"/wa"})") {}
};

TEST_F(WebhookElsewhere, AtTheConfiguredPath) {
  EXPECT_EQ(host.request("GET", kHook).response.status, 404u);
  EXPECT_EQ(
      host.request("GET", "/wa?hub.mode=subscribe&hub.challenge=7&hub.verify_token=open-sesame")
          .response.body,
      "7");
}

}  // namespace
}  // namespace whatsapp_test
