#include "people/person.hpp"

#include "whatsapp_test.hpp"

// The 24-hour window, consent, quarantine and user ids: what is kept, and what is sent because of
// it.
namespace whatsapp_test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const std::string kUser = "CM.1502576394655843";

class Window : public Whatsapp {
 protected:
  Window()
      : Whatsapp(R"({"phone_number_id":"106540352242922","templates":{
          "service_request.confirmed":{"name":"demande","language":"fr","params":["service"]}}})") {
  }
  explicit Window(std::string settings) : Whatsapp(std::move(settings)) {}

  std::string seconds_ago(int64_t s) { return std::to_string(host.now_unix_ms() / 1000 - s); }
  json::object text_of(const std::string& said, int64_t ago = 0,
                       const std::string& id = "wamid.in") {
    return {{"from", kPhone.substr(1)},
            {"id", id},
            {"timestamp", seconds_ago(ago)},
            {"type", "text"},
            {"text", {{"body", said}}}};
  }
  Seen hear(json::object message) {
    return post(notice({change({{"messages", json::array{std::move(message)}}})}));
  }
  std::string sent_type(const Message& m = message()) {
    const auto o = deliver(accepted(), m);
    if (o.result != HERALD_ACCEPTED) return "not sent: " + o.detail.substr(0, 11);
    return std::string{sent_body().at("type").as_string()};
  }
  Message unmapped() {
    auto m = message();
    m.kind = "unmapped";
    return m;
  }
};

TEST_F(Window, OfPeopleWhoNeverWroteIsClosed) {
  EXPECT_EQ(sent_type(), "template");
  const auto o = outcome(host.deliver(unmapped()));
  EXPECT_EQ(o.result, HERALD_REJECTED);
  EXPECT_TRUE(o.detail.starts_with("no template: ")) << o.detail;
  EXPECT_EQ(host.http.fetches.size(), 1u);  // nothing was spent on it
}

TEST_F(Window, WritingOpensItForADay) {
  EXPECT_EQ(hear(text_of("bonjour")).response.status, 200u);
  EXPECT_EQ(sent_type(), "text");
  EXPECT_EQ(sent_type(unmapped()), "text");
  host.advance(hours{23} + minutes{54});
  EXPECT_EQ(sent_type(), "text");
  host.advance(minutes{2});  // the margin for messages under way
  EXPECT_EQ(sent_type(), "template");
  hear(text_of("encore"));
  EXPECT_EQ(sent_type(), "text");
}

TEST_F(Window, ButtonsAndListsOpenItToo) {
  const json::object reply{{"id", "accept:n-42"}, {"title", "OUI"}};
  const json::object shapes[] = {
      {{"type", "button"}, {"button", {{"payload", "accept:n-42"}, {"text", "OUI"}}}},
      {{"type", "interactive"},
       {"interactive", {{"type", "button_reply"}, {"button_reply", reply}}}},
      {{"type", "interactive"}, {"interactive", {{"type", "list_reply"}, {"list_reply", reply}}}},
      {{"type", "image"}, {"image", {{"id", "1"}}}}};
  for (auto shape : shapes) {
    host.store.kv.clear();
    shape["from"] = kPhone.substr(1);
    shape["id"] = "wamid.in";
    shape["timestamp"] = seconds_ago(0);
    hear(shape);
    EXPECT_EQ(sent_type(), "text") << json::serialize(shape);
  }
}

TEST_F(Window, StaleRepeatedAndReorderedMessagesDoNotMoveIt) {
  hear(text_of("hier", 25 * 3600));
  EXPECT_EQ(sent_type(), "template");
  hear(text_of("maintenant", 60, "wamid.2"));
  hear(text_of("hier", 25 * 3600));
  EXPECT_EQ(sent_type(), "text");
  host.advance(hours{23} + minutes{50});
  hear(text_of("maintenant", 24 * 3600 - 600 + 60, "wamid.2"));  // the same one again
  EXPECT_EQ(sent_type(), "text");
  host.advance(minutes{10});
  EXPECT_EQ(sent_type(), "template");
}

TEST_F(Window, AClockThatIsAheadOpensItForNoLongerThanADay) {
  hear(text_of("demain", -48 * 3600));
  EXPECT_EQ(sent_type(), "text");
  host.advance(hours{24});
  EXPECT_EQ(sent_type(), "template");
}

