#include <gtest/gtest.h>

#include <mutex>

#include "http/support.hpp"
#include "http/websocket.hpp"

namespace herald::http::test {
namespace {

constexpr std::string_view kUpgrade =
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

std::string text_frame(std::string_view text, unsigned first = 0x81) {
  std::string out;
  out += static_cast<char>(first);
  out += static_cast<char>(0x80 | (text.size() < 126 ? text.size() : 126));
  if (text.size() >= 126) {
    out += static_cast<char>(text.size() >> 8);
    out += static_cast<char>(text.size() & 0xff);
  }
  out += std::string(4, '\0');  // a mask that changes nothing
  out += text;
  return out;
}

/// A server whose route /ws answers every text with "echo " and it; the principal is told first.
class Sockets : public testing::Test {
 protected:
  explicit Sockets(ServerOptions options = TestServer::fast_options())
      : server{std::move(options)} {
    EXPECT_TRUE(server.auth.set_keys({{"k1", std::string{kSecret}, JwtAlgorithm::hs256, {}}}));
    web::Route route;
    route.methods = {"GET"};
    route.path = "/ws";
    route.access = web::Access::any_user;
    route.max_body = 1'000;
    route.websocket = true;
    route.handler = [this](const web::ExchangePtr& e) {
      ++heard;
      if (refuse) return e->respond({.status = 503}, {});
      const std::weak_ptr<web::Exchange> weak = e;
      {
        const std::lock_guard lock{mutex};  // connections have a strand each
        held.push_back(e);
      }
      e->accept_socket(
          [weak](std::string text) {
            const auto exchange = weak.lock();
            if (!exchange) return;
            if (text == "bye") return exchange->close_socket(4000, "as you like");
            exchange->write("echo " + text);
          },
          [] {}, {});
      e->write("hello " + std::to_string(e->request().who.user));
    };
    server.mount(std::move(route));
  }
  // What the handlers keep must not outlive the server's io_context.
  ~Sockets() override {
    server.stop_threads();
    held.clear();
  }
  std::string token(model::UserId user = 7) {
    return *server.auth.issue_user_token(user, std::chrono::minutes{5});
  }
  static std::string greeting(const std::string& token) {
    return text_frame(R"({"type":"auth","token":")" + token + R"("})");
  }
  /// The status of the handshake.
  static unsigned open(Wire& wire, std::string_view extra = {}) {
    wire.send(get("/ws", std::string{kUpgrade} + std::string{extra}));
    std::string head;
    while (!head.ends_with("\r\n\r\n")) {
      const auto byte = wire.read_some(1);
      if (byte.empty()) break;
      head += byte;
    }
    return head.size() > 12 ? static_cast<unsigned>(std::stoi(head.substr(9, 3))) : 0;
  }
  /// The payload of the next frame; its first byte in `first`.
  static std::string frame(Wire& wire, unsigned& first) {
    const auto take = [&](std::size_t n) {
      std::string out;
      while (out.size() < n) {
        const auto some = wire.read_some(n - out.size());
        if (some.empty()) break;
        out += some;
      }
      return out;
    };
    const auto head = take(2);
    first = head.size() == 2 ? static_cast<unsigned char>(head[0]) : 0;
    if (head.size() < 2) return {};
    std::size_t n = static_cast<unsigned char>(head[1]);
    if (n == 126) {
      const auto more = take(2);
      n = static_cast<std::size_t>(static_cast<unsigned char>(more[0]) << 8 |
                                   static_cast<unsigned char>(more[1]));
    }
    return take(n);
  }
  static std::string text(Wire& wire) {
    unsigned first = 0;
    auto out = frame(wire, first);
    EXPECT_EQ(first, 0x81U);
    return out;
  }
  /// The code of the close frame that must come next.
  static unsigned closed(Wire& wire) {
    unsigned first = 0;
    const auto payload = frame(wire, first);
    EXPECT_EQ(first, 0x88U);
    return payload.size() < 2 ? 0
                              : static_cast<unsigned>(static_cast<unsigned char>(payload[0]) << 8 |
                                                      static_cast<unsigned char>(payload[1]));
  }

