// Rule R24 of docs/explanation/state-machine.md: what the person answers.
#include "play.hpp"

namespace herald::delivery::testing {
namespace {

using K = OutcomeKind;
using R = ReceiptKind;

Chain asking() {
  return chain_of({step("webchat", Evidence::answered), step("whatsapp", Evidence::answered)});
}
Play& answer(Play& play, const AttemptRef& attempt, std::string action, std::string said = "s1") {
  return play.give(event::Answered{attempt, std::move(action), "whatsapp", std::move(said)});
}

TEST(DecideR24, TheFirstAnswerStopsTheChainAndStands) {
  Play play{asking()};
  play.start().complete(K::accepted);
  play.after(3s);
  EXPECT_EQ(picture(answer(play, play.last(), "accept")), "delivered");
  EXPECT_EQ(play.p.answer, (Answer{"accept", "whatsapp", "s1", kStart + 3s}));
  EXPECT_EQ(play.p.best_evidence(), Evidence::answered);
  const auto first = play.p;
  play.after(1s);
  answer(play, play.last(), "refuse", "s2");
  EXPECT_EQ(play.p, first) << "later ones change nothing";
}

TEST(DecideR24, OfAnEarlierStepToo) {
  Play play{asking()};
  play.start().complete(K::accepted);
  const auto webchat = play.last();
  play.due().start();
  EXPECT_EQ(picture(play), "trying* 1 +start");
  EXPECT_EQ(picture(answer(play, webchat, "accept")), "delivered* +cancel");
  EXPECT_EQ(picture(play.complete(K::accepted)), "delivered");
  EXPECT_EQ(play.p.answer->action, "accept");
}

TEST(DecideR24, NotFromTheExpiryOn) {
  Play play{asking()};
  play.start().complete(K::accepted);
  play.now = play.p.expires - 1us;
  auto in_time = play;
  answer(in_time, in_time.last(), "accept");
  EXPECT_TRUE(in_time.p.answer);
  play.after(1us);
  const auto before = play.p;
  answer(play, play.last(), "accept");
  EXPECT_EQ(play.p, before);
}

TEST(DecideR24, NotOnceItIsCancelled) {
  Play play{asking()};
  play.start().complete(K::accepted).give(event::Cancel{"uid:0"});
  const auto before = play.p;
  answer(play, play.last(), "accept");
  EXPECT_EQ(play.p, before);
  Play flying{asking()};
  flying.start().give(event::Cancel{"uid:0"});
  answer(flying, flying.last(), "accept");
  EXPECT_FALSE(flying.p.answer) << "it is being cancelled";
}

TEST(DecideR24, EveryOtherEndingTakesOne) {
  Play failed{asking()};
  failed.chain.rounds.count = 1;
  failed.start().complete(K::rejected).start().complete(K::rejected);
  EXPECT_EQ(picture(failed), "undelivered");
  EXPECT_EQ(picture(answer(failed, ref(failed.p.attempts[0]), "accept")), "delivered");
  EXPECT_TRUE(failed.p.answer);
  Play read{chain_of({step("webchat", Evidence::read)})};
  read.start().complete(K::accepted).receipt(R::read);
  EXPECT_EQ(picture(read), "delivered");
  EXPECT_EQ(picture(answer(read, read.last(), "refuse")), "delivered");
  EXPECT_EQ(read.p.answer->action, "refuse");
  EXPECT_EQ(read.attempt(0).evidence, Evidence::answered);
}

TEST(DecideR24, OfAnAttemptThatThereIsNotItIsNothing) {
  Play play{asking()};
  play.start().complete(K::accepted);
  const auto before = play.p;
  answer(play, {1, 1, 1}, "accept");
  EXPECT_EQ(play.p, before);
}

}  // namespace
}  // namespace herald::delivery::testing
