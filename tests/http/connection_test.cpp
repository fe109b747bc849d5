#include <gtest/gtest.h>

#include <mutex>

#include "http/support.hpp"

namespace herald::http::test {
namespace {

using std::chrono::seconds;

template <class T>
T soon(std::future<T> future) {
  if (future.wait_for(seconds{10}) == std::future_status::ready) return future.get();
  ADD_FAILURE() << "nothing happened in time";
  return {};
}

TEST(Connection, ServesManyRequestsOnOneConnection) {
  TestServer server;
  server.mount("POST", "/x", echo);
  Wire wire{server.port};
  for (int i = 0; i < 50; ++i) {
    wire.send(post("/x", "body " + std::to_string(i)));
    const auto a = wire.read();
    ASSERT_TRUE(a);
    EXPECT_EQ(a->body, "POST /x body " + std::to_string(i));
    EXPECT_EQ(a->header("connection"), "");
  }
  const auto stats = server.server->stats();
  EXPECT_EQ(stats.accepted, 1U);
}

// covers: S18
TEST(Connection, AnswersCarryTheFieldsOfAGoodCitizen) {
  TestServer server;
  server.mount("GET", "/x", [](const web::ExchangePtr& e) {
    e->respond({.headers = {{"X-Ok", "1"},
                            {"X-Split", "a\r\nX-Evil: 1"},
                            {"bad name", "1"},
                            {"Content-Length", "999"},
                            {"Connection", "upgrade"}},
                .body = "{}"},
               {});
  });
  const auto a = server.ask(get("/x"));
  ASSERT_TRUE(a);
  EXPECT_EQ(a->header("content-type"), "application/json");
  EXPECT_EQ(a->header("content-length"), "2");
  EXPECT_EQ(a->header("cache-control"), "no-store");
  EXPECT_EQ(a->header("x-content-type-options"), "nosniff");
  EXPECT_EQ(a->header("server"), "herald");
  EXPECT_TRUE(a->header("date").ends_with(" GMT"));
  EXPECT_EQ(a->header("x-ok"), "1");
  EXPECT_FALSE(a->headers.contains("x-split"));
  EXPECT_FALSE(a->headers.contains("x-evil"));
  EXPECT_EQ(a->header("connection"), "");
}

TEST(Connection, AnswersPipelinedRequestsInOrder) {
  TestServer server;
  std::mutex mutex;
  std::vector<web::ExchangePtr> held;
  std::promise<void> first;
  server.mount("GET", "/slow", [&](web::ExchangePtr e) {
    const std::lock_guard lock{mutex};
    held.push_back(std::move(e));
    first.set_value();
  });
  server.mount("POST", "/fast", echo);
  Wire wire{server.port};
  wire.send(get("/slow") + post("/fast", "1") + post("/fast", "2") + get("/nothing"));
  ASSERT_EQ(first.get_future().wait_for(seconds{10}), std::future_status::ready);
  {
    const std::lock_guard lock{mutex};
    ASSERT_EQ(held.size(), 1U);
    held.front()->respond({.body = "slow"}, {});
    held.clear();
  }
  for (const char* wanted : {"slow", "POST /fast 1", "POST /fast 2"}) {
    const auto a = wire.read();
    ASSERT_TRUE(a);
    EXPECT_EQ(a->body, wanted);
  }
  EXPECT_EQ(wire.read()->status, 404U);
}

TEST(Connection, HeadIsGetWithoutTheBody) {
  TestServer server;
  server.mount("GET", "/x", echo);
  Wire wire{server.port};
  wire.send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\nHEAD /none HTTP/1.1\r\nHost: a\r\n\r\n" +
            get("/x"));
  const auto head = wire.read(true);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->status, 200U);
  EXPECT_EQ(head->header("content-length"), "8");  // "HEAD /x "
  EXPECT_EQ(wire.read(true)->status, 404U);
  EXPECT_EQ(wire.read()->body, "GET /x ");
}

