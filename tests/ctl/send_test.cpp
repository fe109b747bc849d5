#include <gtest/gtest.h>

#include <fstream>

#include "ctl/fixture.hpp"

namespace herald::ctl {
namespace {

struct Send : herald::testing::CtlTest {
  Send() { answer("submit", R"({"id":"n1","state":"queued","repeated":false})"); }
};

TEST_F(Send, PrintsTheId) {
  EXPECT_EQ(
      ask({"send", "service_request.status", "--to", "237691924173", "--param", "request_id=12"}),
      Exit::ok);
  EXPECT_EQ(
      submitted(),
      R"({"kind":"service_request.status","params":{"request_id":"12"},"to":"237691924173"})");
  EXPECT_EQ(out.str(), "n1\n");
  EXPECT_EQ(err.str(), "");
}

TEST_F(Send, NamesTheRecipientInEveryForm) {
  const auto to = [this](const std::string& typed) {
    EXPECT_EQ(ask({"send", "a.b", "--to", typed}), Exit::ok);
    return boost::json::serialize(boost::json::parse(submitted()).at("to"));
  };
  EXPECT_EQ(to("42"), R"("42")");
  EXPECT_EQ(to("+237 691 92 41 73"), R"("+237 691 92 41 73")");
  EXPECT_EQ(to("user:42"), R"({"user":"42"})");
  EXPECT_EQ(to("phone:+237691924173"), R"({"phone":"+237691924173"})");
  EXPECT_EQ(to("whatsapp.user_id:x:y"), R"({"whatsapp.user_id":"x:y"})");
}

TEST_F(Send, BuildsParametersFromAllThatIsGiven) {
  EXPECT_EQ(
      ask({"send", "a.b", "--to", "1", "--params", R"({"x":1,"y":"old"})", "-p", "y=new=er", "-p",
           "n:=4.5", "-p", "provider.name=Jean", "-p", "provider.rating:=5", "-p", "empty="}),
      Exit::ok);
  EXPECT_EQ(
      boost::json::parse(submitted()).at("params"),
      boost::json::parse(
          R"({"x":1,"y":"new=er","n":4.5,"provider":{"name":"Jean","rating":5},"empty":""})"));
}

TEST_F(Send, ReadsParametersAndTextFromStandardInputOrAFile) {
  EXPECT_EQ(ask({"send", "a.b", "--to", "1", "--params", "@-"}, R"({"x":"from stdin"})"), Exit::ok);
  EXPECT_EQ(boost::json::parse(submitted()).at("params").at("x"), "from stdin");
  const auto file = server.folder / "text.md";
  std::ofstream{file} << "**Bonjour**\n";
  EXPECT_EQ(ask({"send", "--to", "1", "--content-markdown", "@" + file, "--title", "T", "--type",
                 "info"}),
            Exit::ok);
  EXPECT_EQ(
      boost::json::parse(submitted()),
      boost::json::parse(
          R"({"kind":"message","to":"1","content":{"markdown":"**Bonjour**\n","title":"T","type":"info"}})"));
}

TEST_F(Send, PassesKeyPriorityAndTimes) {
  EXPECT_EQ(ask({"send", "a.b", "--to", "1", "--key", "k1", "--priority", "high", "--not-before",
                 "+10m", "--expires", "2025-07-15T11:00"}),
            Exit::ok);
  const auto request = boost::json::parse(submitted());
  EXPECT_EQ(request.at("idempotency_key"), "k1");
  EXPECT_EQ(request.at("priority"), "high");
  EXPECT_EQ(request.at("not_before"), "2025-07-14T10:10:00.000000Z");
  EXPECT_EQ(request.at("expires_at"), "2025-07-15T10:00:00.000000Z");
}

TEST_F(Send, RefusesBeforeAskingTheDaemon) {
  const std::vector<std::vector<std::string>> wrong = {
      {"send"},
      {"send", "a.b"},
      {"send", "--to", "1"},
      {"send", "a.b", "--to", "1", "--param", "novalue"},
      {"send", "a.b", "--to", "1", "--param", "x:=nojson"},
      {"send", "a.b", "--to", "1", "--params", "[]"},
      {"send", "a.b", "--to", "1", "--params", R"({"x":1,"x":2})"},
      {"send", "a.b", "--to", "1", "--params", "@/nowhere"},
      {"send", "a.b", "--to", "1", "--content-markdown", "x", "--param", "a=b"},
      {"send", "a.b", "--to", "1", "--not-before", "later"},
      {"send", "a.b", "--to", "1", "--until", "happy"},
      {"send", "a.b", "--to", "1", "--timeout", "soon"}};
  for (const auto& words : wrong) EXPECT_EQ(ask(words), Exit::usage) << words.back();
  EXPECT_TRUE(server.operations.calls().empty());
}

TEST_F(Send, ARefusedRequestNamesTheField) {
  server.operations.answer("submit",
                           base::fail(base::Code::unprocessable, "is missing", "params.service"));
  EXPECT_EQ(ask({"send", "a.b", "--to", "1"}), Exit::usage);
  EXPECT_EQ(err.str(), "heraldctl: params.service: is missing\n");
  EXPECT_EQ(ask({"send", "a.b", "--to", "1", "--priority", "loud"}), Exit::usage);
  EXPECT_EQ(err.str(), "heraldctl: the daemon refused the parameter priority\n");
}

TEST_F(Send, WaitsUntilItEnded) {
  answer("timeline", R"({"id":"n1","kind":"a.b","state":"trying","evidence":"none"})");
  int naps = 0;
  asleep = [&] {
    if (++naps == 3)
      answer("timeline", R"({"id":"n1","kind":"a.b","state":"delivered","evidence":"delivered"})");
  };
  EXPECT_EQ(ask({"send", "a.b", "--to", "1", "--wait", "--json"}), Exit::ok);
  EXPECT_EQ(naps, 3);
  EXPECT_EQ(boost::json::parse(out.str()).at("state"), "delivered");
}

TEST_F(Send, WaitingForEvidenceTellsItFromAnEnding) {
  answer("timeline", R"({"id":"n1","kind":"a.b","state":"waiting","evidence":"accepted"})");
  EXPECT_EQ(ask({"send", "a.b", "--to", "1", "--wait", "--until", "accepted"}), Exit::ok);
  answer("timeline", R"({"id":"n1","kind":"a.b","state":"delivered","evidence":"delivered"})");
  EXPECT_EQ(ask({"send", "a.b", "--to", "1", "--wait", "--until", "read"}), Exit::failed);
  answer("timeline", R"({"id":"n1","kind":"a.b","state":"undelivered","evidence":"none"})");
  EXPECT_EQ(ask({"send", "a.b", "--to", "1", "--wait"}), Exit::failed);
}

TEST_F(Send, WaitingEndsWithItsTimeout) {
  answer("timeline", R"({"id":"n1","kind":"a.b","state":"waiting","evidence":"accepted"})");
  EXPECT_EQ(ask({"send", "a.b", "--to", "1", "--wait", "--timeout", "5s"}), Exit::failed);
  EXPECT_NE(err.str().find("not ended in time"), std::string::npos);
  EXPECT_GE(clock.passed, std::chrono::seconds{5});
  EXPECT_LT(clock.passed, std::chrono::seconds{7});
}

}  // namespace
}  // namespace herald::ctl
