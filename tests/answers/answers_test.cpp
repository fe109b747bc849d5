#include "answers/answers.hpp"

#include <map>

#include "answers/questions.hpp"
#include "memory_store.hpp"

namespace herald::answers::testing {
namespace {

using model::ports::Answered;
using model::ports::Said;

const std::string kA(35, 'a'), kB(35, 'b');

class Questions final : public delivery::testing::MemoryStore {
 public:
  using MemoryStore::MemoryStore;
  std::map<std::string, store::Question> kept;
  bool broken_reads = false;
  void questions(model::UserId user, model::TimePoint,
                 store::Done<std::vector<store::Question>> done) override {
    if (broken_reads) return done(base::fail(base::Code::unavailable, "the disk is gone"));
    std::vector<store::Question> out;
    for (const auto& [id, question] : kept)
      if (question.notification.head.user == user) out.push_back(question);
    done(std::move(out));
  }
  void question(std::string id, store::Done<store::Question> done) override {
    if (broken_reads) return done(base::fail(base::Code::unavailable, "the disk is gone"));
    const auto it = kept.find(id);
    if (it == kept.end()) return done(base::fail(base::Code::not_found, "no such notification"));
    done(it->second);
  }
  void find_attempt(store::AttemptLookup wanted, store::Done<store::FoundAttempt> done) override {
    if (wanted.channel == "whatsapp" && wanted.provider_id == "wamid.a")
      return done(store::FoundAttempt{kA, {}});
    done(base::fail(base::Code::not_found, "no such attempt"));
  }
};

/// Keeps the first answer, as the dispatcher does.
class Recorder final : public model::ports::AnswerRecorder {
 public:
  std::map<std::string, model::Answer> answers;
  std::vector<Choice> choices;
  std::optional<base::Error> error;
  void answer(Choice choice, std::function<void(base::Result<model::Answer>)> done) override {
    choices.push_back(choice);
    if (error) return done(*error);
    const model::Answer mine{choice.action, choice.channel, choice.said, kNow};
    done(answers.try_emplace(choice.notification, mine).first->second);
  }
};

class People final : public model::ports::Directory {
 public:
  base::Result<model::Identity> parse(std::string_view) const override {
    return base::fail(base::Code::invalid, "not asked here");
  }
  base::Result<model::Identity> normalise(model::Identity i) const override {
    if (i.value == "x") return base::fail(base::Code::invalid, "no number");
    return i;
  }
  void resolve(model::Identity i, Done<model::UserId> done) override {
    done(model::UserId{i.value == "+237691924173" ? 7 : 0});
  }
  void learn(model::Identity, model::Identity, Done<bool>) override {}
  void mark(model::Identity, std::string, model::TimePoint, Done<bool>) override {}
};

class AnswersTest : public ::testing::Test {
 protected:
  AnswersTest() { clock.time = kNow; }
  static Said from_phone(std::string text, std::string number = "+237691924173") {
    Said out;
    out.channel = "whatsapp";
    out.dedup_id = "wamid.in";
    out.from = {"phone", std::move(number)};
    out.text = std::move(text);
    return out;
  }
  static Said in_chat(std::string notification, std::string action, model::UserId who = 7) {
    Said out;
    out.channel = "webchat";
    out.who.kind = model::Principal::Kind::user;
    out.who.user = who;
    out.user = 7;
    out.notification = std::move(notification);
    out.action = std::move(action);
    return out;
  }
  base::Result<Answered> said(Said what) {
    std::optional<base::Result<Answered>> out;
    answers.said(std::move(what), [&](base::Result<Answered> r) { out = std::move(r); });
    return *out;
  }
  std::string came(Said what) { return picture(*said(std::move(what))); }
  /// What the store would know after the recorder.
  void settle(const std::string& id) {
    store.kept.at(id).notification.progress.answer = recorder.answers.at(id);
  }

