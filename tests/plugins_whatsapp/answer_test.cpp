#include "whatsapp_test.hpp"

// What people write and press becomes an answer, and what they are told about it.
namespace whatsapp_test {
namespace {

class Answers : public Whatsapp {
 protected:
  using Whatsapp::Whatsapp;
  Answers() : Whatsapp(kAlwaysText) {}
  json::object message_of(json::object shape, const std::string& id = "wamid.in") {
    shape["from"] = kPhone.substr(1);
    shape["id"] = id;
    shape["timestamp"] = std::to_string(host.now_unix_ms() / 1000);
    return shape;
  }
  json::object words(const std::string& said) {
    return message_of({{"type", "text"}, {"text", {{"body", said}}}});
  }
  Seen hear(json::object message) {
    return post(notice({change({{"messages", json::array{std::move(message)}}})}));
  }
  /// What the person was told; empty when nothing.
  std::string told(herald_verdict verdict, json::object message) {
    host.store.verdict = verdict;
    const auto before = host.http.fetches.size();
    host.http.reply(accepted());
    EXPECT_EQ(hear(std::move(message)).response.status, 200u);
    if (host.http.fetches.size() == before) return {};
    const auto body = json::parse(host.http.fetches.back().body).as_object();
    EXPECT_EQ(body.at("to").as_string(), kPhone);
    EXPECT_FALSE(body.contains("biz_opaque_callback_data")) << "it is no attempt";
    return std::string{body.at("text").at("body").as_string()};
  }
};

// covers: S66
TEST_F(Answers, WordsButtonsAndRepliesSayWhatTheyKnow) {
  host.store.verdict = HERALD_ANSWER_WON;
  const json::object reply{{"id", "accept:n-42"}, {"title", "OUI"}};
  auto typed = words("Oui !");
  typed["context"] = {{"from", "15550783881"}, {"id", kWamid}};
  hear(typed);
  hear(message_of({{"type", "interactive"},
                   {"interactive", {{"type", "button_reply"}, {"button_reply", reply}}}},
                  "wamid.2"));
  hear(message_of({{"type", "button"}, {"button", {{"payload", "refuse:n-43"}, {"text", "NON"}}}},
                  "wamid.3"));
  hear(message_of({{"type", "image"}, {"image", {{"id", "1"}}}}, "wamid.4"));
  const auto& got = host.store.answers;
  ASSERT_EQ(got.size(), 3u) << "a picture answers nothing";
  EXPECT_EQ(got[0].dedup_id, "wamid.in");
  EXPECT_EQ(got[0].from.kind, "phone");
  EXPECT_EQ(got[0].from.value, kPhone);
  EXPECT_EQ(got[0].exchange, 0u);
  EXPECT_EQ(got[0].provider_id, kWamid);
  EXPECT_EQ(got[0].text, "Oui !");
  EXPECT_EQ(got[0].herald_id, "");
  EXPECT_EQ(got[1].herald_id, "n-42");
  EXPECT_EQ(got[1].action_id, "accept");
  EXPECT_EQ(got[2].herald_id, "n-43");
  EXPECT_EQ(got[2].action_id, "refuse");
  EXPECT_EQ(host.core.total("whatsapp_answers_total"), 3);
}

TEST_F(Answers, TheButtonsOfAMessageBringBackWhatTheyAreAbout) {
  auto m = message();
  m.actions = {{"accept", "OUI", "OUI"}, {"refuse", "NON", "NON"}};
  deliver(accepted(), m);
  const auto rows = sent_body().at("interactive").at("action").at("buttons").as_array();
  host.store.verdict = HERALD_ANSWER_WON;
  hear(message_of(
      {{"type", "interactive"},
       {"interactive", {{"type", "button_reply"}, {"button_reply", rows.at(1).at("reply")}}}}));
  EXPECT_EQ(host.store.answers.at(0).herald_id, m.herald_id);
  EXPECT_EQ(host.store.answers.at(0).action_id, "refuse");
}

TEST_F(Answers, PeopleAreToldWhatTheyWouldNotUnderstand) {
  host.store.label = "OUI";
  EXPECT_EQ(told(HERALD_ANSWER_AMBIGUOUS, words("oui")).substr(0, 9), "Plusieurs");
  EXPECT_EQ(told(HERALD_ANSWER_ALREADY_ANSWERED, words("non")), "Déjà répondu : OUI");
  EXPECT_EQ(told(HERALD_ANSWER_EXPIRED, words("oui")),
            "Il n'est plus possible de répondre à cette demande.");
}

TEST_F(Answers, OfAnAnswerThatCountsAndOfConversationNothingIsSaid) {
  for (const auto verdict : {HERALD_ANSWER_WON, HERALD_ANSWER_REPEATED, HERALD_ANSWER_NO_QUESTION,
                             HERALD_ANSWER_NOT_YOURS, HERALD_ANSWER_NOT_AN_OPTION})
    EXPECT_EQ(told(verdict, words("oui")), "") << verdict;
}

TEST_F(Answers, TheProviderHears200AfterTheCommitAndRepeatsOtherwise) {
  host.store.verdict = HERALD_ANSWER_WON;
  for (const auto failure : {HERALD_E_LIMIT, HERALD_E_INTERNAL}) {
    host.fail_next("answer", failure);
    EXPECT_EQ(hear(words("oui")).response.status, 503u);
  }
  EXPECT_TRUE(host.store.answers.empty());
  host.store.verdict.reset();  // a daemon that resolves no answers
  EXPECT_EQ(hear(words("oui")).response.status, 200u);
}

TEST_F(Answers, AReplyThatCannotBeSentSpoilsNothing) {
  host.store.verdict = HERALD_ANSWER_EXPIRED;
  host.http.reply(error(131047));
  EXPECT_EQ(hear(words("oui")).response.status, 200u);
  EXPECT_EQ(host.http.fetches.size(), 1u);
}

class OwnWords : public Answers {
 protected:
  OwnWords()
      : Answers(R"({"phone_number_id":"106540352242922","window":"ignore","replies":{)"
                R"("already":"{answer} it is","expired":""}})") {}
};

TEST_F(OwnWords, AreUsed) {
  host.store.label = "{answer}";
  EXPECT_EQ(told(HERALD_ANSWER_ALREADY_ANSWERED, words("non")), "{answer} it is");
  EXPECT_EQ(told(HERALD_ANSWER_EXPIRED, words("non")), "");
}

class TwilioAnswers : public Answers {
 protected:
  TwilioAnswers() : Answers(twilio_settings()) {}
};

TEST_F(TwilioAnswers, ComeFromTheFormAndAreRepliedToWithoutACallback) {
  host.store.verdict = HERALD_ANSWER_ALREADY_ANSWERED;
  host.store.label = "OUI";
  host.http.reply(twilio_accepted());
  const auto seen = twilio_post({{"AccountSid", kAccount},
                                 {"MessageSid", kSid},
                                 {"From", "whatsapp:" + kPhone},
                                 {"WaId", kPhone.substr(1)},
                                 {"NumMedia", "0"},
                                 {"OriginalRepliedMessageSid", kSid},
                                 {"Body", "NON"}});
  EXPECT_EQ(seen.response.status, 204u);
  ASSERT_EQ(host.store.answers.size(), 1u);
  EXPECT_EQ(host.store.answers[0].text, "NON");
  EXPECT_EQ(host.store.answers[0].provider_id, kSid);
  const auto sent = sent_form();
  EXPECT_EQ(herald::find(sent, "Body"), "Déjà répondu : OUI");
  EXPECT_EQ(herald::find(sent, "To"), "whatsapp:" + kPhone);
  EXPECT_EQ(herald::find(sent, "StatusCallback"), "");
}

}  // namespace
}  // namespace whatsapp_test
