#include "whatsapp_test.hpp"

namespace whatsapp_test {
namespace {

class TwilioDeliver : public Whatsapp {
 protected:
  TwilioDeliver() : Whatsapp(twilio_settings()) {}
};

TEST_F(TwilioDeliver, ATextByteForByte) {
  const auto o = deliver(twilio_accepted());
  EXPECT_EQ(o.result, HERALD_ACCEPTED);
  EXPECT_EQ(o.provider_id, kSid);
  const auto& request = host.http.fetches.at(0);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url,
            "https://api.twilio.com/2010-04-01/Accounts/" + kAccount + "/Messages.json");
  EXPECT_TRUE(request.once);
  EXPECT_EQ(herald::header(request.headers, "Authorization"),
            "Basic QUNhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYTowMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4"
            "OWFiY2RlZg==");
  EXPECT_EQ(herald::header(request.headers, "Content-Type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(request.body,
            "To=whatsapp%3A%2B237691924173&From=whatsapp%3A%2B14155238886&Body=Bonjour%20%2APaul%2A"
            "&StatusCallback=https%3A%2F%2Fnotify.example.com%2Fhooks%2Fwhatsapp%3Fattempt%3D"
            "attempt-1");
}

TEST_F(TwilioDeliver, LongTextsAreCutAndAnswersAreAsked) {
  auto m = message(std::string(3'000, 'x'));
  m.actions = {{"accept", "OUI", "oui"}, {"refuse", "NON", "non"}};
  deliver(twilio_accepted(), m);
  const auto fields = sent_form();
  const auto body = herald::find(fields, "Body");
  EXPECT_LE(body.size(), 1'600u + 2);  // "…" has three bytes
  EXPECT_TRUE(body.ends_with("…\n\n- oui\n- non")) << body.substr(body.size() - 30);
}

TEST_F(TwilioDeliver, WhatWaitsAtTwilioDoesNotOutliveTheNotification) {
  auto m = message();
  m.expires_unix_ms = host.now_unix_ms() + 90'000;
  deliver(twilio_accepted(), m);
  EXPECT_EQ(herald::find(sent_form(), "ValidityPeriod"), "90");
  m.expires_unix_ms = host.now_unix_ms() + 48 * 3'600'000;
  deliver(twilio_accepted(), m);
  EXPECT_EQ(herald::find(sent_form(), "ValidityPeriod"), "36000");
  m.expires_unix_ms = host.now_unix_ms();
  deliver(twilio_accepted(), m);
  EXPECT_EQ(herald::find(sent_form(), "ValidityPeriod"), "1");
}

TEST_F(TwilioDeliver, AUserIdCannotBeWrittenTo) {
  auto m = message();
  m.address_kind = "whatsapp.user_id";
  m.recipient = "CM.1502576394655843";
  EXPECT_EQ(outcome(host.deliver(m)).reason, HERALD_REASON_BAD_RECIPIENT);
  EXPECT_TRUE(host.http.fetches.empty());
}

TEST_F(TwilioDeliver, WhatMayHaveArrivedIsUnknown) {
  host.http.fail(HERALD_REACHED_PERHAPS, "connection reset");
  EXPECT_EQ(outcome(host.deliver(message())).result, HERALD_UNKNOWN);
  host.http.fail(HERALD_REACHED_NOTHING, "connection refused");
  EXPECT_EQ(outcome(host.deliver(message())).result, HERALD_RETRY);
}

TEST_F(TwilioDeliver, ANewTokenCountsWithoutARestart) {
  EXPECT_EQ(deliver(twilio_error(20003, 401)).result, HERALD_CHANNEL_DOWN);
  host.core.set_secret("auth_token", "");
  EXPECT_EQ(outcome(host.deliver(message())).result, HERALD_CHANNEL_DOWN);
  host.core.set_secret("auth_token", "fresh");
  EXPECT_EQ(deliver(twilio_accepted()).result, HERALD_ACCEPTED);
  EXPECT_TRUE(host.core.logged("works again"));
}

class TwilioTemplates : public Whatsapp {
 protected:
  TwilioTemplates()
      : Whatsapp(R"({"provider":"twilio","account_sid":")" + kAccount + R"(",
          "api_key_sid":"SKaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
          "messaging_service_sid":"MGaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
          "webhook_url":")" +
                 kPublicUrl + R"(","templates":{"service_request.confirmed":{
            "content_sid":{"fr":"HXaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                           "en":"HXbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"},
            "params":["service","location"]}}})") {}
  void SetUp() override {
    Whatsapp::SetUp();
    host.core.set_secret("api_key_secret", "key-secret");
  }
};

TEST_F(TwilioTemplates, ByContentSidWithVariables) {
  auto m = message();
  m.fields[1].second = "Rue \"8\"\n\n";
  EXPECT_EQ(deliver(twilio_accepted(), m).result, HERALD_ACCEPTED);
  const auto fields = sent_form();
  EXPECT_EQ(herald::find(fields, "ContentSid"), "HXaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
  EXPECT_EQ(herald::find(fields, "ContentVariables"), R"({"1":"Électricité","2":"Rue \"8\""})");
  EXPECT_EQ(herald::find(fields, "MessagingServiceSid"), "MGaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
  EXPECT_EQ(herald::find(fields, "From"), "");
  EXPECT_EQ(herald::find(fields, "Body"), "");
  EXPECT_EQ(herald::header(host.http.fetches[0].headers, "Authorization"),
            "Basic U0thYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYTprZXktc2VjcmV0");
  m.locale = "en-GB";
  deliver(twilio_accepted(), m);
  EXPECT_EQ(herald::find(sent_form(), "ContentSid"), "HXbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
}

TEST_F(TwilioTemplates, TheWindowDecidesAndMayBeClosedByTwilio) {
  twilio_post({{"MessageSid", "SMin"},
               {"From", "whatsapp:" + kPhone},
               {"To", "whatsapp:+14155238886"},
               {"Body", "Bonjour"},
               {"NumMedia", "0"},
               {"AccountSid", kAccount}});
  deliver(twilio_accepted());
  EXPECT_EQ(herald::find(sent_form(), "Body"), "Bonjour *Paul*");
  host.advance(std::chrono::minutes{1});
  EXPECT_EQ(deliver(twilio_error(63016)).result, HERALD_RETRY);
  deliver(twilio_accepted());
  EXPECT_EQ(herald::find(sent_form(), "Body"), "");
  EXPECT_NE(herald::find(sent_form(), "ContentSid"), "");
}

class TwilioWebhook : public Whatsapp {
 protected:
  TwilioWebhook() : Whatsapp(twilio_settings()) {}
  static herald::Fields status(const std::string& word, const std::string& sid = kSid) {
    return {{"SmsSid", sid},
            {"SmsStatus", word},
            {"MessageStatus", word},
            {"ChannelToAddress", kPhone},
            {"To", "whatsapp:" + kPhone},
            {"ChannelPrefix", "whatsapp"},
            {"MessageSid", sid},
            {"AccountSid", kAccount},
            {"From", "whatsapp:+14155238886"},
            {"ApiVersion", "2010-04-01"},
            {"ChannelInstallSid", "XEaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}};
  }
};

TEST_F(TwilioWebhook, StatusesBecomeReceiptsOfTheAttemptInTheAddress) {
  for (const auto* word : {"queued", "sent", "delivered", "read"}) {
    const auto seen = twilio_post(status(word), "?attempt=attempt-1");
    EXPECT_EQ(seen.response.status, 204u);
    EXPECT_TRUE(seen.response.body.empty());
  }
  const auto& got = host.store.receipts;
  ASSERT_EQ(got.size(), 4u);
  EXPECT_EQ(got[0].state, HERALD_RECEIPT_SENT);
  EXPECT_EQ(got[1].state, HERALD_RECEIPT_SENT);
  EXPECT_EQ(got[2].state, HERALD_RECEIPT_DELIVERED);
  EXPECT_EQ(got[3].state, HERALD_RECEIPT_READ);
  for (const auto& r : got) {
    EXPECT_EQ(r.provider_id, kSid);
    EXPECT_EQ(r.attempt_id, "attempt-1");
  }
}

TEST_F(TwilioWebhook, TheUnknownIsTolerated) {
  auto odd = status("warmed_up");
  EXPECT_EQ(twilio_post(odd).response.status, 204u);
  auto other = status("failed");
  other[7].second = "ACbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
  EXPECT_EQ(twilio_post(other).response.status, 204u);
  EXPECT_EQ(twilio_post({{"Thing", "1"}}).response.status, 204u);
  EXPECT_TRUE(host.store.receipts.empty());
  auto more = status("delivered");
  more.emplace_back("BrandNew", "");
  more.emplace_back("BrandNew", "é");
  EXPECT_EQ(twilio_post(more, "?attempt=has%20spaces").response.status, 204u);
  ASSERT_EQ(host.store.receipts.size(), 1u);
  EXPECT_EQ(host.store.receipts[0].attempt_id, "");
}

TEST_F(TwilioWebhook, ForgeriesAreRefused) {
  EXPECT_EQ(twilio_post(status("failed"), "", "another token").response.status, 401u);
  const auto good = whatsapp::twilio::signature(kAuthToken, kPublicUrl, status("read"));
  const auto post_as = [&](const herald::Fields& form, const std::string& target,
                           const std::string& signature) {
    return host
        .request("POST", target,
                 {.headers = {{"content-type", "application/x-www-form-urlencoded"},
                              {"host", "evil.example"},
                              {"x-twilio-signature", signature}},
                  .body = whatsapp::twilio::form(form)})
        .response.status;
  };
  EXPECT_EQ(post_as(status("read"), kHook, good), 204u);
  EXPECT_EQ(post_as(status("failed"), kHook, good), 401u);
  EXPECT_EQ(post_as(status("read"), kHook + "?attempt=attempt-2", good), 401u);
  EXPECT_EQ(post_as(status("read"), kHook, ""), 401u);
  EXPECT_EQ(host.store.receipts.size(), 1u);
  host.core.set_secret("auth_token", "");
  EXPECT_EQ(post_as(status("read"), kHook, good), 503u);
}

TEST_F(TwilioWebhook, TwoTokensWhileTheyChange) {
  EXPECT_EQ(twilio_post(status("read"), "", "secondary").response.status, 401u);
  host.core.set_secret("auth_token_2", "secondary");
  EXPECT_EQ(twilio_post(status("read"), "", "secondary").response.status, 204u);
  EXPECT_EQ(twilio_post(status("read")).response.status, 204u);
}

TEST_F(TwilioWebhook, WhatCouldNotBeRecordedIsNotAcknowledged) {
  host.fail_next("receipts", HERALD_E_INTERNAL);
  EXPECT_EQ(twilio_post(status("delivered")).response.status, 503u);
  EXPECT_TRUE(host.store.receipts.empty());
}

TEST_F(TwilioWebhook, SignedJsonIsNoForm) {
  const std::string body = "{}";
  const auto url = kPublicUrl + "?bodySHA256=" + whatsapp::hex(whatsapp::sha256(body));
  const auto seen = host.request(
      "POST", kHook + url.substr(kPublicUrl.size()),
      {.headers = {{"content-type", "application/json"},
                   {"x-twilio-signature", whatsapp::twilio::signature(kAuthToken, url, {})}},
       .body = body});
  EXPECT_EQ(seen.response.status, 400u);
}

TEST_F(TwilioWebhook, MessagesAndButtonsOfPeople) {
  const herald::Fields text{{"MessageSid", "SM1"},
                            {"SmsStatus", "received"},
                            {"AccountSid", kAccount},
                            {"From", "whatsapp:" + kPhone},
                            {"Body", "OUI"},
                            {"NumMedia", "0"},
                            {"WaId", kPhone.substr(1)},
                            {"To", "whatsapp:+14155238886"}};
  auto button = text;
  button.emplace_back("ButtonText", "OUI");
  button.emplace_back("ButtonPayload", "accept:n-42");
  auto media = text;
  media[5].second = "1";
  for (const auto& form : {text, button, media}) EXPECT_EQ(twilio_post(form).response.status, 204u);
  EXPECT_EQ(host.core.total("whatsapp_inbound_total"), 3);
  EXPECT_TRUE(row(kPhone).contains("wrote"));
  EXPECT_TRUE(host.store.receipts.empty());
  const auto read = whatsapp::twilio::read_notice(button, {}, kAccount).inbound.at(0);
  EXPECT_EQ(read.id, "SM1");
  EXPECT_EQ(read.from.phone, kPhone);
  EXPECT_EQ(read.text, "OUI");
  EXPECT_EQ(read.action_id, "accept");
  EXPECT_EQ(read.herald_id, "n-42");
}

TEST_F(TwilioWebhook, NobodyVerifiesTheAddress) {
  EXPECT_EQ(host.request("GET", kHook + "?hub.mode=subscribe&hub.challenge=1").response.status,
            404u);
}

}  // namespace
}  // namespace whatsapp_test
