#include "control/server.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "control/idl.hpp"
#include "control/listener.hpp"
#include "control/running_server.hpp"

namespace herald::control {
namespace {

using herald::testing::FakeOperations;
using herald::testing::json_text;
using herald::testing::RunningServer;

std::string call_text(const std::string& method, const std::string& more = "") {
  return "{\"method\":\"" + method + "\"" + more + "}" + std::string(1, '\0');
}

// What a generic Varlink client does: ask who is there, read the description, call what it
// describes.
TEST(Server, AnswersAGenericClient) {
  RunningServer running;
  const auto info = running.call("org.varlink.service.GetInfo");
  EXPECT_EQ(info.parameters.at("version"), "1.2.3");
  EXPECT_EQ(boost::json::serialize(info.parameters.at("interfaces")),
            R"(["org.varlink.service","io.herald"])");
  for (const auto& name : info.parameters.at("interfaces").as_array()) {
    const auto reply = running.call("org.varlink.service.GetInterfaceDescription",
                                    R"({"interface":")" + std::string{name.as_string()} + "\"}");
    const auto interface =
        idl::Interface::parse(reply.parameters.at("description").as_string().c_str());
    ASSERT_TRUE(interface) << interface.error().message;
    EXPECT_EQ(interface->name(), std::string_view{name.as_string()});
  }
  const auto missing =
      running.call("org.varlink.service.GetInterfaceDescription", R"({"interface":"a.b"})");
  EXPECT_EQ(missing.error, "org.varlink.service.InterfaceNotFound");
  EXPECT_EQ(running.call("org.varlink.service.GetInterfaceDescription").error,
            "org.varlink.service.InvalidParameter");
}

TEST(Server, CarriesACallToTheDaemonAndItsAnswerBack) {
  RunningServer running;
  running.operations.answer("submit", FakeOperations::object(R"({"id":"n1","state":"queued"})"));
  const auto reply = running.call("io.herald.Send", R"({"kind":"message","to":{"user":42}})");
  EXPECT_EQ(json_text(reply.parameters), R"({"id":"n1","state":"queued"})");
  EXPECT_EQ(running.operations.calls().front(), "submit uid:" + std::to_string(::geteuid()) +
                                                    R"( {"kind":"message","to":{"user":42}})");
}

// How far a call is goes only to those who asked for more than one reply.
TEST(Server, TellsHowFarACallIsBeforeItsAnswer) {
  RunningServer running;
  running.operations.answer("audit", FakeOperations::object(R"({"text":"done"})"));
  std::vector<std::string> told;
  auto client = running.connect();
  const auto last = client.stream("io.herald.Audit", {}, [&](const Reply& reply) {
    told.push_back(json_text(reply.parameters));
    return true;
  });
  ASSERT_TRUE(last);
  EXPECT_EQ(json_text(last->parameters), R"({"text":"done"})");
  EXPECT_EQ(told,
            (std::vector<std::string>{R"({"checked":1,"total":2})", R"({"checked":2,"total":2})"}));
  EXPECT_EQ(json_text(running.call("io.herald.Audit").parameters), R"({"text":"done"})");
}

TEST(Server, AnswersPipelinedCallsInOrder) {
  RunningServer running;
  auto client = running.connect();
  std::string all;
  for (int i = 0; i < 100; ++i) all += call_text("io.herald.Nr" + std::to_string(i));
  ASSERT_TRUE(client.send(all));
  for (int i = 0; i < 100; ++i) {
    const auto reply = client.receive();
    ASSERT_TRUE(reply) << reply.error().message;
    EXPECT_EQ(reply->parameters.at("method").as_string(), "io.herald.Nr" + std::to_string(i));
  }
}

TEST(Server, OnewayCallsAreCarriedOutAndNotAnswered) {
  RunningServer running;
  auto client = running.connect();
  ASSERT_TRUE(client.send(call_text("io.herald.Status", ",\"oneway\":true") +
                          call_text("io.herald.Nonsense", ",\"oneway\":true") +
                          call_text("io.herald.Channels")));
  const auto reply = client.receive();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->error, "");
  EXPECT_EQ(running.operations.calls(), (std::vector<std::string>{"status", "channels"}));
}

