#include "control/handlers.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>

#include "control/fake_operations.hpp"
#include "control/running_server.hpp"

namespace herald::control {
namespace {

using herald::testing::FakeOperations;
using herald::testing::json_text;

struct HandlersTest : ::testing::Test {
  FakeOperations operations;
  Handlers handlers{operations, "1.2.3"};
  Caller caller{.peer = {.uid = 1000, .gid = 1000, .pid = 1, .groups = {}},
                .rights = Rights::administer};
  std::optional<MonitorQuery> monitoring;

  Reply call(const std::string& method, std::string_view parameters = "{}", bool more = false) {
    std::optional<Reply> got;
    Call c{.method = method, .parameters = FakeOperations::object(parameters), .more = more};
    monitoring = handlers.call(caller, std::move(c), [&got](Reply r) {
      EXPECT_FALSE(got) << "answered twice";
      got = std::move(r);
    });
    EXPECT_NE(got.has_value(), monitoring.has_value());
    return got.value_or(Reply{});
  }
  std::string error(const std::string& method, std::string_view parameters = "{}") {
    const auto reply = call(method, parameters);
    return reply.error + " " + json_text(reply.parameters);
  }
};

struct MethodRow {
  const char *method, *parameters, *asked, *answer, *expected;
};

/// Every method: what the operation is asked, what it answers, what the client gets.
const MethodRow kMethods[] = {
    {"Send",
     R"({"kind":"message","to":{"user":42},"params":{"a":"b"},"priority":"high","expires_at":null})",
     R"(submit uid:1000 {"kind":"message","to":{"user":42},"params":{"a":"b"},"priority":"high"})",
     R"({"id":"n1","state":"queued","repeated":false})",
     R"({"id":"n1","state":"queued","repeated":false})"},
    {"Send", R"({"kind":"message","recipient":"691 92 41 73"})",
     R"(submit uid:1000 {"kind":"message","to":"691 92 41 73"})", R"({"id":"n1","state":"queued"})",
     R"({"id":"n1","state":"queued"})"},
    {"Show", R"({"id":"n1"})", "timeline n1", R"({"id":"n1","kind":"message","state":"delivered"})",
     R"({"notification":{"id":"n1","kind":"message","state":"delivered"}})"},
    {"Show", R"({"id":"n1","private":true})", "timeline n1 private",
     R"({"id":"n1","kind":"m","state":"queued"})",
     R"({"notification":{"id":"n1","kind":"m","state":"queued"}})"},
    {"Explain", R"({"kind":"message","recipient":"42","private":true})",
     R"(explain uid:1000 {"kind":"message","to":"42"} private)", R"({"route":"default"})",
     R"({"explanation":{"route":"default"}})"},
    {"Audit", "{}", "audit", R"({"text":"x"})", R"({"text":"x"})"},
    {"Audit", R"({"since":"2025-07-14T10:00:00Z"})", "audit 2025-07-14T10:00:00.000000Z", "{}",
     "{}"},
    {"List", R"({"state":"queued","limit":5,"private":false})",
     R"(list {"state":"queued","limit":5})", R"({"notifications":[],"next":"n0"})",
     R"({"notifications":[],"next":"n0"})"},
    {"DeadLetters", R"({"kind":"a.*","reason":"bad_recipient"})",
     R"(dead_letters {"kind":"a.*","reason":"bad_recipient"})",
     R"({"notifications":[{"id":"n1","kind":"a.b","steps":[{"channel":"sms","reason":"timeout"}]}],"next":null})",
     R"({"notifications":[{"id":"n1","kind":"a.b","steps":[{"channel":"sms","reason":"timeout"}]}],"next":null})"},
    {"Redrive", R"({"all":true,"before":null,"dry_run":true})",
     R"(redrive {"all":true,"dry_run":true} uid:1000)",
     R"({"matched":2,"redriven":0,"refused":[],"ids":["n1","n2"],"next":"n1"})",
     R"({"matched":2,"redriven":0,"refused":[],"ids":["n1","n2"],"next":"n1"})"},
    {"Cancel", R"({"id":"n1"})", "cancel n1 uid:1000", R"({"id":"n1","state":"cancelled"})",
     R"({"id":"n1","state":"cancelled"})"},
    {"Status", "{}", "status", R"({"version":"1","ready":true,"counts":{"queued":1}})",
     R"({"version":"1","ready":true,"counts":{"queued":1}})"},
    {"Channels", "{}", "channels", R"({"channels":[{"name":"log","state":"running"}]})",
     R"({"channels":[{"name":"log","state":"running"}]})"},
    {"Nodes", "{}", "nodes", R"({"nodes":[]})", R"({"nodes":[]})"},
    {"CheckConfig", R"({"path":"/etc/x.yaml"})", "check_config /etc/x.yaml",
     R"({"valid":true,"diagnostics":[],"warnings":[]})", R"({"warnings":[]})"},
    {"CheckConfig", "{}", "check_config", R"({"valid":true})", "{}"},
    {"Reload", "{}", "reload", R"({"valid":true,"changed":["routes"]})",
     R"({"changed":["routes"]})"},
    {"Webhooks", "{}", "webhooks", R"({"webhooks":[]})", R"({"webhooks":[]})"},
    {"WebhookMessages", R"({"name":"shop","dead":true,"after":"7"})",
     "webhook_messages shop dead 7", R"({"messages":[]})", R"({"messages":[]})"},
    {"RedeliverWebhook", R"({"name":"shop","id":"n1_3"})", "redeliver_webhook shop n1_3",
     R"({"redelivered":1})", R"({"redelivered":1})"},
    {"AddUser",
     R"({"phone":"+237691924173","name":"A","identities":[{"kind":"email","value":"a@b"}]})",
     R"(add_user {"phone":"+237691924173","name":"A","identities":[{"kind":"email","value":"a@b"}]})",
     R"({"id":7})", R"({"user":{"id":7}})"},
    {"ShowUser", R"({"user":"691 92 41 73"})", "show_user 691 92 41 73", R"({"id":7})",
     R"({"user":{"id":7}})"},
    {"CreateUserToken", R"({"user":"7","lifetime":900})", "user_token 7 15m", R"({"token":"t"})",
     R"({"token":"t"})"},
    {"CreateUserToken", R"({"user":"7"})", "user_token 7 0s", R"({"token":"t"})",
     R"({"token":"t"})"},
    {"CreateServiceToken",
     R"({"name":"shop","scopes":["notify:write","notify:read"],"expires":"2030-01-01T00:00:00Z"})",
     "service_token shop notify:write notify:read 2030-01-01T00:00:00.000000Z",
     R"({"name":"shop","token":"t"})", R"({"name":"shop","token":"t"})"},
    {"CreateServiceToken", R"({"name":"shop","scopes":[]})", "service_token shop never",
     R"({"name":"shop","token":"t"})", R"({"name":"shop","token":"t"})"},
    {"ListServiceTokens", "{}", "service_tokens", R"({"tokens":[]})", R"({"tokens":[]})"},
    {"Pause", R"({"channel":"log","reason":"why"})", "pause log|why|uid:1000", R"({"x":1})", "{}"},
    {"Resume", R"({"channel":"log"})", "resume log", R"({"x":1})", "{}"},
    {"RevokeServiceToken", R"({"name":"shop"})", "revoke_token shop", R"({"revoked":true})", "{}"},
    {"RevokeUserTokens", R"({"user":"42"})", "revoke_user_tokens 42",
     R"({"user":42,"before":"2025-07-14T10:00:00Z"})",
     R"({"user":42,"before":"2025-07-14T10:00:00Z"})"},
};

TEST_F(HandlersTest, EveryMethodReachesItsOperation) {
  std::set<std::string> seen{"Monitor"};
  const auto interface = idl::Interface::parse(herald_interface_text());
  for (const auto& row : kMethods) {
    const std::string asked = row.asked;
    operations.answer(asked.substr(0, asked.find(' ')), FakeOperations::object(row.answer));
    const auto reply = call(std::string{"io.herald."} + row.method, row.parameters);
    EXPECT_EQ(reply.error, "") << row.method << json_text(reply.parameters);
    EXPECT_EQ(json_text(reply.parameters), row.expected) << row.method;
    EXPECT_EQ(operations.calls().back(), row.asked);
    EXPECT_EQ(interface->mismatch(interface->method(row.method)->out, reply.parameters),
              std::nullopt)
        << row.method;
    seen.insert(row.method);
  }
  EXPECT_EQ(seen.size(), interface->methods().size());
}

TEST_F(HandlersTest, AdministratorsMethodsAreDeniedToOperators) {
  caller.rights = Rights::operate;
  for (const auto& row : kMethods) {
    const bool operators = rights_needed(row.method) == Rights::operate;
    const bool secret =
        std::string_view{row.parameters}.find("\"private\":true") != std::string_view::npos;
    const auto before = operations.calls().size();
    const auto reply = call(std::string{"io.herald."} + row.method, row.parameters);
    EXPECT_EQ(reply.error, operators && !secret ? "" : "io.herald.Denied") << row.method;
    EXPECT_EQ(operations.calls().size() - before, operators && !secret ? 1U : 0U) << row.method;
  }
}

TEST_F(HandlersTest, StrangersMayOnlyIntrospect) {
  caller.rights = Rights::none;
  for (const auto& row : kMethods)
    EXPECT_EQ(call(std::string{"io.herald."} + row.method, row.parameters).error,
              "io.herald.Denied");
  EXPECT_EQ(call("io.herald.Monitor", "{}", true).error, "io.herald.Denied");
  EXPECT_TRUE(operations.calls().empty());
  EXPECT_EQ(call("org.varlink.service.GetInfo").error, "");
}

TEST_F(HandlersTest, DeniedComesBeforeAWordAboutParameters) {
  caller.rights = Rights::operate;
  EXPECT_EQ(call("io.herald.AddUser", R"({"nonsense":1})").error, "io.herald.Denied");
}

TEST_F(HandlersTest, NamesTheParameterThatDoesNotFit) {
  const auto invalid = [](const char* name) {
    return std::string{R"(org.varlink.service.InvalidParameter {"parameter":")"} + name + "\"}";
  };
  EXPECT_EQ(error("io.herald.Show"), invalid("id"));
  EXPECT_EQ(error("io.herald.Send", R"({"to":"42"})"), invalid("to"));
  EXPECT_EQ(error("io.herald.Send", R"({"to":{},"priority":"loud"})"), invalid("priority"));
  EXPECT_EQ(error("io.herald.Send", R"({"to":{},"prio":"low"})"), invalid("prio"));
  EXPECT_EQ(error("io.herald.Show", R"({"id":7})"), invalid("id"));
  EXPECT_EQ(error("io.herald.List", R"({"limit":"5"})"), invalid("limit"));
  EXPECT_EQ(error("io.herald.AddUser", R"({"identities":[{"kind":"email"}]})"),
            invalid("identities[0].value"));
  EXPECT_EQ(error("io.herald.CreateServiceToken", R"({"name":"x","scopes":[1]})"),
            invalid("scopes[0]"));
  EXPECT_TRUE(operations.calls().empty());
}

TEST_F(HandlersTest, ChecksWhatTheDescriptionCannotSay) {
  EXPECT_EQ(call("io.herald.Send", R"({"to":{"user":1},"recipient":"1"})").error,
            "io.herald.InvalidRequest");
  EXPECT_EQ(call("io.herald.CheckConfig", R"({"path":"herald.yaml"})").error,
            "io.herald.InvalidRequest");
  EXPECT_EQ(call("io.herald.CreateUserToken", R"({"user":"7","lifetime":0})").error,
            "io.herald.InvalidRequest");
  EXPECT_EQ(call("io.herald.CreateUserToken", R"({"user":"7","lifetime":99999999999})").error,
            "io.herald.InvalidRequest");
  EXPECT_EQ(
      call("io.herald.CreateServiceToken", R"({"name":"x","scopes":[],"expires":"soon"})").error,
      "io.herald.InvalidRequest");
  EXPECT_TRUE(operations.calls().empty());
}

TEST_F(HandlersTest, UnknownInterfacesAndMethodsHaveTheirOwnErrors) {
  EXPECT_EQ(error("com.example.Ping"),
            R"(org.varlink.service.InterfaceNotFound {"interface":"com.example"})");
  EXPECT_EQ(error("io.herald.Explode"),
            R"(org.varlink.service.MethodNotFound {"method":"io.herald.Explode"})");
  EXPECT_EQ(error("Send"), R"(org.varlink.service.MethodNotFound {"method":"Send"})");
  EXPECT_EQ(error(""), R"(org.varlink.service.MethodNotFound {"method":""})");
}

TEST_F(HandlersTest, ExpectedFailuresBecomeVarlinkErrors) {
  using base::Code;
  const std::pair<Code, const char*> table[] = {
      {Code::not_found, R"(io.herald.NotFound {"id":"n1","message":"why"})"},
      {Code::invalid, R"(io.herald.InvalidRequest {"field":"","message":"why"})"},
      {Code::unprocessable, R"(io.herald.InvalidRequest {"field":"","message":"why"})"},
      {Code::too_large, R"(io.herald.InvalidRequest {"field":"","message":"why"})"},
      {Code::denied, R"(io.herald.Denied {"message":"why"})"},
      {Code::unauthenticated, R"(io.herald.Denied {"message":"why"})"},
      {Code::in_flight, R"(io.herald.Conflict {"message":"why"})"},
      {Code::conflict, R"(io.herald.Conflict {"message":"why"})"},
      {Code::limited, R"(io.herald.Busy {"message":"why"})"},
      {Code::unavailable, R"(io.herald.Busy {"message":"why"})"},
      {Code::unsupported,
       R"(org.varlink.service.MethodNotImplemented {"method":"io.herald.Show"})"},
      {Code::internal, R"(io.herald.Failed {"message":"why"})"},
  };
  for (const auto& [code, expected] : table) {
    operations.answer("timeline", base::fail(code, "why"));
    EXPECT_EQ(error("io.herald.Show", R"({"id":"n1"})"), expected);
  }
  operations.answer("submit", base::fail(Code::unprocessable, "missing", "params.service"));
  EXPECT_EQ(error("io.herald.Send", R"({"to":{}})"),
            R"(io.herald.InvalidRequest {"field":"params.service","message":"missing"})");
}

TEST_F(HandlersTest, AConfigurationWithErrorsIsAnError) {
  operations.answer(
      "reload",
      FakeOperations::object(
          R"({"valid":false,"diagnostics":[{"file":"h.yaml","line":3,"column":5,"message":"unknown key"}],"text":"t"})"));
  EXPECT_EQ(error("io.herald.Reload"),
            R"(io.herald.ConfigurationInvalid {"diagnostics":)"
            R"([{"file":"h.yaml","line":3,"column":5,"message":"unknown key"}],"text":"t"})");
}

TEST_F(HandlersTest, AnOperationThatDropsItsReplyIsAnsweredAsFailed) {
  operations.hold("status");
  std::optional<Reply> got;
  handlers.call(caller, Call{.method = "io.herald.Status"},
                [&got](Reply r) { got = std::move(r); });
  EXPECT_FALSE(got);
  operations.take_held("status");
  ASSERT_TRUE(got);
  EXPECT_EQ(got->error, "io.herald.Failed");
}

TEST_F(HandlersTest, ASecondReplyIsIgnored) {
  operations.hold("status");
  int answers = 0;
  handlers.call(caller, Call{.method = "io.herald.Status"},
                [&answers](const Reply&) { ++answers; });
  for (const auto& reply : operations.take_held("status")) {
    reply(boost::json::object{});
    reply(boost::json::object{});
  }
  EXPECT_EQ(answers, 1);
}

TEST_F(HandlersTest, MonitorNeedsMoreAndPrivateNeedsAnAdministrator) {
  EXPECT_EQ(call("io.herald.Monitor").error, "org.varlink.service.ExpectedMore");
  call("io.herald.Monitor", R"({"private":true})", true);
  ASSERT_TRUE(monitoring);
  EXPECT_TRUE(monitoring->private_parts);
  caller.rights = Rights::operate;
  EXPECT_EQ(call("io.herald.Monitor", R"({"private":true})", true).error, "io.herald.Denied");
  call("io.herald.Monitor", "{}", true);
  ASSERT_TRUE(monitoring);
  EXPECT_FALSE(monitoring->private_parts);
}

TEST_F(HandlersTest, UpgradeIsRefused) {
  std::optional<Reply> got;
  handlers.call(caller, Call{.method = "io.herald.Status", .upgrade = true},
                [&got](Reply r) { got = std::move(r); });
  ASSERT_TRUE(got);
  EXPECT_EQ(got->error, "org.varlink.service.InvalidParameter");
  EXPECT_EQ(got->parameters.at("parameter"), "upgrade");
}

}  // namespace
}  // namespace herald::control
