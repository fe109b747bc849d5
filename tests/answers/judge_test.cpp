#include "answers/judge.hpp"

#include "answers/questions.hpp"

namespace herald::answers::testing {
namespace {

std::string named(const Words& words, const store::Question& question) {
  return picture(judge_named(words, question, kNow));
}
std::string free(const Words& words, const std::vector<store::Question>& questions) {
  return picture(judge_free(words, questions, kNow));
}

TEST(Judge, AButtonNamesItsQuestionAndAction) {
  EXPECT_EQ(named(pressed("accept"), asked("a")), "won a accept OUI");
  EXPECT_EQ(named(pressed("refuse"), asked("a")), "won a refuse NON");
  EXPECT_EQ(named(pressed("other"), asked("a")), "not_an_option a")
      << "its title does not make up for it";
  EXPECT_EQ(named(pressed("accept", 8), asked("a")), "not_yours");
  EXPECT_EQ(named(pressed("accept"), asked("a", 7, {})), "no_question a");
}

TEST(Judge, AReplyIsMatchedWithItsQuestionAlone) {
  EXPECT_EQ(named(typed(" Oui ! "), asked("a")), "won a accept OUI");
  EXPECT_EQ(named(typed("peut-être"), asked("a")), "not_an_option a");
  EXPECT_EQ(named(typed("oui", 8), asked("a")), "not_yours");
}

TEST(Judge, TheFirstAnswerStands) {
  EXPECT_EQ(named(pressed("refuse"), answered("a", "accept")), "already_answered a accept OUI");
  EXPECT_EQ(named(pressed("accept"), answered("a", "accept")), "already_answered a accept OUI");
  EXPECT_EQ(named(pressed("accept"), answered("a", "accept", 1min, "s1")), "repeated a accept OUI");
  EXPECT_EQ(named(pressed("refuse", 8), answered("a", "accept")), "not_yours")
      << "nobody learns what another answered";
}

TEST(Judge, TooLateIsTooLate) {
  auto over = asked("a");
  over.notification.progress.expires = kNow;
  EXPECT_EQ(named(pressed("accept"), over), "expired a");
  EXPECT_EQ(free(typed("oui"), {over}), "no_question");
  auto cancelled = asked("a");
  cancelled.notification.progress.state = model::State::cancelled;
  EXPECT_EQ(named(pressed("accept"), cancelled), "expired a");
  auto being_cancelled = asked("a");
  being_cancelled.notification.progress.cancel_requested = true;
  EXPECT_EQ(named(pressed("accept"), being_cancelled), "expired a");
}

TEST(Judge, AnEndingThatCanBeCorrectedCanBeAnswered) {
  for (const auto state : {model::State::delivered, model::State::unconfirmed,
                           model::State::undelivered, model::State::expired}) {
    auto ended = asked("a");
    ended.notification.progress.state = state;
    EXPECT_EQ(named(pressed("accept"), ended), "won a accept OUI") << to_string(state);
  }
}

// covers: S66
TEST(Judge, WordsAloneAnswerTheOneOpenQuestion) {
  EXPECT_EQ(free(typed("oui"), {asked("a")}), "won a accept OUI");
  EXPECT_EQ(free(typed("NON."), {answered("b", "accept"), asked("a")}), "won a refuse NON");
  EXPECT_EQ(free(typed("bonjour"), {asked("a")}), "not_an_option a");
  EXPECT_EQ(free(typed("oui"), {}), "no_question");
  EXPECT_EQ(free(pressed("accept"), {asked("a")}), "won a accept OUI")
      << "a template's button may name the action only";
}

TEST(Judge, WithSeveralOpenQuestionsNothingIsResolved) {
  const std::vector<model::Action> hours{{"ten", "10h", "10h"}, {"noon", "12h", "12h"}};
  EXPECT_EQ(free(typed("oui"), {asked("a"), asked("b")}), "ambiguous");
  EXPECT_EQ(free(typed("oui"), {asked("a"), asked("b", 7, hours)}), "ambiguous");
  EXPECT_EQ(free(typed("bonjour"), {asked("a"), asked("b")}), "not_an_option");
  EXPECT_EQ(free(typed("oui"), {asked("a"), asked("b", 8)}), "won a accept OUI")
      << "another person's does not count";
}

TEST(Judge, WhatNobodyCanHaveSeenIsNotMeant) {
  auto failed = asked("a");
  failed.notification.progress.attempts[0].inbox = false;
  failed.notification.progress.attempts[0].failed = true;
  EXPECT_EQ(free(typed("oui"), {failed}), "no_question");
  EXPECT_EQ(free(typed("oui"), {failed, asked("b")}), "won b accept OUI");
  auto written_down = asked("a");
  written_down.notification.progress.attempts[0].inbox = false;
  written_down.notification.progress.attempts[0].reaches_nobody = true;
  EXPECT_EQ(free(typed("oui"), {written_down}), "no_question");
  auto not_yet = asked("a");
  not_yet.notification.progress.attempts.clear();
  EXPECT_EQ(free(typed("oui"), {not_yet}), "no_question");
  EXPECT_EQ(named(pressed("accept"), failed), "won a accept OUI")
      << "whoever has the button has seen it";
}

TEST(Judge, WhoComesLateIsToldSo) {
  EXPECT_EQ(free(typed("non"), {answered("a", "accept")}), "already_answered a accept OUI");
  EXPECT_EQ(free(typed("merci"), {answered("a", "accept")}), "no_question");
  EXPECT_EQ(free(typed("non"), {answered("a", "accept", 10min)}), "no_question")
      << "after a while it is conversation";
  EXPECT_EQ(free(typed("non"), {answered("a", "accept", 3min), answered("b", "refuse", 2min)}),
            "already_answered b refuse NON")
      << "of several the latest";
}

TEST(Judge, TheSameWordsAgainAreTheSameAnswer) {
  EXPECT_EQ(free(typed("oui"), {answered("a", "accept", 26h, "s1"), asked("b")}),
            "repeated a accept OUI")
      << "and answer nothing else";
}

TEST(Judge, WordsThatFitTwoActionsFitNone) {
  const std::vector<model::Action> twins{{"a", "Oui", "Oui"}, {"b", "OUI !", "oui"}};
  EXPECT_EQ(named(typed("oui"), asked("a", 7, twins)), "not_an_option a");
  EXPECT_EQ(named(pressed("b"), asked("a", 7, twins)), "won a b OUI !");
}

TEST(Judge, AnActionWithoutLabelIsCalledByItsText) {
  const std::vector<model::Action> bare{{"a", "", "Oui"}, {"b", "", ""}};
  EXPECT_EQ(named(typed("OUI"), asked("q", 7, bare)), "won q a Oui");
  EXPECT_EQ(named(pressed("b"), asked("q", 7, bare)), "won q b b");
  EXPECT_EQ(named(typed("!"), asked("q", 7, bare)), "not_an_option q");
}

}  // namespace
}  // namespace herald::answers::testing