TEST(Server, MoreOnASimpleMethodGivesOneReply) {
  RunningServer running;
  auto client = running.connect();
  ASSERT_TRUE(client.send(call_text("io.herald.Status", ",\"more\":true")));
  const auto reply = client.receive();
  ASSERT_TRUE(reply);
  EXPECT_FALSE(reply->continues);
}

TEST(Server, SaysOnceWhatIsNoCallAndCloses) {
  RunningServer running;
  auto client = running.connect();
  ASSERT_TRUE(
      client.send(std::string{"GET / HTTP/1.1\r\n\r\n\0", 19} + call_text("io.herald.Status")));
  const auto reply = client.receive();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->error, "io.herald.InvalidRequest");
  EXPECT_FALSE(client.receive());
  EXPECT_TRUE(running.operations.calls().empty());
}

TEST(Server, RefusesAMessageOverOneMebibyteAndAnswersWhatCameBefore) {
  RunningServer running;
  auto client = running.connect();
  (void)client.send(call_text("io.herald.Status") + std::string(kMaxRequest + 1, ' '));
  ASSERT_TRUE(client.receive());
  const auto reply = client.receive();
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->error, "io.herald.InvalidRequest");
  EXPECT_FALSE(client.receive());
  EXPECT_EQ(running.call("io.herald.Status").error, "");
}

TEST(Server, AHalfMessageIsForgottenWithItsConnection) {
  RunningServer running;
  {
    auto client = running.connect();
    ASSERT_TRUE(client.send("{\"method\":\"io.herald.St"));
  }
  EXPECT_EQ(running.call("io.herald.Channels").error, "");
  EXPECT_EQ(running.operations.calls(), (std::vector<std::string>{"channels"}));
}

TEST(Server, AnswersAClientThatClosedItsSendingSide) {
  RunningServer running;
  auto client = running.connect();
  ASSERT_TRUE(client.send(call_text("io.herald.Status") + call_text("io.herald.Channels")));
  ::shutdown(client.descriptor(), SHUT_WR);
  EXPECT_TRUE(client.receive());
  EXPECT_TRUE(client.receive());
  EXPECT_FALSE(client.receive());
}

TEST(Server, RefusesConnectionsOverTheLimitAndRecovers) {
  ServerOptions options;
  options.limits.connections = 3;
  RunningServer running{options};
  {
    std::vector<Client> clients;
    for (int i = 0; i < 3; ++i) {
      clients.push_back(running.connect());
      ASSERT_TRUE(clients.back().call("io.herald.Status"));
    }
    auto refused = running.connect();
    const auto reply = refused.call("io.herald.Status");
    ASSERT_TRUE(reply) << reply.error().message;
    EXPECT_EQ(reply->error, "io.herald.Busy");
    EXPECT_TRUE(clients[0].call("io.herald.Status"));
  }
  // The server learns of a closed connection a moment later than its client.
  for (int tries = 0; tries < 1000; ++tries)
    if (running.call("io.herald.Status").error.empty()) return;
  FAIL() << "still refusing";
}

TEST(Server, SurvivesGarbage) {
  RunningServer running;
  std::mt19937 random{20250714};
  for (int round = 0; round < 200; ++round) {
    auto client = running.connect();
    std::string bytes = call_text("io.herald.Send", ",\"parameters\":{\"to\":{\"user\":42}}");
    const auto cuts = 1 + random() % 8;
    for (unsigned i = 0; i < cuts; ++i)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    (void)client.send(bytes);
  }
  EXPECT_EQ(running.call("io.herald.Status").error, "");
}

