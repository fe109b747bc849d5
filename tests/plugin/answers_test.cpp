#include "stage.hpp"

namespace herald::plugin::testing {
namespace {

using model::ports::Answered;
using model::ports::Verdict;

class AnswersSide : public Stage {
 protected:
  struct Heard {
    herald_status status = -1;
    uint32_t verdict = 0;
    std::string herald_id, action, label;
  };
  void SetUp() override {
    chat.on_event = [this](const herald_event& e) {
      if (e.type != HERALD_EV_ANSWERED) return;
      Heard h;
      h.status = e.status;
      if (e.status == HERALD_OK)
        h = {e.status, e.u.answered->verdict, text(e.u.answered->herald_id),
             text(e.u.answered->action_id), text(e.u.answered->label)};
      heard.add(h);
    };
    run(spec(chat));
  }
  static herald_answer answer_of(std::string_view words) {
    herald_answer out{};
    out.struct_size = sizeof out;
    out.text = view(words);
    return out;
  }
  static herald_answer from_phone(std::string_view words) {
    auto out = answer_of(words);
    out.from = {view("phone"), view("+237691924173")};
    return out;
  }
  herald_status give(const herald_answer& answer) {
    return chat.find<herald_host_answers>(HERALD_HOST_ANSWERS)->answer(chat.host, 3, &answer);
  }
  /// Of a request of that person.
  herald_exchange request(model::UserId user) {
    herald_route r{};
    r.struct_size = sizeof r;
    r.access = HERALD_ACCESS_PATH_USER;
    r.methods = view("POST");
    r.path = view("/api/web-chat/{user}");
    auto n = chat.events.size();
    chat.find<herald_host_http>(HERALD_HOST_HTTP)->mount(chat.host, 1, &r);
    chat.events.at(n);
    n = chat.events.size();
    exchange = std::make_shared<FakeExchange>();
    exchange->in.who.kind = model::Principal::Kind::user;
    exchange->in.who.user = exchange->in.user = user;
    mounts.find("/api/web-chat/{user}")->handler(exchange);
    return chat.events.at(n).exchange;
  }
  Record<Heard> heard;
  std::shared_ptr<FakeExchange> exchange;
};

TEST_F(AnswersSide, PassesOnWhatWasSaidAndWhatCameOfIt) {
  answers.verdict = Answered{Verdict::already_answered, "n1", "accept", "OUI"};
  auto button = from_phone("OUI");
  button.dedup_id = view("wamid.1");
  button.provider_id = view("wamid.0");
  button.attempt_id = view("n1.1.0.1");
  button.herald_id = view("n1");
  button.action_id = view("accept");
  ASSERT_EQ(give(button), HERALD_OK);
  const auto said = answers.heard.at(0);
  EXPECT_EQ(said.channel, "chat") << "the instance's, whatever the plugin says";
  EXPECT_EQ(said.dedup_id, "wamid.1");
  EXPECT_EQ(said.from, (model::Identity{"phone", "+237691924173"}));
  EXPECT_EQ(said.user, 0);
  EXPECT_EQ(said.provider_id, "wamid.0");
  EXPECT_EQ(said.attempt_id, "n1.1.0.1");
  EXPECT_EQ(said.notification, "n1");
  EXPECT_EQ(said.action, "accept");
  EXPECT_EQ(said.text, "OUI");
  const auto told = heard.at(0);
  EXPECT_EQ(told.status, HERALD_OK);
  EXPECT_EQ(told.verdict, uint32_t{HERALD_ANSWER_ALREADY_ANSWERED});
  EXPECT_EQ(told.herald_id, "n1");
  EXPECT_EQ(told.action, "accept");
  EXPECT_EQ(told.label, "OUI");
}

TEST_F(AnswersSide, AnExchangeSaysWhoItIs) {
  auto typed = answer_of("oui");
  typed.exchange = request(42);
  ASSERT_EQ(give(typed), HERALD_OK);
  EXPECT_EQ(answers.heard.at(0).who.user, 42);
  EXPECT_EQ(answers.heard.at(0).user, 42);
  EXPECT_TRUE(answers.heard.at(0).from.kind.empty());
  typed.exchange = 4711;
  EXPECT_EQ(give(typed), HERALD_E_STATE);
}

TEST_F(AnswersSide, RefusesWhatIsNoAnswer) {
  auto both = from_phone("oui");
  both.exchange = request(42);
  const std::string long_text(4097, 'a');
  auto half = from_phone("oui");
  half.from.value = {};
  for (const auto& bad :
       {both, answer_of("oui"), from_phone(""), from_phone(long_text), from_phone("\xff"), half})
    EXPECT_EQ(give(bad), HERALD_E_INVALID);
  EXPECT_EQ(answers.heard.size(), 0U);
  EXPECT_EQ(registry->misbehaviours("chat"), 6U);
}

TEST_F(AnswersSide, TellsWhenItCannotBeRecorded) {
  answers.verdict = base::fail(base::Code::unavailable, "the disk is full");
  ASSERT_EQ(give(from_phone("oui")), HERALD_OK);
  EXPECT_NE(heard.at(0).status, HERALD_OK);
}

}  // namespace
}  // namespace herald::plugin::testing
