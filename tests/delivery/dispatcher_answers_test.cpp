// What people are asked and what they answer, on its way into the store.
#include "workbench.hpp"

namespace herald::delivery::testing {
namespace {

using model::OutcomeKind;
using model::State;
using namespace std::chrono_literals;

const std::string kId(35, 'a');

class DispatcherAnswersTest : public DispatcherTest {
 protected:
  DispatcherAnswersTest() {
    channels.actions = {{"accept", "OUI", "OUI"}, {"refuse", "NON", "NON"}};
  }
  void lies_in_the_inbox() {
    start();
    accept(kId);
    put_into_inbox(0);
  }
  /// The answer that stands, later; nothing as long as it is not known.
  std::shared_ptr<std::optional<base::Result<model::Answer>>> say(std::string action,
                                                                  std::string channel = "webchat",
                                                                  std::string said = "s1") {
    auto out = std::make_shared<std::optional<base::Result<model::Answer>>>();
    dispatcher->answer({kId, std::move(action), std::move(channel), std::move(said)},
                       [out](base::Result<model::Answer> answer) { *out = std::move(answer); });
    return out;
  }
  std::size_t recorded() const {
    std::size_t n = 0;
    for (const auto& event : store.events.at(kId))
      n += std::holds_alternative<model::event::Answered>(event) ? 1 : 0;
    return n;
  }
};

TEST_F(DispatcherAnswersTest, IsAskedWithTheItem) {
  start();
  accept(kId);
  EXPECT_FALSE(store.asked.contains(kId)) << "nobody was asked yet";
  put_into_inbox(0);
  EXPECT_EQ(store.asked.at(kId), channels.actions);
}

TEST_F(DispatcherAnswersTest, IsAskedBeforeTheProviderHasIt) {
  start();
  accept(kId);
  answer(0, OutcomeKind::rejected);
  ASSERT_EQ(channels.deliveries.size(), 2U);
  EXPECT_EQ(channels.deliveries[1].channel, "whatsapp");
  EXPECT_EQ(store.asked.at(kId), channels.actions);
}

TEST_F(DispatcherAnswersTest, AChannelThatReachesNobodyAsksNobody) {
  model::Chain only = *chain;
  only.steps = {only.steps[2]};
  chain = std::make_shared<const model::Chain>(only);
  start();
  accept(kId);
  answer(0, OutcomeKind::accepted);
  EXPECT_FALSE(store.asked.contains(kId));
}

TEST_F(DispatcherAnswersTest, TheFirstOfSeveralAtOnceStandsAndIsRecordedOnce) {
  lies_in_the_inbox();
  store.slow = true;
  const auto first = say("accept", "whatsapp", "s1"), second = say("refuse", "webchat", "s2"),
             third = say("refuse", "whatsapp", "s3");
  executor.run();
  EXPECT_FALSE(*first) << "not before the commit";
  for (int i = 0; i < 5; ++i) {
    store.answer_all();
    executor.run();
  }
  for (const auto& answer : {first, second, third}) {
    ASSERT_TRUE(*answer && **answer);
    EXPECT_EQ((**answer)->action, "accept");
    EXPECT_EQ((**answer)->said, "s1");
  }
  EXPECT_EQ(recorded(), 1U);
  EXPECT_EQ(progress(kId).state, State::delivered);
}

TEST_F(DispatcherAnswersTest, IsEvidenceOfTheChannelItCameByElseOfTheOneThatAsked) {
  lies_in_the_inbox();
  const auto answer = say("accept", "whatsapp");
  executor.run();
  ASSERT_TRUE(*answer && **answer);
  EXPECT_EQ((**answer)->channel, "whatsapp");
  EXPECT_EQ(progress(kId).attempts.at(0).evidence, model::Evidence::answered)
      << "only the web chat has asked";
}

TEST_F(DispatcherAnswersTest, IsTakenByANotificationThatIsNotInMemory) {
  lies_in_the_inbox();
  die();
  start();
  const auto answer = say("refuse");
  executor.run();
  ASSERT_TRUE(*answer && **answer);
  EXPECT_EQ(progress(kId).answer->action, "refuse");
  die();
  start();
  const auto late = say("accept", "webchat", "s2");
  executor.run();
  EXPECT_EQ((**late)->action, "refuse");
  EXPECT_EQ(recorded(), 1U);
}

TEST_F(DispatcherAnswersTest, SaysWhenItIsTooLate) {
  lies_in_the_inbox();
  dispatcher->cancel(kId, "uid:0", [](auto) {});
  executor.run();
  ASSERT_EQ(progress(kId).state, State::cancelled);
  const auto answer = say("accept");
  executor.run();
  EXPECT_EQ((*answer)->error().code, base::Code::conflict);
  EXPECT_FALSE(progress(kId).answer);
}

TEST_F(DispatcherAnswersTest, ACommitInDoubtIsNoAnswerTwice) {
  lies_in_the_inbox();
  store.doubtful = true;
  const auto first = say("accept", "webchat", "s1");
  executor.run();
  store.doubtful = false;
  executor.pass(10s);
  ASSERT_TRUE(*first);
  EXPECT_EQ((*first)->error().code, base::Code::unavailable);
  const auto again = say("accept", "webchat", "s1");
  executor.run();
  ASSERT_TRUE(*again && **again);
  EXPECT_EQ((**again)->said, "s1") << "it had arrived, and is found again";
  EXPECT_EQ(recorded(), 1U);
}

TEST_F(DispatcherAnswersTest, AnUnknownNotificationIsNotFound) {
  start();
  const auto answer = say("accept");
  executor.run();
  EXPECT_EQ((*answer)->error().code, base::Code::not_found);
}

}  // namespace
}  // namespace herald::delivery::testing