TEST(Server, AStuckOperationHoldsOnlyItsOwnConnection) {
  RunningServer running;
  running.operations.hold("status");
  auto stuck = running.connect();
  ASSERT_TRUE(stuck.send(call_text("io.herald.Status")));
  EXPECT_EQ(running.call("io.herald.Channels").error, "");
  for (const auto& reply : running.operations.take_held("status"))
    reply(FakeOperations::object(R"({"late":1})"));
  const auto reply = stuck.receive();
  ASSERT_TRUE(reply);
  EXPECT_EQ(json_text(reply->parameters), R"({"late":1})");
}

TEST(Server, ALateAnswerToAClientThatLeftIsDropped) {
  RunningServer running;
  running.operations.hold("status");
  {
    auto client = running.connect();
    ASSERT_TRUE(client.send(call_text("io.herald.Status")));
    while (running.operations.calls().empty()) std::this_thread::yield();
  }
  EXPECT_EQ(running.call("io.herald.Channels").error, "");
  for (const auto& reply : running.operations.take_held("status"))
    reply(FakeOperations::object("{}"));
  EXPECT_EQ(running.call("io.herald.Channels").error, "");
}

TEST(Server, StopsInTwoSteps) {
  RunningServer running;
  running.operations.hold("status");
  auto busy = running.connect();
  ASSERT_TRUE(busy.send(call_text("io.herald.Status") + call_text("io.herald.Channels")));
  while (running.operations.calls().empty()) std::this_thread::yield();
  running.server->interrupt();
  while (std::filesystem::exists(running.path)) std::this_thread::yield();
  EXPECT_FALSE(Client::connect(running.path));
  for (const auto& reply : running.operations.take_held("status"))
    reply(FakeOperations::object(R"({"ready":false})"));
  const auto first = busy.receive();
  ASSERT_TRUE(first);
  EXPECT_EQ(json_text(first->parameters), R"({"ready":false})");
  const auto second = busy.receive();
  if (second) {
    EXPECT_EQ(second->error, "io.herald.Busy");
  }
  running.server->join();
  EXPECT_EQ(running.operations.calls().size(), 1U);
}

TEST(Server, JoinClosesWhatDoesNotEndByItself) {
  RunningServer running;
  running.operations.hold("status");
  auto stuck = running.connect();
  ASSERT_TRUE(stuck.send(call_text("io.herald.Status")));
  while (running.operations.calls().empty()) std::this_thread::yield();
  running.server->interrupt();
  running.server->join(std::chrono::milliseconds{1});
  EXPECT_FALSE(stuck.receive());
  running.operations.take_held("status");
}

TEST(Server, ClosesAnIdleConnection) {
  ServerOptions options;
  options.limits.idle = std::chrono::milliseconds{1};
  RunningServer running{options};
  auto client = running.connect();
  EXPECT_FALSE(client.receive());
}

TEST(Server, TakesASocketFromTheServiceManagerAndLeavesItsFile) {
  const herald::testing::TempFolder folder;
  auto made = Listener::open(folder / "activated", "", [](const std::string&) {});
  ASSERT_TRUE(made);
  ServerOptions options;
  options.path = folder / "activated";
  options.group.clear();
  options.admin_group.clear();
  options.inherited = made->release();
  {
    RunningServer running{options};
    EXPECT_EQ(running.call("org.varlink.service.GetInfo").error, "");
  }
  EXPECT_TRUE(std::filesystem::exists(folder / "activated"));
}

TEST(Server, SecondServerOnTheSamePathIsAConflict) {
  RunningServer running;
  FakeOperations operations;
  ServerOptions options;
  options.path = running.path;
  Server second{running.context, operations, options};
  const auto listening = second.listen();
  ASSERT_FALSE(listening);
  EXPECT_EQ(listening.error().code, base::Code::conflict);
  EXPECT_EQ(running.call("io.herald.Status").error, "");
}

}  // namespace
}  // namespace herald::control