  delivery::testing::HandClock clock;
  Questions store{clock};
  Recorder recorder;
  People people;
  Answers answers{{store, people, recorder, clock, base::Random::system()}};
};

TEST_F(AnswersTest, OneQuestionIsAnsweredOnceOverAllChannels) {
  store.kept[kA] = asked(kA);
  EXPECT_EQ(came(from_phone("oui")), "won " + kA + " accept OUI");
  EXPECT_EQ(recorder.choices.at(0).channel, "whatsapp");
  // Both were judged before either was recorded.
  EXPECT_EQ(came(in_chat(kA, "refuse")), "already_answered " + kA + " accept OUI");
  settle(kA);
  EXPECT_EQ(came(in_chat(kA, "refuse")), "already_answered " + kA + " accept OUI");
  EXPECT_EQ(came(from_phone("oui")), "repeated " + kA + " accept OUI") << "the same message";
  auto other = from_phone("non");
  other.dedup_id = "wamid.in2";
  EXPECT_EQ(came(other), "already_answered " + kA + " accept OUI");
  EXPECT_EQ(recorder.choices.size(), 2U);
}

TEST_F(AnswersTest, AReplyNamesItsQuestionByTheProvidersId) {
  store.kept[kA] = asked(kA);
  store.kept[kB] = asked(kB);
  EXPECT_EQ(came(from_phone("oui")), "ambiguous");
  auto reply = from_phone("oui");
  reply.provider_id = "wamid.a";
  EXPECT_EQ(came(reply), "won " + kA + " accept OUI");
  auto attempt = from_phone("non");
  attempt.attempt_id = kB + ".1.0.1";
  EXPECT_EQ(came(attempt), "won " + kB + " refuse NON");
}

TEST_F(AnswersTest, AReplyToSomethingElseIsWordsAlone) {
  store.kept[kA] = asked(kA);
  auto reply = from_phone("oui");
  reply.provider_id = "wamid.of-nobody";
  EXPECT_EQ(came(reply), "won " + kA + " accept OUI");
}

TEST_F(AnswersTest, NobodyAnswersForAnother) {
  store.kept[kA] = asked(kA, 8);
  EXPECT_EQ(came(from_phone("oui")), "no_question");
  auto button = from_phone("");
  button.notification = kA;
  button.action = "accept";
  EXPECT_EQ(came(button), "not_yours");
  EXPECT_EQ(came(in_chat(kA, "accept")), "not_yours");
  EXPECT_EQ(came(in_chat(kB, "accept")), "not_yours") << "as one that does not exist";
  EXPECT_EQ(came(from_phone("oui", "+237600000000")), "no_question") << "somebody unknown";
  EXPECT_EQ(came(from_phone("oui", "x")), "no_question");
  EXPECT_EQ(said(in_chat(kA, "accept", 8)).error().code, base::Code::denied);
  auto service = in_chat(kA, "accept");
  service.who = {};
  service.who.kind = model::Principal::Kind::service;
  service.who.scopes = {"*"};
  EXPECT_EQ(said(service).error().code, base::Code::denied);
  EXPECT_TRUE(recorder.choices.empty());
}

TEST_F(AnswersTest, WhatTheStoreSaysDecides) {
  store.kept[kA] = asked(kA);
  recorder.error = base::fail(base::Code::conflict, "cancelled meanwhile");
  EXPECT_EQ(came(in_chat(kA, "accept")), "expired " + kA);
  recorder.error = base::fail(base::Code::unavailable, "the disk is full");
  EXPECT_EQ(said(in_chat(kA, "accept")).error().code, base::Code::unavailable);
  store.broken_reads = true;
  EXPECT_EQ(said(in_chat(kA, "accept")).error().code, base::Code::unavailable);
  EXPECT_EQ(said(from_phone("oui")).error().code, base::Code::unavailable);
}

TEST_F(AnswersTest, TheProvidersNameIsNotKept) {
  store.kept[kA] = asked(kA);
  auto message = from_phone("oui");
  message.dedup_id = "wamid.237691924173";
  EXPECT_EQ(came(message), "won " + kA + " accept OUI");
  EXPECT_EQ(recorder.choices.at(0).said.size(), 32U);
  EXPECT_EQ(recorder.choices.at(0).said.find("2376"), std::string::npos);
}

}  // namespace
}  // namespace herald::answers::testing
