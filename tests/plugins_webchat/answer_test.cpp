#include "webchat_test.hpp"

namespace webchat_test {
namespace {

class Answer : public Webchat {
 protected:
  void SetUp() override {
    Webchat::SetUp();
    host.store.verdict = HERALD_ANSWER_WON;
  }
  /// A message that asks.
  Item ask(const std::string& herald_id) {
    Item item;
    item.text = "Acceptez-vous ?";
    item.herald_id = herald_id;
    item.actions = {{"accept", "OUI", "OUI"}, {"refuse", "NON", "NON"}};
    return host.inbox.add(kUser, item);
  }
  Seen say(const std::string& body, const Principal& who = person()) {
    return post(inbox + "/answer", body, who);
  }
};

// covers: S66 S99
TEST_F(Answer, AButtonNamesItsItemByEitherId) {
  const auto id = ask("n-1").id;
  ask("n-2");
  host.store.label = "OUI";
  const auto body =
      json(say(R"({"notification_id":)" + std::to_string(id) + R"(,"action":"accept"})"));
  EXPECT_EQ(boost::json::serialize(body),
            R"({"status":"success","message":"Answer recorded","verdict":"won","herald_id":"n-1",)"
            R"("action":"accept","label":"OUI"})");
  json(say(R"({"notification_id":"n-2","action":"refuse"})"));
  ASSERT_EQ(host.store.answers.size(), 2u);
  EXPECT_EQ(host.store.answers[0].herald_id, "n-1");
  EXPECT_EQ(host.store.answers[0].action_id, "accept");
  EXPECT_NE(host.store.answers[0].exchange, 0u) << "who it is, is the host's to say";
  EXPECT_TRUE(host.store.answers[0].from.kind.empty());
  EXPECT_EQ(host.store.answers[1].herald_id, "n-2");
}

TEST_F(Answer, TypedWordsMayNameTheirQuestion) {
  ask("n-1");
  json(say(R"({"text":" Oui ! "})"));
  json(say(R"({"text":"non","notification_id":1})"));
  ASSERT_EQ(host.store.answers.size(), 2u);
  EXPECT_EQ(host.store.answers[0].text, " Oui ! ") << "matching is the daemon's";
  EXPECT_EQ(host.store.answers[0].herald_id, "");
  EXPECT_EQ(host.store.answers[1].herald_id, "n-1");
}

TEST_F(Answer, AnItemThatHasLeftTheListCanBeAnswered) {
  const auto id = ask("n-1").id;
  get(inbox);
  post(inbox + "/clear");
  json(say(R"({"notification_id":)" + std::to_string(id) + R"(,"action":"accept"})"));
  EXPECT_EQ(host.store.answers.at(0).herald_id, "n-1");
}

TEST_F(Answer, EveryVerdictHasItsStatusAndWords) {
  ask("n-1");
  host.store.label = "OUI";
  struct Row {
    herald_verdict verdict;
    uint32_t status;
    const char* name;
    const char* message;
  };
  for (const auto& row :
       {Row{HERALD_ANSWER_REPEATED, 200, "repeated", "Answer recorded"},
        Row{HERALD_ANSWER_ALREADY_ANSWERED, 409, "already_answered", "already answered: OUI"},
        Row{HERALD_ANSWER_EXPIRED, 410, "expired", "this can no longer be answered"},
        Row{HERALD_ANSWER_AMBIGUOUS, 409, "ambiguous",
            "several questions are open; send the notification_id of the one that is meant"},
        Row{HERALD_ANSWER_NO_QUESTION, 422, "no_question",
            "no question is open; nothing was recorded"},
        Row{HERALD_ANSWER_NOT_YOURS, 404, "not_yours", "no such notification in this inbox"},
        Row{HERALD_ANSWER_NOT_AN_OPTION, 422, "not_an_option",
            "that is none of the question's actions"}}) {
    host.store.verdict = row.verdict;
    const auto body = json(say(R"({"notification_id":1,"action":"accept"})"), row.status);
    EXPECT_EQ(body.at("verdict").as_string(), row.name);
    EXPECT_EQ(body.at("message").as_string(), row.message);
    EXPECT_EQ(body.at("status").as_string(), row.status == 200 ? "success" : "error");
  }
}

// covers: S85
TEST_F(Answer, AForeignItemIsAsOneThatDoesNotExist) {
  Item other;
  other.text = "Acceptez-vous ?";
  other.herald_id = "n-9";
  const auto foreign = host.inbox.add("77", other).id;
  const auto absent = say(R"({"notification_id":987,"action":"accept"})");
  expect_problem(absent, 404, "not_found");
  for (const auto& name : {std::to_string(foreign), std::string{"\"n-9\""}, std::string{"\"?\""},
                           std::string{"-1"}, std::string{"18446744073709551615"}})
    EXPECT_EQ(say(R"({"notification_id":)" + name + R"(,"action":"accept"})").response.body,
              absent.response.body)
        << name;
  EXPECT_TRUE(host.store.answers.empty());
}

TEST_F(Answer, OnlyThePersonAnswers) {
  ask("n-1");
  EXPECT_EQ(say(R"({"text":"oui"})", service("inbox:read inbox:read-for")).response.status, 403u);
  EXPECT_EQ(say(R"({"text":"oui"})", person("77")).response.status, 404u);
  EXPECT_TRUE(host.store.answers.empty());
}

TEST_F(Answer, SaysWhatIsWrongWithABody) {
  ask("n-1");
  for (const auto* body :
       {"", "x", "[]", "{}", R"({"notification_id":1})", R"({"action":"accept"})",
        R"({"notification_id":1,"action":"accept","text":"oui"})",
        R"({"notification_id":1,"action":""})", R"({"notification_id":1,"action":7})",
        R"({"notification_id":[],"action":"accept"})", R"({"text":""})", R"({"text":null})",
        R"({"notification_id":"","text":"oui"})", R"({"text":"oui","text":"non"})"})
    expect_problem(say(body), 400, "invalid");
  expect_problem(say(R"({"text":")" + std::string(4097, 'a') + R"("})"), 400, "invalid");
  EXPECT_TRUE(host.store.answers.empty());
}

TEST_F(Answer, WhatCannotBeRecordedIsNotSaidToBe) {
  ask("n-1");
  host.fail_next("answer", HERALD_E_LIMIT);
  expect_problem(say(R"({"text":"oui"})"), 503, "unavailable");
  host.fail_next("list", HERALD_E_LIMIT);
  expect_problem(say(R"({"notification_id":1,"action":"accept"})"), 503, "unavailable");
  EXPECT_TRUE(host.store.answers.empty());
}

TEST_F(Answer, WorksOverTheSocket) {
  ask("n-1");
  const auto id = host.http.request("GET", "/ws", {.who = person()});
  host.run();
  const auto said = [&](const std::string& text) {
    host.http.ws_text(id, text);
    host.run();
    return boost::json::parse(host.http.seen(id).sent.back()).as_object();
  };
  host.store.label = "OUI";
  auto answer = said(R"({"type":"answer","notification_id":1,"action":"accept","ref":5})");
  EXPECT_EQ(answer.at("type").as_string(), "done");
  EXPECT_EQ(answer.at("verdict").as_string(), "won");
  EXPECT_EQ(answer.at("ref"), 5);
  host.store.verdict = HERALD_ANSWER_ALREADY_ANSWERED;
  answer = said(R"({"type":"answer","text":"non","ref":6})");
  EXPECT_EQ(answer.at("type").as_string(), "error");
  EXPECT_EQ(answer.at("verdict").as_string(), "already_answered");
  EXPECT_EQ(answer.at("message").as_string(), "already answered: OUI");
  EXPECT_EQ(answer.at("label").as_string(), "OUI");
  EXPECT_EQ(said(R"({"type":"answer"})").at("type").as_string(), "error");
  ASSERT_EQ(host.store.answers.size(), 2u);
  EXPECT_EQ(host.store.answers[0].herald_id, "n-1");
}

}  // namespace
}  // namespace webchat_test