TEST_F(Window, BelongsToOnePerson) {
  hear(text_of("bonjour"));
  auto m = message();
  m.recipient = "+237691234567";
  EXPECT_EQ(sent_type(m), "template");
}

/// The service may reject a text inside the window: the next attempt goes as the template.
TEST_F(Window, TheProviderMayCloseIt) {
  hear(text_of("bonjour"));
  host.advance(minutes{1});
  const auto o = deliver(error(131047));
  EXPECT_EQ(o.result, HERALD_RETRY);
  EXPECT_EQ(sent_type(), "template");
  hear(text_of("encore", 0, "wamid.2"));  // in the same second: no more than the provider's word
  EXPECT_EQ(sent_type(), "template");
  host.advance(std::chrono::seconds{2});
  hear(text_of("je suis là", 0, "wamid.3"));
  EXPECT_EQ(sent_type(), "text");
}

TEST_F(Window, TheProviderMayCloseItLater) {
  hear(text_of("bonjour"));
  host.advance(minutes{1});
  auto failed = status("failed");
  failed["errors"] = {{{"code", 131047}}};
  EXPECT_EQ(post(statuses({failed})).response.status, 200u);
  EXPECT_EQ(host.store.receipts.at(0).result, HERALD_RETRY);
  EXPECT_EQ(sent_type(), "template");
  EXPECT_TRUE(sent_type(unmapped()).starts_with("not sent: no template"));
}

TEST_F(Window, ClosedAndNoTemplateMeansTheNextStepAtOnce) {
  hear(text_of("bonjour"));
  host.advance(minutes{1});
  const auto o = deliver(error(131047), unmapped());
  EXPECT_EQ(o.result, HERALD_REJECTED);
  EXPECT_TRUE(o.detail.starts_with("no template: error 131047")) << o.detail;
}

TEST_F(Window, WhatCannotBeReadIsNotGuessed) {
  host.fail_next("kv_get", HERALD_E_LIMIT);
  const auto told = outcome(host.deliver(message()));
  EXPECT_EQ(told.result, HERALD_RETRY);
  EXPECT_EQ(told.reason, HERALD_REASON_CANCELLED) << "the provider has not failed";
  EXPECT_TRUE(host.http.fetches.empty());
}

/// 200 says "never tell me again".
TEST_F(Window, WhatCannotBeKeptIsAskedForAgain) {
  for (const auto* call : {"kv_get", "kv_put", "mark", "learn"}) {
    host.store.kv.clear();
    host.fail_next(call, HERALD_E_LIMIT);
    EXPECT_EQ(hear(text_of("bonjour")).response.status, 503u) << call;
    EXPECT_EQ(hear(text_of("bonjour")).response.status, 200u) << call;
    EXPECT_EQ(sent_type(), "text") << call;
  }
}

TEST_F(Window, AnotherNodeMayHearAtTheSameTime) {
  hear(text_of("bonjour", 3600));
  host.fail_next("kv_put", HERALD_E_CONFLICT);
  hear(text_of("encore", 60, "wamid.2"));
  EXPECT_EQ(row(kPhone).at("wrote").as_int64() / 1000, host.now_unix_ms() / 1000 - 60);
}

