#include "plugin/host/kept_answers.hpp"

#include "stage.hpp"

namespace herald::plugin::testing {
namespace {

using std::chrono::seconds;
using Kind = model::Principal::Kind;

class Kept : public ::testing::Test {
 protected:
  KeptAnswers::Question ask(std::string_view target, Kind kind = Kind::user,
                            std::string_view tag = "\"1\"", model::UserId user = 42) {
    model::web::Request request;
    request.method = "GET";
    request.target = target;
    if (!tag.empty()) request.headers = {{"accept", "*/*"}, {"if-none-match", std::string{tag}}};
    model::Principal who;
    who.kind = kind;
    return KeptAnswers::question(request, who, user);
  }
  /// The body of the kept answer; "none" where there is none.
  std::string find(KeptAnswers::Question question) {
    const auto answer = kept->find(question, now);
    return answer ? answer->body : "none";
  }
  void keep(KeptAnswers::Question question, const std::string& body) {
    EXPECT_EQ(kept->find(question, now), nullptr);
    kept->keep(question, {200, {}, body, "text/plain"}, now);
  }
  /// Keeps it, as its second asking does.
  void keep_twice(const KeptAnswers::Question& question, const std::string& body) {
    keep(question, body);
    keep(question, body);
  }
  FakeInbox inbox;
  std::shared_ptr<KeptAnswers> kept = std::make_shared<KeptAnswers>(inbox);
  base::MonoPoint now{seconds{1000}};
};

TEST_F(Kept, FromTheSecondTimeOnUntilTheInboxChanges) {
  keep(ask("/a"), "one");
  EXPECT_EQ(inbox.subscribed.size(), 1U);
  EXPECT_EQ(find(ask("/a")), "none") << "a change before the subscription would not be heard of";
  keep(ask("/a"), "one");
  EXPECT_EQ(find(ask("/a")), "one");
  inbox.changed(0);
  EXPECT_EQ(find(ask("/a")), "none");
  keep(ask("/a"), "two");
  EXPECT_EQ(find(ask("/a")), "two");
  EXPECT_EQ(inbox.subscribed.size(), 1U);
}

TEST_F(Kept, NotWhenTheInboxChangedMeanwhile) {
  keep(ask("/a"), "one");
  auto question = ask("/a");
  EXPECT_EQ(kept->find(question, now), nullptr);
  inbox.changed(0);
  kept->keep(question, {200, {}, "old", "text/plain"}, now);
  EXPECT_EQ(find(ask("/a")), "none");
}

TEST_F(Kept, OnlyForTheSameQuestionOfTheSameCaller) {
  keep_twice(ask("/a"), "one");
  EXPECT_EQ(find(ask("/a")), "one");
  EXPECT_EQ(find(ask("/a?history=1")), "none");
  EXPECT_EQ(find(ask("/a", Kind::user, "\"2\"")), "none");
  EXPECT_EQ(find(ask("/a", Kind::user, "")), "none");
  EXPECT_EQ(find(ask("/a", Kind::service)), "none") << "a service gives no evidence";
  EXPECT_EQ(find(ask("/a", Kind::user, "\"1\"", 43)), "none");
}

TEST_F(Kept, NothingThatChangesSomethingOrBelongsToNobody) {
  model::web::Request request;
  request.method = "POST";
  request.target = "/a";
  EXPECT_EQ(KeptAnswers::question(request, {}, 42).key, "");
  request.method = "HEAD";
  EXPECT_EQ(KeptAnswers::question(request, {}, 42).key, "");
  request.method = "GET";
  EXPECT_EQ(KeptAnswers::question(request, {}, 0).key, "");
  kept->keep(KeptAnswers::question(request, {}, 0), {200, {}, "one", "text/plain"}, now);
  EXPECT_EQ(inbox.subscribed.size(), 0U);
}

TEST_F(Kept, ForAWhileOnly) {
  keep_twice(ask("/a"), "one");
  now += KeptAnswers::kLongest - seconds{1};
  EXPECT_EQ(find(ask("/a")), "one");
  now += seconds{1};
  EXPECT_EQ(find(ask("/a")), "none");
  keep(ask("/a"), "two");
  EXPECT_EQ(find(ask("/a")), "two");
}

TEST_F(Kept, TheOldestPersonGoesWhenThereIsNoRoom) {
  const std::string large(100'000, 'x');
  const auto people = static_cast<model::UserId>(KeptAnswers::kMostBytes / large.size()) + 1;
  for (model::UserId user = 1; user <= people; ++user)
    keep_twice(ask("/a", Kind::user, "\"1\"", user), large);
  EXPECT_EQ(find(ask("/a", Kind::user, "\"1\"", 1)), "none");
  EXPECT_EQ(find(ask("/a", Kind::user, "\"1\"", people)), large);
  EXPECT_GE(inbox.unsubscribed.size(), 1U);
  keep_twice(ask("/b"), std::string(KeptAnswers::kMostEach + 1, 'x'));
  EXPECT_EQ(find(ask("/b")), "none");
}

TEST_F(Kept, AFewOfEachPerson) {
  for (std::size_t i = 0; i <= KeptAnswers::kMostPerPerson; ++i)
    keep(ask("/" + std::to_string(i)), "one");
  std::size_t found = 0;
  for (std::size_t i = 0; i <= KeptAnswers::kMostPerPerson; ++i)
    found += find(ask("/" + std::to_string(i))) == "one" ? 1 : 0;
  EXPECT_GE(found, 1U);
  EXPECT_LE(found, KeptAnswers::kMostPerPerson);
}

TEST_F(Kept, ClosedItGivesEverythingBack) {
  keep_twice(ask("/a"), "one");
  kept->close();
  EXPECT_EQ(inbox.unsubscribed.size(), 1U);
  EXPECT_EQ(find(ask("/a")), "none");
  keep_twice(ask("/a"), "one");
  EXPECT_EQ(find(ask("/a")), "none");
  EXPECT_EQ(inbox.subscribed.size(), 1U);
}

}  // namespace
}  // namespace herald::plugin::testing
