#include "whatsapp_test.hpp"

namespace whatsapp_test {
namespace {

class Deliver : public Whatsapp {};

TEST_F(Deliver, SaysWhatItCan) {
  const auto& d = host.descriptor();
  EXPECT_EQ(herald::view(d.id), "org.herald.whatsapp");
  EXPECT_EQ(herald::view(d.addresses), "whatsapp.phone phone whatsapp.user_id");
  EXPECT_EQ(herald::view(d.formats), "text/markdown text/plain");
  EXPECT_EQ(d.flags, uint32_t{HERALD_PLUGIN_RECEIPTS | HERALD_PLUGIN_DISTURBS});
  EXPECT_EQ(d.evidence, 1u << HERALD_RECEIPT_SENT | 1u << HERALD_RECEIPT_DELIVERED |
                            1u << HERALD_RECEIPT_READ | 1u << HERALD_RECEIPT_ANSWERED);
  EXPECT_NO_THROW(json::parse(herald::view(d.config_schema)));
  // The provider cannot be asked about an attempt.
  host.reconcile(message());
  EXPECT_EQ(host.last_status().code, HERALD_E_UNSUPPORTED);
}

TEST_F(Deliver, ATextByteForByte) {
  const auto o = deliver(accepted());
  EXPECT_EQ(o.result, HERALD_ACCEPTED);
  EXPECT_EQ(o.provider_id, kWamid);
  ASSERT_EQ(host.http.fetches.size(), 1u);
  const auto& request = host.http.fetches[0];
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://graph.facebook.com/v23.0/106540352242922/messages");
  EXPECT_TRUE(request.once);
  EXPECT_EQ(herald::header(request.headers, "Authorization"), "Bearer " + kToken);
  EXPECT_EQ(herald::header(request.headers, "Content-Type"), "application/json");
  EXPECT_EQ(request.timeout.count(), 20'000);
  EXPECT_EQ(request.body,
            R"({"messaging_product":"whatsapp","recipient_type":"individual","to":"+237691924173",)"
            R"("type":"text","text":{"preview_url":false,"body":"Bonjour *Paul*"},)"
            R"("biz_opaque_callback_data":"attempt-1"})");
}

// covers: S69
TEST_F(Deliver, BoldAndEmojiAsWhatsappShowsThem) {
  deliver(accepted(), message("✅ **Demande confirmée !**\n\nVotre demande de **Électricité** a été "
                              "reçue et traitée.\n\n📍 **Lieu**: Bonamoussadi\n📝 **Description**: "
                              "problème d'électricité dans ma chambre\n⏰ **Urgence**: Normal"));
  EXPECT_EQ(sent_body().at("text").at("body").as_string(),
            "✅ *Demande confirmée !*\n\nVotre demande de *Électricité* a été reçue et traitée.\n\n"
            "📍 *Lieu*: Bonamoussadi\n📝 *Description*: problème d'électricité dans ma chambre\n"
            "⏰ *Urgence*: Normal");
}

TEST_F(Deliver, PlainTextIsLeftAlone) {
  auto m = message();
  m.parts = {{"text/plain", "", "2 * 3 * 4 **ici**"}};
  deliver(accepted(), m);
  EXPECT_EQ(sent_body().at("text").at("body").as_string(), "2 * 3 * 4 **ici**");
}

TEST_F(Deliver, TheNumberAlwaysHasItsPlus) {
  auto m = message();
  m.recipient = "237691924173";
  deliver(accepted(), m);
  EXPECT_EQ(sent_body().at("to").as_string(), kPhone);
  m.address_kind = "whatsapp.phone";
  deliver(accepted(), m);
  EXPECT_EQ(sent_body().at("to").as_string(), kPhone);
  m.address_kind = "whatsapp.user_id";
  m.recipient = "CM.1502576394655843";
  deliver(accepted(), m);
  // A user id has a field of its own.
  EXPECT_EQ(sent_body().at("recipient").as_string(), "CM.1502576394655843");
  EXPECT_FALSE(sent_body().contains("to"));
}

TEST_F(Deliver, TheNumberTheProviderKnowsThePersonByIsLearnt) {
  host.store.people = {{{"phone", kPhone}, "42"}};
  deliver(accepted());
  EXPECT_TRUE(host.store.learnt.empty());
  deliver(herald::Response::json(
      R"({"contacts":[{"input":"x","wa_id":"23791924173"}],"messages":[{"id":"wamid.1"}]})"));
  ASSERT_EQ(host.store.learnt.size(), 1u);
  EXPECT_EQ(host.store.learnt[0].second.kind, "whatsapp.phone");
  EXPECT_EQ(host.store.learnt[0].second.value, "+23791924173");
}

TEST_F(Deliver, WhatCannotBeSentIsNotSent) {
  auto m = message();
  for (const auto* bad : {"", "+", "12", "+0691924173", "+23769192x173", "+2376919241731234"}) {
    m.recipient = bad;
    EXPECT_EQ(outcome(host.deliver(m)).reason, HERALD_REASON_BAD_RECIPIENT) << bad;
  }
  for (const auto* empty : {"", " \n\t ", "<!-- nothing -->"}) {
    const auto o = outcome(host.deliver(message(empty)));
    EXPECT_EQ(o.result, HERALD_REJECTED);
    EXPECT_EQ(o.reason, HERALD_REASON_BAD_CONTENT);
  }
  EXPECT_TRUE(host.http.fetches.empty());
}

TEST_F(Deliver, TooLongATextIsCutClearly) {
  std::string text;
  for (int i = 0; i < 5'000; ++i) text += "é";
  deliver(accepted(), message(text));
  const std::string body{sent_body().at("text").at("body").as_string()};
  EXPECT_EQ(body.size(), 4095u * 2 + 3);
  EXPECT_TRUE(body.ends_with("é…"));
}

TEST_F(Deliver, NothingLeftMeansRetry) {
  host.http.fail(HERALD_REACHED_NOTHING, "connection refused");
  const auto o = outcome(host.deliver(message()));
  EXPECT_EQ(o.result, HERALD_RETRY);
  EXPECT_EQ(o.reason, HERALD_REASON_NETWORK);
}

/// What may have arrived is never sent again by the channel itself.
TEST_F(Deliver, WhatMayHaveArrivedIsUnknown) {
  host.http.fail(HERALD_REACHED_PERHAPS, "connection reset");
  EXPECT_EQ(outcome(host.deliver(message())).result, HERALD_UNKNOWN);
  host.http.fail(HERALD_REACHED_ANSWERED, "the answer is too large");
  EXPECT_EQ(outcome(host.deliver(message())).result, HERALD_UNKNOWN);
  for (const auto* garbage : {"", "\x00\xff{", "{}", R"({"messages":[]})", R"({"messages":[{}]})",
                              R"({"messages":[{"id":7}]})", "[1]", "null"})
    EXPECT_EQ(deliver(herald::Response::json(garbage)).result, HERALD_UNKNOWN) << garbage;
  host.advance(std::chrono::hours{1});
  EXPECT_EQ(host.http.fetches.size(), 10u);
}

TEST_F(Deliver, AnErrorObjectIn200IsAnError) {
  EXPECT_EQ(deliver(error(131026, 200)).result, HERALD_REJECTED);
}

TEST_F(Deliver, AFetchTheHostRefuses) {
  host.fail_next("fetch", HERALD_E_LIMIT);
  EXPECT_EQ(outcome(host.deliver(message())).result, HERALD_RETRY);
  host.fail_next("fetch", HERALD_E_DENIED);
  EXPECT_EQ(outcome(host.deliver(message())).result, HERALD_CHANNEL_DOWN);
  EXPECT_TRUE(host.http.fetches.empty());
}

TEST_F(Deliver, ANewTokenCountsWithoutARestart) {
  EXPECT_EQ(deliver(error(190, 401)).result, HERALD_CHANNEL_DOWN);
  host.core.set_secret("token", "fresh");
  EXPECT_EQ(deliver(accepted()).result, HERALD_ACCEPTED);
  EXPECT_EQ(herald::header(host.http.fetches.back().headers, "Authorization"), "Bearer fresh");
}

TEST_F(Deliver, ATokenThatIsNoTokenStopsTheChannel) {
  for (const auto* bad : {"", "\n", "a\r\nX-Evil: 1"}) {
    host.core.set_secret("token", bad);
    const auto o = outcome(host.deliver(message()));
    EXPECT_EQ(o.result, HERALD_CHANNEL_DOWN);
    EXPECT_NE(o.detail.find("`token`"), std::string::npos);
  }
  EXPECT_TRUE(host.http.fetches.empty());
}

TEST_F(Deliver, EveryAttemptIsCounted) {
  deliver(accepted());
  deliver(error(131056));
  EXPECT_EQ(host.core.total("whatsapp_sends_total"), 2);
  EXPECT_EQ(herald::find(host.core.samples.back().labels, "code"), "131056");
  EXPECT_EQ(herald::find(host.core.samples.back().labels, "result"), "retry");
}

class Templates : public Whatsapp {
 protected:
  Templates()
      : Whatsapp(R"({"phone_number_id":106540352242922,"base_url":"http://127.0.0.1:8441/",
          "version":"v24.0","timeout":"5s","templates":{
            "service_request.confirmed":{"name":"demande_confirmee","language":["fr","en_US"],
              "header":"service","params":["service","location","urgency"],
              "buttons":[{"quick_reply":"accept"},{"url":"location"}],"when":"always"},
            "message":{"name":"message","language":"en_US","params":["title","text","id"]},
            "bare":{"name":"bare","language":"fr"}}})") {}
};

TEST_F(Templates, ByteForByte) {
  deliver(accepted());
  EXPECT_EQ(host.http.fetches[0].url, "http://127.0.0.1:8441/v24.0/106540352242922/messages");
  EXPECT_EQ(host.http.fetches[0].timeout.count(), 5'000);
  EXPECT_EQ(host.http.fetches[0].body,
            R"({"messaging_product":"whatsapp","recipient_type":"individual","to":"+237691924173",)"
            R"("type":"template","template":{"name":"demande_confirmee",)"
            R"("language":{"policy":"deterministic","code":"fr"},"components":[)"
            R"({"type":"header","parameters":[{"type":"text","text":"Électricité"}]},)"
            R"({"type":"body","parameters":[{"type":"text","text":"Électricité"},)"
            R"({"type":"text","text":"Bonamoussadi"},{"type":"text","text":"Normal"}]},)"
            R"({"type":"button","sub_type":"quick_reply","index":"0",)"
            R"("parameters":[{"type":"payload","payload":"accept:n-42"}]},)"
            R"({"type":"button","sub_type":"url","index":"1",)"
            R"("parameters":[{"type":"text","text":"Bonamoussadi"}]}]},)"
            R"("biz_opaque_callback_data":"attempt-1"})");
}

TEST_F(Templates, InTheLanguageThatFitsBest) {
  const auto language = [&](const std::string& locale) {
    auto m = message();
    m.locale = locale;
    deliver(accepted(), m);
    return std::string{sent_body().at("template").at("language").at("code").as_string()};
  };
  EXPECT_EQ(language("fr-CM"), "fr");
  EXPECT_EQ(language("en-US"), "en_US");
  EXPECT_EQ(language("en-GB"), "en_US");
  EXPECT_EQ(language("de"), "fr");
  EXPECT_EQ(language(""), "fr");
}

TEST_F(Templates, ParametersAreWhatTheProviderAccepts) {
  auto m = message();
  m.fields = {{"service", " a\n\tb     c  "}, {"location", "\xC2\xA0\n"}};
  deliver(accepted(), m);
  const auto body = sent_body();
  const auto& components = body.at("template").at("components").as_array();
  EXPECT_EQ(json::serialize(components[1].at("parameters")),
            R"([{"type":"text","text":"a b c"},{"type":"text","text":"-"},)"
            R"({"type":"text","text":"-"}])");
}

TEST_F(Templates, TitleTextAndIdAreFieldsOfEveryKind) {
  auto m = message("Ligne **une**\nligne deux");
  m.kind = "message";
  m.fields.clear();
  deliver(accepted(), m);
  const auto body = sent_body();
  EXPECT_EQ(json::serialize(body.at("template").at("components").as_array()[0].at("parameters")),
            R"([{"type":"text","text":"Demande confirmée"},)"
            R"({"type":"text","text":"Ligne *une* ligne deux"},{"type":"text","text":"n-42"}])");
}

TEST_F(Templates, NoParametersNoComponents) {
  auto m = message();
  m.kind = "bare";
  deliver(accepted(), m);
  EXPECT_FALSE(sent_body().at("template").as_object().contains("components"));
}

TEST_F(Templates, AReloadCountsAtOnceButForProviderAndWebhooksPath) {
  EXPECT_TRUE(host.configure(R"({"phone_number_id":"777","window":"ignore"})").ok());
  deliver(accepted());
  EXPECT_EQ(host.http.fetches[0].url, "https://graph.facebook.com/v23.0/777/messages");
  EXPECT_FALSE(host.configure(R"({"phone_number_id":"x"})").ok());
  deliver(accepted());
  EXPECT_EQ(host.http.fetches[1].url, "https://graph.facebook.com/v23.0/777/messages");
  EXPECT_EQ(host.configure(R"({"phone_number_id":"777","webhook_path":"/hooks/wa"})").code,
            HERALD_E_RESTART);
  EXPECT_EQ(host.configure(twilio_settings()).code, HERALD_E_RESTART);
}

class Choices : public Whatsapp {
 protected:
  static Message question(std::vector<herald::Action> actions) {
    auto m = message("Souhaitez-vous **accepter** ?");
    m.actions = std::move(actions);
    return m;
  }
};

TEST_F(Choices, UpToThreeAreButtonsByteForByte) {
  deliver(accepted(), question({{"accept", "OUI", "oui"}, {"refuse", "NON", "non"}}));
  EXPECT_EQ(host.http.fetches[0].body,
            R"({"messaging_product":"whatsapp","recipient_type":"individual","to":"+237691924173",)"
            R"("type":"interactive","interactive":{"type":"button",)"
            R"("body":{"text":"Souhaitez-vous *accepter* ?"},"action":{"buttons":[)"
            R"({"type":"reply","reply":{"id":"accept:n-42","title":"OUI"}},)"
            R"({"type":"reply","reply":{"id":"refuse:n-42","title":"NON"}}]}},)"
            R"("biz_opaque_callback_data":"attempt-1"})");
}

TEST_F(Choices, MoreAreAListByteForByte) {
  deliver(accepted(),
          question({{"a", "8h", ""}, {"b", "10h", ""}, {"c", "14h", ""}, {"d", "16h", ""}}));
  EXPECT_EQ(json::serialize(sent_body().at("interactive")),
            R"({"type":"list","body":{"text":"Souhaitez-vous *accepter* ?"},)"
            R"("action":{"button":"…","sections":[{"rows":[{"id":"a:n-42","title":"8h"},)"
            R"({"id":"b:n-42","title":"10h"},{"id":"c:n-42","title":"14h"},)"
            R"({"id":"d:n-42","title":"16h"}]}]}})");
}

TEST_F(Choices, WhatFitsNoButtonIsAskedInTheText) {
  auto m = question({{"accept", "OUI", "oui"}, {"refuse", "NON", "non"}});
  m.parts = {{"text/plain", "", std::string(1'025, 'x')}};
  deliver(accepted(), m);
  const std::string text{sent_body().at("text").at("body").as_string()};
  EXPECT_TRUE(text.ends_with("x\n\n- oui\n- non")) << text;
  std::vector<herald::Action> eleven;
  for (int i = 0; i < 11; ++i) eleven.push_back({"a", std::to_string(i), ""});
  deliver(accepted(), question(eleven));
  EXPECT_EQ(sent_body().at("type").as_string(), "text");
}

}  // namespace
}  // namespace whatsapp_test