TEST_F(Window, AThousandPeopleInOneRequest) {
  json::array many;
  for (int i = 0; i < 1'000; ++i) {
    auto one = text_of("bonjour", 0, "wamid." + std::to_string(i));
    one["from"] = std::to_string(237'690'000'000 + i);
    many.push_back(std::move(one));
  }
  EXPECT_EQ(post(notice({change({{"messages", many}})})).response.status, 200u);
  EXPECT_EQ(host.store.kv.size(), 1'000u);
}

TEST_F(Window, UserIdsAreLearntAndServeWhereNumbersAreMissing) {
  host.store.people = {{{"phone", kPhone}, "42"}};
  auto both = text_of("bonjour");
  both["from_user_id"] = kUser;
  hear(both);
  ASSERT_EQ(host.store.learnt.size(), 2u);
  EXPECT_EQ(host.store.learnt[1].second.kind, "whatsapp.user_id");
  EXPECT_EQ(host.store.learnt[1].second.value, kUser);
  host.advance(hours{30});
  // From now on the number is missing; the person is still the same.
  auto without = text_of("encore");
  without.erase("from");
  without["from_user_id"] = kUser;
  hear(without);
  EXPECT_EQ(sent_type(), "template");
  auto m = message();
  m.identities = {{"phone", kPhone}, {"whatsapp.user_id", kUser}};
  EXPECT_EQ(sent_type(m), "text");
}

TEST_F(Window, AUserIdThatStandsInContactsOnly) {
  const json::array contacts{
      {{"wa_id", kPhone.substr(1)}, {"user_id", kUser}, {"profile", {{"name", "x"}}}}};
  post(notice({change({{"contacts", contacts}, {"messages", json::array{text_of("oui")}}})}));
  EXPECT_EQ(row(kPhone).at("user_id").as_string(), kUser);
}

TEST_F(Window, AStopWordEndsItAndAStartWordBeginsAgain) {
  hear(text_of("bonjour"));
  ASSERT_EQ(host.store.marks.size(), 1u);
  EXPECT_EQ(host.store.marks[0].state, HERALD_OPTED_IN);
  host.advance(minutes{1});
  hear(text_of(" Stop. ", 0, "wamid.2"));
  EXPECT_EQ(host.store.marks.at(1).state, HERALD_OPTED_OUT);
  EXPECT_EQ(host.store.marks.at(1).who.kind, "whatsapp.phone");
  const auto o = outcome(host.deliver(message()));
  EXPECT_EQ(o.result, HERALD_REJECTED);
  EXPECT_EQ(o.reason, HERALD_REASON_OPTED_OUT);
  host.advance(minutes{1});
  hear(text_of("merci", 0, "wamid.3"));  // writing alone does not take it back
  EXPECT_EQ(outcome(host.deliver(message())).reason, HERALD_REASON_OPTED_OUT);
  hear(text_of("START", 0, "wamid.4"));
  EXPECT_EQ(host.store.marks.at(2).state, HERALD_OPTED_IN);
  hear(text_of("stop", 60, "wamid.2"));  // the old one again
  EXPECT_EQ(sent_type(), "text");
}

TEST_F(Window, AButtonCalledStopIsAnAnswer) {
  auto pressed = text_of("");
  pressed["type"] = "button";
  pressed["button"] = {{"payload", "stop:n-42"}, {"text", "STOP"}};
  hear(pressed);
  EXPECT_EQ(sent_type(), "text");
}

TEST_F(Window, WhoIsLeftAloneIsWelcomeAgainOnceTheyWrite) {
  EXPECT_EQ(deliver(error(131026)).result, HERALD_REJECTED);
  ASSERT_EQ(host.store.marks.size(), 1u);
  EXPECT_EQ(host.store.marks[0].state, HERALD_UNREACHABLE);
  hear(text_of("me voilà"));
  EXPECT_EQ(host.store.marks.at(1).state, HERALD_REACHABLE);
  EXPECT_EQ(host.store.marks.at(1).who.kind, "whatsapp.phone");
}

class OptIn : public Window {
 protected:
  OptIn()
      : Window(R"({"phone_number_id":"106540352242922","opt_in":"required",
      "window":"ignore","quarantine":"0s"})") {}
};

TEST_F(OptIn, IsAskedForWhereRequired) {
  EXPECT_EQ(outcome(host.deliver(message())).reason, HERALD_REASON_OPTED_OUT);
  hear(text_of("bonjour"));
  EXPECT_EQ(sent_type(), "text");
}

TEST_F(OptIn, AQuarantineOfNothingMarksNobody) {
  hear(text_of("bonjour"));
  deliver(error(131026));
  EXPECT_EQ(host.store.marks.size(), 1u);  // the consent
}

TEST(Person, ThereAndBackAndGarbage) {
  using whatsapp::Person;
  Person p;
  EXPECT_EQ(p.to_json(), "{}");
  p = {1, 2, Person::Consent::withdrawn, true, "CM.1"};
  EXPECT_EQ(Person::from_json(p.to_json()), p);
  for (const auto* odd :
       {"", "[]", "{", R"({"wrote":"x","consent":7,"quarantined":1,"user_id":[]})"})
    EXPECT_EQ(Person::from_json(odd), Person{}) << odd;
}

}  // namespace
}  // namespace whatsapp_test
