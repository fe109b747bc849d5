#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "ctl/fixture.hpp"

namespace herald::ctl {
namespace {

using Commands = herald::testing::CtlTest;

TEST_F(Commands, JsonPrintsTheDaemonsAnswer) {
  answer("status", R"({"version":"1","ready":true,"started":"2025-07-14T09:00:00Z"})");
  EXPECT_EQ(ask({"status", "--json"}), Exit::ok);
  EXPECT_EQ(out.str(), "{\"version\":\"1\",\"ready\":true,\"started\":\"2025-07-14T09:00:00Z\"}\n");
  answer("channels", R"({"channels":[]})");
  EXPECT_EQ(ask({"channels", "--json"}), Exit::ok);
  EXPECT_EQ(out.str(), "{\"channels\":[]}\n");
  answer("timeline", R"({"id":"n1","state":"queued"})");
  EXPECT_EQ(ask({"show", "n1", "--json"}), Exit::ok);
  EXPECT_EQ(out.str(), "{\"id\":\"n1\",\"state\":\"queued\"}\n");
}

TEST_F(Commands, ListPassesItsFiltersOn) {
  EXPECT_EQ(ask({"list", "--state", "queued", "--kind", "a.b", "--user", "691 92 41 73", "--since",
                 "2h", "--limit", "7", "--json"}),
            Exit::ok);
  EXPECT_EQ(asked(), R"(list {"state":"queued","kind":"a.b","user":"691 92 41 73",)"
                     R"("since":"2025-07-14T08:00:00.000000Z","limit":7})");
  EXPECT_EQ(ask({"list", "--since", "2025-07-14T10:30", "--private"}), Exit::ok);
  EXPECT_EQ(asked(), R"(list {"since":"2025-07-14T09:30:00.000000Z"} private)");
  EXPECT_EQ(out.str(), "no notifications\n");
}

TEST_F(Commands, CancelNamesTheState) {
  answer("cancel", R"({"id":"n1","state":"cancelled"})");
  EXPECT_EQ(ask({"cancel", "n1"}), Exit::ok);
  EXPECT_EQ(out.str(), "n1 is cancelled\n");
  server.operations.answer("cancel", base::fail(base::Code::conflict, "it was delivered"));
  EXPECT_EQ(ask({"cancel", "n1"}), Exit::failed);
}

TEST_F(Commands, DeadLettersShowWhyEachStepWasLeft) {
  answer(
      "dead_letters",
      R"({"notifications":[{"id":"n1","kind":"a.b","user":42,"created":"2025-07-14T09:00:00Z","run":1,"steps":[)"
      R"({"channel":"webchat","reason":"no_evidence_in_time"},{"channel":"sms","reason":"timeout"},)"
      R"({"channel":"sms","reason":"bad_recipient","detail":"not a mobile"}]}],"next":"n1"})");
  EXPECT_EQ(ask({"dead-letters", "--reason", "bad_recipient", "--since", "2h"}), Exit::ok);
  EXPECT_EQ(asked(),
            R"(dead_letters {"reason":"bad_recipient","since":"2025-07-14T08:00:00.000000Z"})");
  EXPECT_NE(out.str().find("webchat: no_evidence_in_time; sms: bad_recipient (not a mobile)"),
            std::string::npos)
      << out.str();
  EXPECT_NE(out.str().find("more: --before n1"), std::string::npos);
}

TEST_F(Commands, DeadLettersAreCountedByChannelAndReason) {
  answer(
      "dead_letters",
      R"({"notifications":[{"id":"n2","kind":"a","steps":[{"channel":"sms","reason":"timeout"}]},)"
      R"({"id":"n1","kind":"a","steps":[{"channel":"sms","reason":"timeout"}]}],"next":null})");
  EXPECT_EQ(ask({"dead-letters", "--counts", "--json"}), Exit::ok);
  EXPECT_EQ(asked(), R"(dead_letters {"limit":500})");
  EXPECT_EQ(out.str(),
            R"({"dead_letters":2,"counts":[{"channel":"sms","reason":"timeout","count":2}]})"
            "\n");
}

TEST_F(Commands, RedriveSaysWhatWasStartedAndWhatWasRefused) {
  answer(
      "redrive",
      R"({"matched":2,"redriven":1,"refused":[{"id":"n2","message":"it has been delivered"}],"ids":["n1","n2"]})");
  EXPECT_EQ(ask({"redrive", "--kind", "a.*", "--resend"}), Exit::failed);
  EXPECT_TRUE(asked().starts_with(R"(redrive {"kind":"a.*","resend":true} uid:)"));
  EXPECT_EQ(out.str(), "1 redriven\n");
  EXPECT_NE(err.str().find("n2: it has been delivered"), std::string::npos);
  answer("redrive", R"({"matched":1,"redriven":0,"refused":[],"ids":["n1"],"next":null})");
  EXPECT_EQ(ask({"redrive", "--all", "--dry-run"}), Exit::ok);
  EXPECT_EQ(out.str(), "n1\n1 would be redriven\n");
}

TEST_F(Commands, AuditFailsWhenARowIsBroken) {
  answer("audit", R"({"report":{"clean":true},"text":"no row breaks a rule\n"})");
  EXPECT_EQ(ask({"audit"}), Exit::ok);
  EXPECT_EQ(out.str(), "no row breaks a rule\n");
  answer("audit", R"({"report":{"clean":false,"broken_rows":1},"text":"1 broken\n"})");
  EXPECT_EQ(ask({"audit", "--since", "2h"}), Exit::failed);
  EXPECT_EQ(asked(), "audit 2025-07-14T08:00:00.000000Z");
  EXPECT_EQ(ask({"audit", "--json"}), Exit::failed);
  EXPECT_NE(out.str().find("\"broken_rows\":1"), std::string::npos) << out.str();
  EXPECT_EQ(ask({"audit", "--since", "soon"}), Exit::usage);
}

TEST_F(Commands, MonitorPrintsEventsAsTheyCome) {
  std::thread daemon{[this] {
    while (server.operations.watchers() == 0) std::this_thread::yield();
    server.operations.emit(herald::testing::FakeOperations::object(
        R"({"at":"2025-07-14T10:00:00Z","id":"n1","kind":"a.b","user":42,"state":"delivered","before":"waiting",)"
        R"("reason":"evidence_arrived","evidence":"delivered","events":["receipt delivered"]})"));
  }};
  EXPECT_EQ(ask({"monitor", "--kind", "a.b", "--after", "7", "--count", "1"}), Exit::ok);
  daemon.join();
  EXPECT_EQ(server.operations.watched().kind, "a.b");
  EXPECT_EQ(server.operations.watched().after, "7");
  EXPECT_EQ(out.str(),
            "2025-07-14 11:00:00  n1  a.b  user 42  waiting -> delivered  evidence_arrived  "
            "delivered  [receipt delivered]\n");
}

TEST_F(Commands, MonitorWithJsonPrintsOneLineEach) {
  std::thread daemon{[this] {
    while (server.operations.watchers() == 0) std::this_thread::yield();
    for (int n = 1; n <= 2; ++n) server.operations.emit({{"id", n}});
  }};
  EXPECT_EQ(ask({"monitor", "--json", "--count", "2"}), Exit::ok);
  daemon.join();
  EXPECT_EQ(out.str(), "{\"id\":1,\"cursor\":\"1\"}\n{\"id\":2,\"cursor\":\"2\"}\n");
}

TEST_F(Commands, WebhooksAreListedAndRedelivered) {
  answer("webhooks",
         R"({"webhooks":[{"name":"shop","url":"https://shop/","state":"disabled","error":"410",)"
         R"("last_delivered":null,"behind":3,"waiting":1,"dead":2}]})");
  EXPECT_EQ(ask({"webhooks", "list"}), Exit::ok);
  EXPECT_NE(out.str().find("shop     disabled  3       1        2"), std::string::npos)
      << out.str();
  answer("webhook_messages",
         R"({"messages":[{"id":"n1_3","notification":"n1","tries":10,"error":"answered 500"}]})");
  EXPECT_EQ(ask({"webhooks", "messages", "shop", "--dead"}), Exit::ok);
  EXPECT_EQ(asked(), "webhook_messages shop dead ");
  EXPECT_NE(out.str().find("n1_3     10     never"), std::string::npos) << out.str();
  answer("redeliver_webhook", R"({"redelivered":2})");
  EXPECT_EQ(ask({"webhooks", "redeliver", "shop"}), Exit::ok);
  EXPECT_EQ(asked(), "redeliver_webhook shop ");
  EXPECT_EQ(out.str(), "shop is in use, 2 messages start again\n");
}

TEST_F(Commands, ConfigCheckAsksTheDaemon) {
  answer("check_config",
         R"({"valid":true,"warnings":[{"file":"h.yaml","line":2,"column":3,"message":"old"}]})");
  EXPECT_EQ(ask({"config", "check", "/etc/h.yaml"}), Exit::ok);
  EXPECT_EQ(asked(), "check_config /etc/h.yaml");
  EXPECT_EQ(out.str(), "/etc/h.yaml is valid\n");
  EXPECT_EQ(err.str(), "h.yaml:2:3: warning: old\n");
  EXPECT_EQ(ask({"config", "check"}), Exit::ok);
  EXPECT_EQ(asked(), "check_config");
  EXPECT_EQ(ask({"config", "check", "relative/../h.yaml"}), Exit::ok);
  EXPECT_EQ(asked(), "check_config " + (std::filesystem::current_path() / "h.yaml").string());
}

TEST_F(Commands, AWrongConfigurationIsShownWithItsPlaces) {
  answer(
      "reload",
      R"({"valid":false,"diagnostics":[{"file":"h.yaml","line":3,"column":5,"message":"unknown key"}]})");
  EXPECT_EQ(ask({"reload"}), Exit::usage);
  EXPECT_NE(err.str().find("\nh.yaml:3:5: unknown key\n"), std::string::npos) << err.str();
  answer("check_config",
         R"({"valid":false,"diagnostics":[],"text":"h.yaml:3:5: error\n  key\n  ^\n"})");
  EXPECT_EQ(ask({"config", "check"}), Exit::usage);
  EXPECT_NE(err.str().find("\n  key\n  ^\n"), std::string::npos) << err.str();
}

TEST_F(Commands, ReloadNamesWhatChanged) {
  answer("reload", R"({"valid":true,"changed":["routes","channels.log"]})");
  EXPECT_EQ(ask({"reload"}), Exit::ok);
  EXPECT_EQ(out.str(), "reloaded, changed: routes, channels.log\n");
}

TEST_F(Commands, ConfigCheckRunsHeralddWhereNoDaemonAnswers) {
  const auto heraldd = server.folder / "heraldd";
  std::ofstream{heraldd} << "#!/bin/sh\necho \"$1 $2\"\ncase $2 in *bad*) exit 2;; esac\n";
  ::chmod(heraldd.c_str(), 0755);
  program = server.folder / "heraldctl";
  environment["HERALD_SOCKET"] = "/nowhere/control";
  EXPECT_EQ(run({"config", "check", "/good.yaml"}), Exit::ok);
  EXPECT_EQ(out.str(), "check /good.yaml\n");
  EXPECT_EQ(run({"config", "check", "/bad.yaml"}), Exit::usage);
  EXPECT_EQ(err.str(), "check /bad.yaml\n");
  EXPECT_EQ(run({"config", "check", "/bad.yaml", "--json"}), Exit::usage);
  EXPECT_EQ(boost::json::parse(out.str()).at("valid"), false);

  program.clear();
  environment["PATH"] = server.folder.path();
  EXPECT_EQ(run({"config", "check"}), Exit::ok);
  EXPECT_EQ(out.str(), "check /etc/herald/herald.yaml\n");
  environment["PATH"] = "/nowhere";
  EXPECT_EQ(run({"config", "check"}), Exit::unreachable);
}

TEST_F(Commands, UsersAreAddedAndShown) {
  answer(
      "add_user",
      R"({"id":42,"name":"Awa","provider":true,"identities":[{"kind":"phone","value":"2376•••••173","state":"reachable"}]})");
  EXPECT_EQ(ask({"user", "add", "--phone", "237691924173", "--name", "Awa", "--id", "42",
                 "--provider", "--identity", "email=a@example.com"}),
            Exit::ok);
  EXPECT_EQ(asked(), R"(add_user {"phone":"237691924173","name":"Awa","id":42,"provider":true,)"
                     R"("identities":[{"kind":"email","value":"a@example.com"}]})");
  EXPECT_EQ(out.str(),
            "User 42, Awa (provider)\n  IDENTITY  VALUE         STATE\n  phone     2376•••••173  "
            "reachable\n");
  server.operations.answer("show_user", base::fail(base::Code::not_found, "nobody has that phone"));
  EXPECT_EQ(ask({"user", "show", "237600000000"}), Exit::not_found);
}

TEST_F(Commands, TokensGoAloneToStandardOutput) {
  answer("user_token", R"({"token":"abc.def","user":42,"expires":"2025-07-14T10:15:00Z"})");
  EXPECT_EQ(ask({"token", "user", "42", "--lifetime", "15m"}), Exit::ok);
  EXPECT_EQ(asked(), "user_token 42 15m");
  EXPECT_EQ(out.str(), "abc.def\n");
  EXPECT_EQ(err.str(), "expires 2025-07-14 11:15:00\n");

  answer("service_token", R"({"name":"shop","token":"s3cret"})");
  EXPECT_EQ(ask({"token", "service", "shop", "--scope", "a", "--scope", "b", "--expires", "+1d"}),
            Exit::ok);
  EXPECT_EQ(asked(), "service_token shop a b 2025-07-15T10:00:00.000000Z");
  EXPECT_EQ(out.str(), "s3cret\n");

  answer(
      "service_tokens",
      R"({"tokens":[{"name":"shop","scopes":["a","b"],"created":"2025-07-14T09:00:00Z","expires":null},
                                        {"name":"old","scopes":["a"],"expires":"2025-07-14T09:59:59Z"}]})");
  EXPECT_EQ(ask({"token", "list"}), Exit::ok);
  EXPECT_EQ(out.str(),
            "NAME  SCOPES  CREATED              EXPIRES              STATE\n"
            "shop  a, b    2025-07-14 10:00:00  never                valid\n"
            "old   a                            2025-07-14 10:59:59  expired\n");
  EXPECT_EQ(ask({"token", "revoke", "shop"}), Exit::ok);
  EXPECT_EQ(asked(), "revoke_token shop");
  EXPECT_EQ(out.str(), "shop is revoked\n");
  answer("revoke_user_tokens", R"({"user":42,"before":"2025-07-14T10:00:00Z"})");
  EXPECT_EQ(ask({"token", "revoke", "--user", "237691924173"}), Exit::ok);
  EXPECT_EQ(asked(), "revoke_user_tokens 237691924173");
  EXPECT_EQ(out.str(), "tokens of user 42 issued before 2025-07-14 11:00:00 are revoked\n");
}

}  // namespace
}  // namespace herald::ctl