  std::atomic<int> heard{0};
  std::atomic<bool> refuse{false};
  std::mutex mutex;
  std::vector<web::ExchangePtr> held;
  TestServer server;
};

// covers: F56 F76
TEST_F(Sockets, TheFirstMessageSaysWhoItIsBeforeTheHandlerHears) {
  Wire wire{server.port};
  ASSERT_EQ(open(wire), 101U);
  EXPECT_EQ(heard, 0);
  wire.send(greeting(token()) + text_frame("one"));
  EXPECT_EQ(text(wire), "hello 7");
  EXPECT_EQ(text(wire), "echo one");
  wire.send(text_frame(std::string(900, 'x')));
  EXPECT_EQ(text(wire), "echo " + std::string(900, 'x'));
  wire.send(text_frame("ping", 0x89));
  unsigned first = 0;
  EXPECT_EQ(frame(wire, first), "ping");
  EXPECT_EQ(first, 0x8aU);
  wire.send(text_frame("bye"));
  EXPECT_EQ(closed(wire), 4000U);
}

TEST_F(Sockets, ATokenInTheRequestIsEnough) {
  Wire wire{server.port};
  ASSERT_EQ(open(wire, "Authorization: Bearer " + token(9) + "\r\n"), 101U);
  EXPECT_EQ(text(wire), "hello 9");
}

// covers: F76
TEST_F(Sockets, ForeignPagesAndBadCredentialsAreRefusedBeforeTheUpgrade) {
  const std::pair<std::string, unsigned> cases[] = {
      {"Origin: https://evil.example\r\n", 403},
      {"Origin: null\r\n", 403},
      {"Origin: https://localhost.evil.example\r\n", 403},
      {"Origin: https://evil.example\r\nAuthorization: Bearer " + token() + "\r\n", 403},
      {"Cookie: herald_token=" + token() + "\r\n", 403},
      {"Origin: https://evil.example\r\nCookie: herald_token=" + token() + "\r\n", 403},
      {"Authorization: Bearer x.y.z\r\n", 401},
      {"Origin: http://localhost\r\nCookie: herald_token=" + token() + "\r\n", 101}};
  for (const auto& [extra, status] : cases) {
    Wire wire{server.port};
    EXPECT_EQ(open(wire, extra), status) << extra;
    if (status != 101) continue;
    EXPECT_EQ(text(wire), "hello 7");
  }
  EXPECT_EQ(heard, 1);
}

// covers: F59
TEST_F(Sockets, AFirstMessageThatProvesNothingEndsIt) {
  for (const auto& message :
       {std::string{"x"}, std::string{"{}"}, std::string{R"({"type":"auth"})"},
        std::string{R"({"type":"auth","token":""})"}, std::string{R"({"type":"auth","user":"7"})"},
        R"({"type":"auth","token":")" + token() + R"(x"})", std::string{R"({"type":"ack"})"}}) {
    Wire wire{server.port};
    ASSERT_EQ(open(wire), 101U);
    wire.send(text_frame(message));
    EXPECT_EQ(closed(wire), 4401U) << message;
  }
  EXPECT_EQ(heard, 0);
}

TEST_F(Sockets, OneThatSaysNothingIsClosedInTime) {
  Wire wire{server.port};
  ASSERT_EQ(open(wire), 101U);
  EXPECT_EQ(closed(wire), 4401U);
}

TEST_F(Sockets, WhatTheHandlerRefusesIsACloseCode) {
  refuse = true;
  Wire wire{server.port};
  ASSERT_EQ(open(wire), 101U);
  wire.send(greeting(token()));
  EXPECT_EQ(closed(wire), 1013U);
}

// covers: F56
TEST_F(Sockets, ViolationsAreAnsweredWithTheirCode) {
  const std::pair<std::string, unsigned> cases[] = {
      {text_frame("x", 0x82), 1003},
      {text_frame("\xff"), 1007},
      {text_frame(std::string(1'001, 'x')), 1009},
      {text_frame("x", 0xc1), 1002},
      {std::string{"\x81\x01x"}, 1002},
      {text_frame(close_payload(1001, ""), 0x88), 1001}};
  for (const auto& [bytes, code] : cases) {
    Wire wire{server.port};
    ASSERT_EQ(open(wire, "Authorization: Bearer " + token() + "\r\n"), 101U);
    EXPECT_EQ(text(wire), "hello 7");
    wire.send(bytes);
    EXPECT_EQ(closed(wire), code);
    wire.half_close();
    EXPECT_TRUE(wire.at_end());
  }
}

TEST_F(Sockets, AFloodOfMessagesEndsTheConnection) {
  Wire wire{server.port};
  ASSERT_EQ(open(wire, "Authorization: Bearer " + token() + "\r\n"), 101U);
  EXPECT_EQ(text(wire), "hello 7");
  std::string flood;
  for (int i = 0; i < 100; ++i) flood += text_frame("x");
  wire.send(flood);
  unsigned first = 0x81;
  std::string payload;
  int echoes = 0;
  while (first == 0x81) {
    payload = frame(wire, first);
    ++echoes;
  }
  EXPECT_EQ(first, 0x88U);
  EXPECT_EQ(payload.substr(0, 2), close_payload(1008, {}));
  EXPECT_LE(echoes, 61);
}

TEST_F(Sockets, AStopSaysThatTheServerGoesAway) {
  Wire wire{server.port};
  ASSERT_EQ(open(wire, "Authorization: Bearer " + token() + "\r\n"), 101U);
  EXPECT_EQ(text(wire), "hello 7");
  std::thread stopping{[&] { server.server->drain(std::chrono::seconds{5}); }};
  EXPECT_EQ(closed(wire), 1001U);
  wire.close();
  stopping.join();
}

TEST_F(Sockets, APlainRequestIsToldWhatToDo) {
  const auto answer = server.ask(get("/ws"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 400U);
  EXPECT_EQ(answer->header("sec-websocket-version"), "13");
}

}  // namespace
}  // namespace herald::http::test
