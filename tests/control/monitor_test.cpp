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
    EXPECT_EQ(json_text(reply->parameters),
              R"({"event":{"n":)" + std::to_string(n) + R"(},"lost":0})");
  }
  EXPECT_FALSE(running.operations.private_watch());
}

TEST(Monitor, PrivateIsPassedOn) {
  RunningServer running;
  const auto client = follow(running, R"({"private":true})");
  EXPECT_TRUE(running.operations.private_watch());
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

// A client that does not read costs bounded memory and no time: what does not fit is counted.
TEST(Monitor, CountsWhatASlowClientLost) {
  ServerOptions options;
  options.limits.events = 16;
  RunningServer running{options};
  auto slow = follow(running);
  auto fast = follow(running);
  const std::string filler(8 * 1024, 'x');
  constexpr int kEvents = 2000;
  int fast_seen = 0;
  for (int n = 1; n <= kEvents; ++n) {
    running.operations.emit({{"n", n}, {"filler", filler}});
    const auto reply = fast.receive();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->parameters.at("lost"), 0);
    if (!reply->parameters.at("event").is_null()) ++fast_seen;
  }
  EXPECT_EQ(fast_seen, kEvents);
  running.operations.emit({{"n", "last"}});

  int64_t seen = 0, lost = 0;
  while (seen + lost < kEvents + 1) {
    const auto reply = slow.receive();
    ASSERT_TRUE(reply) << "after " << seen << " seen and " << lost << " lost";
    if (!reply->parameters.at("event").is_null()) ++seen;
    lost += reply->parameters.at("lost").as_int64();
  }
  EXPECT_EQ(seen + lost, kEvents + 1);
  EXPECT_GT(lost, 0);
  EXPECT_GT(seen, 16);
}

TEST(Monitor, StoppingEndsTheStreamWithALastReply) {
  RunningServer running;
  auto client = follow(running);
  running.server->interrupt();
  const auto reply = client.receive();
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_FALSE(reply->continues);
  EXPECT_EQ(reply->error, "");
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