// covers: F76
TEST(Connection, PreflightsAreForListedOriginsOnly) {
  auto options = TestServer::fast_options();
  options.allowed_origins = {"https://shop.example"};
  TestServer server{options};
  server.mount("POST", "/x", echo);
  const auto preflight = [&](std::string_view origin) {
    return server.ask("OPTIONS /x HTTP/1.1\r\nHost: a\r\nOrigin: " + std::string{origin} +
                      "\r\nAccess-Control-Request-Method: POST\r\n\r\n");
  };
  const auto good = preflight("https://shop.example");
  ASSERT_TRUE(good);
  EXPECT_EQ(good->status, 204U);
  EXPECT_EQ(good->header("access-control-allow-origin"), "https://shop.example");
  EXPECT_EQ(good->header("access-control-allow-credentials"), "true");
  EXPECT_EQ(good->header("access-control-allow-methods"), "OPTIONS, POST");
  EXPECT_EQ(good->header("vary"), "Origin");
  for (const char* foreign :
       {"https://evil.example", "null", "https://shop.example.evil.example"}) {
    const auto bad = preflight(foreign);
    ASSERT_TRUE(bad);
    EXPECT_EQ(bad->status, 403U) << foreign;
    EXPECT_FALSE(bad->headers.contains("access-control-allow-origin")) << foreign;
  }
  const auto plain = server.ask("OPTIONS /x HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->status, 204U);
  EXPECT_EQ(plain->header("allow"), "OPTIONS, POST");
  EXPECT_EQ(server.ask(post("/x", "", "Origin: https://shop.example\r\n"))
                ->header("access-control-allow-origin"),
            "https://shop.example");
  EXPECT_FALSE(server.ask(post("/x", "", "Origin: https://evil.example\r\n"))
                   ->headers.contains("access-control-allow-origin"));
}

TEST(Connection, ContinuesOnlyWhatItWillTake) {
  TestServer server;
  server.mount("POST", "/x", echo);
  server.mount("POST", "/closed", echo, web::Access::service, "s");
  {
    Wire wire{server.port};
    wire.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    ASSERT_EQ(wire.read()->status, 100U);
    wire.send("abc");
    EXPECT_EQ(wire.read()->body, "POST /x abc");
  }
  Wire wire{server.port};
  wire.send(
      "POST /closed HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(wire.read()->status, 401U) << "nobody without a token is asked for a body";
  EXPECT_TRUE(wire.at_end());
}

// covers: F53
TEST(Connection, SlowPeersAreCutOff) {
  auto options = TestServer::fast_options();
  options.header_timeout = milliseconds{60};
  options.body_timeout = milliseconds{60};
  options.idle_timeout = milliseconds{60};
  TestServer server{options};
  server.mount("POST", "/x", echo);
  {
    Wire silent{server.port};
    EXPECT_TRUE(silent.at_end()) << "who sends nothing is let go without a word";
  }
  {
    Wire header{server.port};
    header.send("GET /x HTT");
    EXPECT_EQ(header.read()->status, 408U);
    EXPECT_TRUE(header.at_end());
  }
  {
    Wire body{server.port};
    body.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    EXPECT_EQ(body.read()->status, 408U);
    EXPECT_TRUE(body.at_end());
  }
  Wire idle{server.port};
  idle.send(post("/x", "1"));
  EXPECT_EQ(idle.read()->status, 200U);
  EXPECT_TRUE(idle.at_end());
}

// covers: F53
TEST(Connection, PeersThatDoNotReadAreCutOff) {
  auto options = TestServer::fast_options();
  options.stream_timeout = milliseconds{60};
  TestServer server{options};
  std::promise<bool> written;
  server.mount("GET", "/stream", [&](const web::ExchangePtr& e) {
    e->begin({}, {}, [&written](bool all) { written.set_value(all); });
    for (int i = 0; i < 64 && e->write(std::string(16 * 1024, 'x')); ++i) {
    }
  });
  Wire wire{server.port, 4096};
  wire.send(get("/stream"));
  EXPECT_FALSE(soon(written.get_future()));
}

TEST(Connection, AHandlerWithoutAnswerIsOurFault) {
  TestServer server;
  server.mount("GET", "/drop", [](const web::ExchangePtr&) {});
  server.mount("GET", "/throw",
               [](const web::ExchangePtr&) { throw std::runtime_error("secret"); });
  web::ExchangePtr kept;
  server.mount("GET", "/keep-throw", [&](web::ExchangePtr e) {
    kept = std::move(e);
    throw 7;
  });
  Wire wire{server.port};
  for (const char* path : {"/drop", "/throw", "/keep-throw"}) {
    wire.send(get(path));
    const auto a = wire.read();
    ASSERT_TRUE(a) << path;
    EXPECT_EQ(a->status, 500U) << path;
    EXPECT_EQ(a->body.find("secret"), std::string::npos);
  }
}

TEST(Connection, LateAnswersBecome503AndAreTold) {
  TestServer server;
  web::Route route;
  route.methods = {"GET"};
  route.path = "/late";
  route.access = web::Access::anyone;
  route.timeout = milliseconds{50};
  std::promise<web::ExchangePtr> held;
  route.handler = [&](web::ExchangePtr e) { held.set_value(std::move(e)); };
  server.mount(std::move(route));
  Wire wire{server.port};
  wire.send(get("/late"));
  const auto a = wire.read();
  ASSERT_TRUE(a);
  EXPECT_EQ(a->status, 503U);
  EXPECT_NE(a->header("retry-after"), "");
  auto exchange = soon(held.get_future());
  ASSERT_TRUE(exchange);
  std::promise<bool> written;
  exchange->respond({.body = "late"}, [&](bool all) { written.set_value(all); });
  EXPECT_FALSE(soon(written.get_future()));
  std::promise<bool> twice;
  exchange->respond({.body = "again"}, [&](bool all) { twice.set_value(all); });
  EXPECT_FALSE(soon(twice.get_future())) << "an exchange is answered once";
  EXPECT_TRUE(wire.at_end());
}

class Written : public testing::Test {
 protected:
  TestServer server;
  std::promise<web::ExchangePtr> held;
  void SetUp() override {
    server.mount("GET", "/x", [this](web::ExchangePtr e) { held.set_value(std::move(e)); });
  }
  bool answer_and_ask(web::ExchangePtr exchange, std::string body) {
    std::promise<bool> written;
    exchange->respond({.body = std::move(body)}, [&](bool all) { written.set_value(all); });
    return soon(written.get_future());
  }
  /// Until the server has seen that the peer is gone: its connection count tells, or its answer
  /// does.
  void wait_closed() {
    const auto give_up = std::chrono::steady_clock::now() + seconds{10};
    while (server.server->stats().open > 0 && std::chrono::steady_clock::now() < give_up)
      std::this_thread::yield();
  }
};

TEST_F(Written, TrueOnceEveryByteIsInTheSocket) {
  Wire wire{server.port};
  wire.send(get("/x"));
  std::promise<bool> written;
  soon(held.get_future())->respond({.body = std::string(4 << 20, 'x')}, [&](bool all) {
    written.set_value(all);
  });
  const auto a = wire.read();
  ASSERT_TRUE(a);
  EXPECT_EQ(a->body.size(), 4U << 20);
  EXPECT_TRUE(soon(written.get_future()));
}

TEST_F(Written, FalseWhenThePeerResetBefore) {
  Wire wire{server.port};
  wire.send(get("/x"));
  const auto exchange = soon(held.get_future());
  wire.reset();
  EXPECT_FALSE(answer_and_ask(exchange, std::string(4 << 20, 'x')));
}

TEST_F(Written, FalseWhenThePeerClosesHalfWay) {
  Wire wire{server.port, 4096};
  wire.send(get("/x"));
  const auto exchange = soon(held.get_future());
  std::promise<bool> written;
  exchange->respond({.body = std::string(16 << 20, 'x')},
                    [&](bool all) { written.set_value(all); });
  EXPECT_FALSE(wire.read_some(100).empty());
  wire.reset();
  EXPECT_FALSE(soon(written.get_future()));
}

/// The end of the peer's stream arrives before the answer: a small answer would still fit into the
/// socket, but nobody is known to read it. Answers on the connection's own thread make sure that
/// the end was seen: the next read comes first.
TEST_F(Written, FalseWhenThePeerSaidGoodbyeBefore) {
  Wire wire{server.port};
  wire.send(get("/x"));
  const auto exchange = soon(held.get_future());
  wire.half_close();
  // The kernel hands the end over in its own time; until it has, an answer counts as written. So
  // the connection is asked through a second one that was opened after the goodbye: loopback
  // delivers in order.
  server.mount("GET", "/fence", echo);
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(server.ask(get("/fence")));
  EXPECT_FALSE(answer_and_ask(exchange, "small"));
  const auto a = wire.read();
  ASSERT_TRUE(a) << "a half-closed client still gets its answer";
  EXPECT_EQ(a->body, "small");
  EXPECT_TRUE(wire.at_end());
}

TEST(Stream, ChunksArriveAndTheConnectionStays) {
  TestServer server;
  std::promise<bool> closed;
  server.mount("GET", "/s", [&](const web::ExchangePtr& e) {
    e->begin({.body = "one ", .content_type = "text/event-stream"}, {},
             [&](bool all) { closed.set_value(all); });
    EXPECT_TRUE(e->write("two "));
    EXPECT_TRUE(e->write(""));
    EXPECT_TRUE(e->write("three"));
    e->end();
    EXPECT_FALSE(e->write("never"));
  });
  server.mount("GET", "/x", echo);
  Wire wire{server.port};
  wire.send(get("/s") + get("/x"));
  const auto a = wire.read();
  ASSERT_TRUE(a);
  EXPECT_EQ(a->body, "one two three");
  EXPECT_EQ(a->header("transfer-encoding"), "chunked");
  EXPECT_FALSE(a->headers.contains("content-length"));
  EXPECT_TRUE(soon(closed.get_future()));
  EXPECT_EQ(wire.read()->body, "GET /x ");
}

TEST(Stream, OldClientsReadUntilTheEnd) {
  TestServer server;
  server.mount("GET", "/s", [](const web::ExchangePtr& e) {
    e->begin({.body = "one "}, {}, {});
    e->write("two");
    e->end();
  });
  Wire wire{server.port};
  wire.send("GET /s HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const auto a = wire.read();
  ASSERT_TRUE(a);
  EXPECT_EQ(a->body, "one two");
  EXPECT_FALSE(a->headers.contains("transfer-encoding"));
  EXPECT_EQ(server.ask("HEAD /s HTTP/1.1\r\nHost: a\r\n\r\n")->body, "");
}

// covers: F57
TEST(Stream, PushesBackAndGoesOnWhenThereIsRoom) {
  TestServer server;
  constexpr std::size_t kChunk = 32 * 1024, kChunks = 300;
  struct State {
    web::ExchangePtr exchange;
    std::size_t sent = 0, pushed_back = 0;
    std::promise<bool> closed;
  } state;
  std::function<void()> pump = [&] {
    while (state.sent < kChunks) {
      ++state.sent;
      if (!state.exchange->write(std::string(kChunk, static_cast<char>('a' + state.sent % 26)))) {
        ++state.pushed_back;
        return;
      }
    }
    state.exchange->end();
  };
  server.mount("GET", "/s", [&](web::ExchangePtr e) {
    state.exchange = std::move(e);
    state.exchange->begin({}, pump, [&](bool all) { state.closed.set_value(all); });
    pump();
  });
  Wire wire{server.port, 8192};
  wire.send(get("/s"));
  const auto a = wire.read();
  ASSERT_TRUE(a);
  EXPECT_EQ(a->body.size(), kChunk * kChunks);
  EXPECT_TRUE(soon(state.closed.get_future()));
  EXPECT_GT(state.pushed_back, 0U) << "a reader with 8 KiB of window must have pushed back";
  state.exchange.reset();
}

// covers: F57
TEST(Stream, AWriterThatNeverWaitsIsCutOff) {
  TestServer server;
  std::promise<web::ExchangePtr> held;
  std::promise<bool> closed;
  server.mount("GET", "/s", [&](web::ExchangePtr e) {
    e->begin({}, {}, [&](bool all) { closed.set_value(all); });
    held.set_value(std::move(e));
  });
  Wire wire{server.port, 4096};
  wire.send(get("/s"));
  const auto exchange = soon(held.get_future());
  bool refused = false;
  for (int i = 0; i < 1000 && !refused; ++i)
    refused = !exchange->write(std::string(64 * 1024, 'x')) && !exchange->write("x") && i > 200;
  EXPECT_FALSE(soon(closed.get_future()));
  EXPECT_FALSE(exchange->write("x"));
}

TEST(Stream, TellsWhenThePeerGoes) {
  TestServer server;
  std::promise<bool> closed;
  std::promise<web::ExchangePtr> held;
  server.mount("GET", "/s", [&](web::ExchangePtr e) {
    e->begin({.body = ": hello\n\n"}, {}, [&](bool all) { closed.set_value(all); });
    held.set_value(std::move(e));
  });
  Wire wire{server.port};
  wire.send(get("/s"));
  EXPECT_FALSE(wire.read_some(1).empty());
  wire.close();
  EXPECT_FALSE(soon(closed.get_future()));
  EXPECT_FALSE(soon(held.get_future())->write("x"));
}

}  // namespace
}  // namespace herald::http::test
