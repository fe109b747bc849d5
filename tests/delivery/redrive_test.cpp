// Dead letters through the producer's door: which are found, which start again, page by page.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "delivery/producer.hpp"
#include "workbench.hpp"

namespace herald::delivery::testing {
namespace {

namespace json = boost::json;
using model::OutcomeKind;
using model::State;

class RedriveTest : public DispatcherTest {
 protected:
  RedriveTest() {
    model::Chain c;
    c.steps = {step("webchat", true)};
    present = std::make_shared<const model::Chain>(c);
    channels.add("webchat", {"user"}, true);
    start();
    producer = std::make_unique<Producer>(
        Producer::Needs{store, *dispatcher, clock, base::Random::system()});
    SubmissionRules rules;
    rules.catalog = std::make_shared<const model::Catalog>();
    rules.chain = [this](std::string_view kind, model::Priority, std::string_view,
                         bool) -> base::Result<model::ChainPtr> {
      if (kind == "gone") return base::fail(base::Code::unprocessable, "no route takes it");
      return present;
    };
    producer->set_rules(std::move(rules));
  }
  static std::string id(char c) { return std::string(35, c); }
  /// One that ended undelivered, its first step left for `reason`.
  void dead(char c, model::Reason reason, const std::string& kind = "message") {
    auto n = make(id(c));
    n.head.kind = kind;
    n.progress.state = State::undelivered;
    n.progress.due = model::TimePoint::max();
    n.progress.left.push_back({1, 1, 0, reason, false, {}, clock.time});
    store.notifications[id(c)] = n;
  }
  /// The answer as JSON, or "code: message".
  std::string redrive(const std::string& query) {
    return ask(
        [&](auto reply) { producer->redrive(json::parse(query).as_object(), "uid:0", reply); });
  }
  std::string dead_letters(const std::string& query) {
    return ask([&](auto reply) { producer->dead_letters(json::parse(query).as_object(), reply); });
  }
  template <class Call>
  std::string ask(Call call) {
    std::string out = "no answer";
    call([&](base::Result<json::object> r) {
      out = r ? json::serialize(*r)
              : std::string{to_string(r.error().code)} + ": " + r.error().message;
    });
    executor.run();
    return out;
  }
  static std::string ids(std::string_view which) {
    std::string out;
    for (const char c : which) out += (out.empty() ? "" : ",") + ("\"" + id(c) + "\"");
    return out;
  }

  model::ChainPtr present;
  std::unique_ptr<Producer> producer;
};

TEST_F(RedriveTest, OneById) {
  dead('a', model::Reason::bad_recipient);
  EXPECT_EQ(redrive(R"({"dry_run":true,"id":")" + id('a') + R"("})"),
            R"({"matched":1,"redriven":0,"refused":[],"ids":[)" + ids("a") + R"(],"next":null})");
  EXPECT_EQ(progress(id('a')).state, State::undelivered);
  redrive(R"({"id":")" + id('a') + R"("})");
  EXPECT_EQ(progress(id('a')).run, 2U);
  EXPECT_EQ(*store.notifications.at(id('a')).head.chain, *present);
  ASSERT_EQ(channels.deliveries.size(), 1U);
  EXPECT_NE(redrive(R"({"id":")" + id('a') + R"("})").find("conflict: only an undelivered"),
            std::string::npos);
  EXPECT_NE(redrive(R"({"dry_run":true,"id":")" + id('a') + R"("})").find("conflict: only an"),
            std::string::npos);
  EXPECT_TRUE(redrive(R"({"id":")" + id('x') + R"("})").starts_with("not_found"));
  EXPECT_TRUE(redrive(R"({"id":"'"})").starts_with("not_found"));
}

TEST_F(RedriveTest, SomethingMustBeSaidAboutWhich) {
  for (const auto* query :
       {"{}", R"({"resend":true})", R"({"all":true,"kind":"a"})", R"({"id":"x","kind":"a"})",
        R"({"reason":"bad_luck"})", R"({"kind":"a","colour":"red"})"})
    EXPECT_TRUE(redrive(query).starts_with("invalid: ")) << query << redrive(query);
}

TEST_F(RedriveTest, AllPageByPageAndWhatWasDoneIsNotMetAgain) {
  for (const char c : {'a', 'b', 'c', 'd', 'e'}) dead(c, model::Reason::bad_recipient);
  EXPECT_EQ(redrive(R"({"all":true,"limit":2})"),
            R"({"matched":2,"redriven":2,"refused":[],"ids":[)" + ids("ed") + R"(],"next":")" +
                id('d') + R"("})");
  EXPECT_EQ(redrive(R"({"all":true,"limit":9,"before":")" + id('d') + R"("})"),
            R"({"matched":3,"redriven":3,"refused":[],"ids":[)" + ids("cba") + R"(],"next":null})");
  EXPECT_EQ(redrive(R"({"all":true})"),
            R"({"matched":0,"redriven":0,"refused":[],"ids":[],"next":null})");
}

TEST_F(RedriveTest, ByReasonAndWithACauseForWhatIsRefused) {
  dead('a', model::Reason::bad_recipient);
  dead('b', model::Reason::breaker_open);
  dead('c', model::Reason::breaker_open, "gone");
  EXPECT_EQ(redrive(R"({"reason":"breaker_open","dry_run":true})"),
            R"({"matched":2,"redriven":0,"refused":[{"id":)" + ids("c") +
                R"(,"message":"no route takes it"}],"ids":[)" + ids("b") + R"(],"next":null})");
  redrive(R"({"reason":"breaker_open"})");
  EXPECT_EQ(progress(id('a')).run, 1U);
  EXPECT_EQ(progress(id('b')).run, 2U);
  EXPECT_EQ(progress(id('c')).run, 1U);
}

TEST_F(RedriveTest, DeadLettersSayWhy) {
  dead('a', model::Reason::bad_recipient);
  dead('b', model::Reason::breaker_open);
  const auto all = dead_letters("{}");
  EXPECT_NE(
      all.find(R"("steps":[{"channel":"webchat","round":1,"reason":"breaker_open","detail":""}])"),
      std::string::npos)
      << all;
  const auto some = dead_letters(R"({"reason":"bad_recipient"})");
  EXPECT_EQ(some.find(id('b')), std::string::npos);
  EXPECT_NE(some.find(id('a')), std::string::npos);
}

TEST_F(RedriveTest, ResendReachesAChannelThatMayHaveIt) {
  dead('a', model::Reason::no_evidence_in_time);
  model::Attempt sent;
  sent.channel = "webchat";
  sent.in_flight = false;
  sent.evidence = model::Evidence::accepted;
  sent.outcome.kind = OutcomeKind::accepted;
  store.notifications.at(id('a')).progress.attempts.push_back(sent);
  const auto before = channels.deliveries.size();
  redrive(R"({"id":")" + id('a') + R"("})");
  EXPECT_EQ(channels.deliveries.size(), before) << "R7";
  EXPECT_EQ(progress(id('a')).state, State::undelivered);
  redrive(R"({"resend":true,"id":")" + id('a') + R"("})");
  EXPECT_EQ(channels.deliveries.size(), before + 1);
}

}  // namespace
}  // namespace herald::delivery::testing
