#include <gtest/gtest.h>
#include <sys/socket.h>

#include <string>
#include <thread>

#include "control/running_server.hpp"

namespace herald::control {
namespace {

using herald::testing::FakeOperations;
using herald::testing::json_text;
using herald::testing::RunningServer;

/// A connection that follows events, once the daemon knows of it.
Client follow(RunningServer& running, const std::string& parameters = "{}") {
  auto client = running.connect();
  const auto before = running.operations.watchers();
  EXPECT_TRUE(client.send(R"({"method":"io.herald.Monitor","more":true,"parameters":)" +
                          parameters + "}" + std::string(1, '\0')));
  while (running.operations.watchers() == before) std::this_thread::yield();
  return client;
}

TEST(Monitor, StreamsEventsInOrder) {
  RunningServer running;
  auto client = follow(running);
  for (int n = 1; n <= 50; ++n) running.operations.emit({{"n", n}});
  for (int n = 1; n <= 50; ++n) {
    const auto reply = client.receive();
    ASSERT_TRUE(reply);
    EXPECT_TRUE(reply->continues);
    EXPECT_EQ(json_text(reply->parameters), R"({"event":{"n":)" + std::to_string(n) +
                                                R"(},"cursor":")" + std::to_string(n) +
                                                R"(","gap":false})");
  }
  EXPECT_FALSE(running.operations.watched().private_parts);
}

TEST(Monitor, WhatIsAskedIsPassedOn) {
  RunningServer running;
  const auto client =
      follow(running, R"({"private":true,"after":"17","kind":"provider.*","id":"n1",)"
                      R"("state":"delivered","producer":"token:shop"})");
  const auto query = running.operations.watched();
  EXPECT_TRUE(query.private_parts);
  EXPECT_EQ(
      query.after + " " + query.kind + " " + query.id + " " + query.state + " " + query.producer,
      "17 provider.* n1 delivered token:shop");
}

TEST(Monitor, ABadCursorIsAnErrorAtOnceOrLaterAndTheConnectionGoesOn) {
  RunningServer running;
  auto client = running.connect();
  const auto refused =
      client.stream("io.herald.Monitor", {{"after", "beyond"}}, [](const Reply&) { return true; });
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->error, "io.herald.InvalidRequest");
  auto other = follow(running);
  running.operations.emit({{"refuse", true}});
  const auto reply = other.receive();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->error, "io.herald.InvalidRequest");
  EXPECT_FALSE(reply->continues);
  EXPECT_EQ(other.call("io.herald.Status", {})->error, "");
}

TEST(Monitor, WithoutMoreIsRefused) {
  RunningServer running;
  EXPECT_EQ(running.call("io.herald.Monitor").error, "org.varlink.service.ExpectedMore");
}

TEST(Monitor, EndsWhenItsClientLeaves) {
  RunningServer running;
  { const auto client = follow(running); }
  while (running.operations.watchers() != 0) std::this_thread::yield();
  EXPECT_EQ(running.call("io.herald.Status").error, "");
}

// A client that does not read costs bounded memory and no time, and loses nothing.
TEST(Monitor, ASlowClientGetsEverythingInTheEnd) {
  RunningServer running;
  auto slow = follow(running);
  auto fast = follow(running);
  const std::string filler(8 * 1024, 'x');
  constexpr int kEvents = 1000;
  for (int n = 1; n <= kEvents; ++n) {
    running.operations.emit({{"n", n}, {"filler", filler}});
    const auto reply = fast.receive();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->parameters.at("event").at("n"), n);
  }
  for (int n = 1; n <= kEvents; ++n) {
    const auto reply = slow.receive();
    ASSERT_TRUE(reply);
    ASSERT_EQ(reply->parameters.at("event").at("n"), n);
  }
}

TEST(Monitor, StoppingEndsTheStreamWithALastReply) {
  RunningServer running;
  auto client = follow(running);
  running.operations.emit({{"n", 1}});
  ASSERT_TRUE(client.receive());
  running.server->interrupt();
  const auto reply = client.receive();
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_FALSE(reply->continues);
  EXPECT_EQ(reply->error, "");
  EXPECT_EQ(reply->parameters.at("cursor"), "1") << "where to go on";
  running.server->join();
  EXPECT_EQ(running.operations.watchers(), 0U);
}

TEST(Monitor, ClientStopsItWhenItHasSeenEnough) {
  RunningServer running;
  auto client = running.connect();
  std::thread emitter{[&running] {
    while (running.operations.watchers() == 0) std::this_thread::yield();
    for (int n = 1; n <= 3; ++n) running.operations.emit({{"n", n}});
  }};
  int seen = 0;
  const auto last =
      client.stream("io.herald.Monitor", {}, [&seen](const Reply&) { return ++seen < 3; });
  emitter.join();
  ASSERT_TRUE(last);
  EXPECT_EQ(last->parameters.at("event").at("n"), 3);
}

}  // namespace
}  // namespace herald::control
