#include "plugin/host/request.hpp"
#include "stage.hpp"

namespace herald::plugin::testing {
namespace {

using std::chrono::seconds;
using Reached = model::web::FetchResult::Reached;

class Http : public Stage {
 protected:
  void SetUp() override { run(spec(chat)); }
  const herald_host_http* http() const { return chat.find<herald_host_http>(HERALD_HOST_HTTP); }
  herald_status mount(herald_token token, std::string_view path,
                      uint32_t access = HERALD_ACCESS_PATH_USER,
                      std::string_view methods = "POST GET", uint32_t timeout_ms = 0) {
    herald_route r{};
    r.struct_size = sizeof r;
    r.access = access;
    r.methods = view(methods);
    r.path = view(path);
    r.scope = view("inbox:read");
    r.max_body = 1000;
    r.timeout_ms = timeout_ms;
    const auto n = chat.events.size();
    const auto status = http()->mount(chat.host, token, &r);
    if (status == HERALD_OK) chat.events.at(n);  // its DONE
    return status;
  }
  /// One request on a mounted route; its id for the plugin.
  herald_exchange request(std::string_view path) {
    const auto n = chat.events.size();
    exchange = std::make_shared<FakeExchange>();
    exchange->in.method = "GET";
    exchange->in.target = "/api/web-chat/notifications/%2B237?last_check=2025-07-14T10:00:00+01:00";
    exchange->in.query = "last_check=2025-07-14T10:00:00+01:00&x=%C3%A9";
    exchange->in.headers = {{"accept", "*/*"}};
    exchange->in.params = {{"user", "+237691924173"}};
    exchange->in.who.kind = model::Principal::Kind::user;
    exchange->in.who.user = 42;
    exchange->in.user = 42;
    mounts.find(path)->handler(exchange);
    return chat.events.at(n).exchange;
  }
  herald_status respond(herald_exchange id, uint32_t status, std::string_view body,
                        uint32_t flags = 0) {
    const herald_kv headers[] = {{view("Content-Type"), view("application/json")},
                                 {view("Content-Length"), view("9")},
                                 {view("ETag"), view("\"1\"")}};
    herald_http_response r{};
    r.struct_size = sizeof r;
    r.status = status;
    r.headers = {headers, 3};
    r.body = view(body);
    r.flags = flags;
    return http()->respond(chat.host, id, &r);
  }
  herald_status begin(herald_exchange id) {
    herald_http_response r{};
    r.struct_size = sizeof r;
    r.status = 200;
    return http()->begin(chat.host, id, &r);
  }
  std::shared_ptr<FakeExchange> exchange;
  static constexpr std::string_view kPath = "/api/web-chat/notifications/{user}";
};

TEST_F(Http, AWebSocketCarriesTextsBothWays) {
  herald_route r{};
  r.struct_size = sizeof r;
  r.access = HERALD_ACCESS_ANY_USER;
  r.methods = view("GET");
  r.path = view("/api/web-chat/ws");
  r.max_body = 500;
  r.flags = HERALD_ROUTE_WEBSOCKET;
  const auto before = chat.events.size();
  ASSERT_EQ(http()->mount(chat.host, 1, &r), HERALD_OK);
  chat.events.at(before);
  EXPECT_TRUE(mounts.find("/api/web-chat/ws")->websocket);
  const auto id = request("/api/web-chat/ws");
  EXPECT_EQ(http()->ws_send(chat.host, id, view("early")), HERALD_E_STATE);
  ASSERT_EQ(http()->ws_accept(chat.host, id, view("")), HERALD_OK);
  EXPECT_EQ(http()->ws_accept(chat.host, id, view("")), HERALD_E_STATE);
  const auto n = chat.events.size();
  exchange->text("Bonjour");
  EXPECT_EQ(chat.events.at(n).type, uint32_t{HERALD_EV_WS_TEXT});
  EXPECT_EQ(chat.events.at(n).exchange, id);
  EXPECT_EQ(chat.events.at(n).bytes, "Bonjour");
  EXPECT_EQ(http()->ws_send(chat.host, id, view("Salut")), HERALD_OK);
  EXPECT_EQ(exchange->chunks.at(0), "Salut");
  EXPECT_EQ(http()->ws_send(chat.host, id, view("\xff")), HERALD_E_INVALID);
  EXPECT_EQ(http()->ws_close(chat.host, id, 1005, view("")), HERALD_E_INVALID);
  EXPECT_EQ(http()->ws_close(chat.host, id, 4401, view("fin")), HERALD_OK);
  EXPECT_EQ(exchange->closes.at(0).first, 4401U);
  EXPECT_EQ(http()->ws_send(chat.host, id, view("late")), HERALD_E_STATE);
}

TEST_F(Http, AStreamThatOutlivesItsTokenIsEndedByTheHost) {
  ASSERT_EQ(mount(1, kPath), HERALD_OK);
  const auto n = chat.events.size();
  exchange = std::make_shared<FakeExchange>();
  exchange->in.who.kind = model::Principal::Kind::user;
  exchange->in.who.user = exchange->in.user = 42;
  exchange->in.who.expires = clock.now() + seconds{60};
  mounts.find(kPath)->handler(exchange);
  ASSERT_EQ(begin(chat.events.at(n).exchange), HERALD_OK);
  pass(seconds{61});
  EXPECT_EQ(exchange->closes.size(), 0U) << "the plugin may say goodbye first";
  pass(seconds{3});
  EXPECT_EQ(exchange->closes.at(0).first, 4401U);
}

TEST_F(Http, WhatARevokedCredentialHoldsOpenIsEnded) {
  ASSERT_EQ(mount(1, kPath), HERALD_OK);
  const auto streams = request(kPath);
  ASSERT_EQ(begin(streams), HERALD_OK);
  const auto stream = exchange;
  request(kPath);
  const auto waits = exchange;
  auto n = chat.events.size();
  registry->end_revoked();
  EXPECT_EQ(chat.events.size(), n) << "nothing was revoked";

  revoked = 42;
  registry->end_revoked();
  registry->end_revoked();  // told once
  for (const auto at : {n, n + 1})
    EXPECT_EQ(chat.events.at(at).type, uint32_t{HERALD_EV_HTTP_REVOKED});
  EXPECT_EQ(stream->closes.size(), 0U) << "the plugin may say goodbye first";
  pass(seconds{4});
  EXPECT_EQ(stream->closes.at(0).first, 4401U);
  EXPECT_EQ(waits->responses.at(0).status, 401U);

  // One that was let in a moment before, and arrives here a moment after.
  n = chat.events.size();
  request(kPath);
  while (chat.events.at(n).type != HERALD_EV_HTTP_REVOKED) ++n;
  EXPECT_NE(chat.events.at(n).exchange, streams);
}

TEST_F(Http, MountsOnlyBelowTheGrantedPrefix) {
  EXPECT_EQ(mount(1, kPath), HERALD_OK);
  EXPECT_EQ(chat.events.at(0).status, HERALD_OK);
  const auto route = mounts.find(kPath);
  ASSERT_TRUE(route);
  EXPECT_EQ(route->access, model::web::Access::path_user);
  EXPECT_EQ(route->scope, "inbox:read");
  EXPECT_EQ(route->methods, (std::vector<std::string>{"GET", "POST"}));
  EXPECT_EQ(route->max_body, 1000U);
  // Whatever else a plugin names lies below its prefix: it cannot take another's place.
  EXPECT_EQ(mount(2, "/api/v1/notifications", HERALD_ACCESS_ANYONE), HERALD_OK);
  EXPECT_TRUE(mounts.find("/api/web-chat/api/v1/notifications"));
  EXPECT_FALSE(mounts.find("/api/v1/notifications"));
  EXPECT_EQ(http()->unmount(chat.host, 2), HERALD_OK);
  for (const auto* path : {"/api/web-chat/../v1", "api/web-chat", "/api/web-chat/%2e",
                           "/api/web-chat//x", "/api/web-chat/a{b}", "/api/web-chat/x?y"})
    EXPECT_EQ(mount(2, path, HERALD_ACCESS_ANYONE), HERALD_E_INVALID) << path;
  EXPECT_EQ(mount(2, "/api/web-chat/x", HERALD_ACCESS_PATH_USER), HERALD_E_INVALID)
      << "no {user} to check";
  EXPECT_EQ(mount(2, "/api/web-chat/x", 9), HERALD_E_INVALID);
  EXPECT_EQ(mount(2, "/api/web-chat/x", HERALD_ACCESS_ANYONE, "get"), HERALD_E_INVALID);
  EXPECT_EQ(mount(3, kPath), HERALD_OK);
  EXPECT_EQ(chat.events.at(2).status, HERALD_E_CONFLICT);
  EXPECT_EQ(mounts.routes.size(), 1U);
  EXPECT_EQ(http()->unmount(chat.host, 1), HERALD_OK);
  EXPECT_EQ(http()->unmount(chat.host, 1), HERALD_E_STATE);
  EXPECT_EQ(mounts.routes.size(), 0U);
}

TEST_F(Http, ARequestComesWithPrincipalUserAndParameters) {
  struct Got {
    std::string method, target, header, user, who, path, query;
    uint32_t kind = 9;
  };
  Record<Got> got;
  chat.on_event = [&](const herald_event& e) {
    if (e.type != HERALD_EV_HTTP_REQUEST) return;
    const auto& r = *e.u.request;
    std::string query;
    for (uint64_t i = 0; i < r.query.size; ++i)
      query += text(r.query.data[i].key) + "=" + text(r.query.data[i].value) + ";";
    got.add({text(r.method), text(r.target), text(r.headers.data[0].key), text(r.user),
             text(r.who->user), text(r.path.data[0].value), query, r.who->kind});
  };
  mount(1, kPath);
  const auto id = request(kPath);
  EXPECT_NE(id, 0U);
  const auto g = got.at(0);
  EXPECT_EQ(g.method, "GET");
  EXPECT_EQ(g.header, "accept");
  EXPECT_EQ(g.user, "42");
  EXPECT_EQ(g.who, "42");
  EXPECT_EQ(g.kind, uint32_t{HERALD_PRINCIPAL_USER});
  EXPECT_EQ(g.path, "+237691924173");
  EXPECT_EQ(g.query, "last_check=2025-07-14T10:00:00 01:00;x=é;");
  EXPECT_EQ(chat.events.at(1).id, 1U);
}

TEST_F(Http, RespondAndTheFateOfItsBytes) {
  mount(1, kPath);
  const auto id = request(kPath);
  EXPECT_EQ(respond(id, 200, "{}"), HERALD_OK);
  const auto response = exchange->responses.at(0);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(response.body, "{}");
  ASSERT_EQ(response.headers.size(), 1U) << "the host writes Content-Length";
  EXPECT_EQ(response.headers[0].first, "etag");
  EXPECT_EQ(respond(id, 200, "{}"), HERALD_E_STATE) << "one answer only";
  exchange->written(true);
  exchange->written(true);
  const auto closed = chat.events.at(2);
  EXPECT_EQ(closed.type, uint32_t{HERALD_EV_HTTP_CLOSED});
  EXPECT_EQ(closed.exchange, id);
  EXPECT_EQ(closed.id, 1U);
  EXPECT_EQ(closed.status, HERALD_OK);
  const auto other = request(kPath);
  respond(other, 200, "{}");
  exchange->written(false);
  EXPECT_NE(chat.events.at(4).status, HERALD_OK) << "not every byte was written";
}

TEST_F(Http, ABurstOfRequestsThatAreOverLeavesRoomForTheNext) {
  ASSERT_EQ(mount(1, kPath), HERALD_OK);
  // One more than the host holds; each still proves who acted for ten seconds after its end.
  for (int i = 0; i <= 65'536; ++i) {
    const auto n = chat.events.size();
    const auto id = request(kPath);
    ASSERT_NE(id, 0U) << "request " << i << " was refused";
    ASSERT_EQ(respond(id, 204, ""), HERALD_OK);
    exchange->written(true);
    ASSERT_EQ(chat.events.at(n + 1).type, uint32_t{HERALD_EV_HTTP_CLOSED});
  }
}

TEST_F(Http, BadAnswersAreRefusedAndMayBeCorrected) {
  mount(1, kPath);
  const auto id = request(kPath);
  EXPECT_EQ(respond(id, 199, ""), HERALD_E_INVALID);
  const herald_kv split{view("X-A"), view("b\r\nSet-Cookie: c")};
  herald_http_response r{};
  r.struct_size = sizeof r;
  r.status = 200;
  r.headers = {&split, 1};
  EXPECT_EQ(http()->respond(chat.host, id, &r), HERALD_E_INVALID);
  EXPECT_EQ(respond(id + 1, 200, ""), HERALD_E_STATE);
  EXPECT_EQ(respond(id, 204, ""), HERALD_OK);
}

TEST_F(Http, StreamsHaveBackPressure) {
  mount(1, kPath);
  const auto id = request(kPath);
  EXPECT_EQ(http()->write(chat.host, id, view("x")), HERALD_E_STATE);
  ASSERT_EQ(begin(id), HERALD_OK);
  EXPECT_EQ(http()->write(chat.host, id, view("a")), HERALD_OK);
  exchange->full = true;
  EXPECT_EQ(http()->write(chat.host, id, view("b")), HERALD_OK) << "the port took it";
  EXPECT_EQ(http()->write(chat.host, id, view("c")), HERALD_E_LIMIT);
  EXPECT_EQ(http()->write_many(chat.host, &id, 1, view("d")), HERALD_OK);
  EXPECT_EQ(exchange->chunks.all(), (std::vector<std::string>{"a", "b"}))
      << "nothing more was taken";
  exchange->full = false;
  exchange->writable();
  EXPECT_EQ(chat.events.at(2).type, uint32_t{HERALD_EV_HTTP_WRITABLE});
  EXPECT_EQ(chat.events.at(2).status, HERALD_E_LIMIT) << "a chunk was skipped";
  EXPECT_EQ(http()->write(chat.host, id, view("e")), HERALD_OK);
  EXPECT_EQ(http()->end(chat.host, id), HERALD_OK);
  EXPECT_EQ(exchange->ended.size(), 1U);
  exchange->closed(true);
  EXPECT_EQ(chat.events.at(3).type, uint32_t{HERALD_EV_HTTP_CLOSED});
  EXPECT_EQ(http()->write(chat.host, id, view("f")), HERALD_E_STATE);
}

TEST_F(Http, WhatHoldsUntilTheInboxChangesIsAnsweredWithoutThePlugin) {
  ASSERT_EQ(mount(1, kPath), HERALD_OK);
  for (int i = 0; i < 2; ++i)
    ASSERT_EQ(respond(request(kPath), 200, "one", HERALD_ANSWER_UNTIL_CHANGE), HERALD_OK);
  const auto heard = chat.events.size();
  const auto asked = exchange->in;
  exchange = std::make_shared<FakeExchange>();
  exchange->in = asked;
  mounts.find(kPath)->handler(exchange);
  EXPECT_EQ(exchange->responses.at(0).body, "one");
  EXPECT_EQ(exchange->responses.at(0).status, 200U);
  EXPECT_EQ(chat.events.size(), heard);
  inbox.changed(0);
  ASSERT_EQ(respond(request(kPath), 200, "two"), HERALD_OK);
  ASSERT_EQ(respond(request(kPath), 200, "three"), HERALD_OK) << "not said of the second answer";
  finish();
  EXPECT_EQ(inbox.unsubscribed.at(0), 5U);
}

TEST_F(Http, AnUnansweredRequestGets504) {
  mount(1, kPath, HERALD_ACCESS_PATH_USER, "GET", 5000);
  const auto id = request(kPath);
  pass(seconds{5});
  EXPECT_EQ(exchange->responses.at(0).status, 504U);
  EXPECT_EQ(chat.events.at(2).type, uint32_t{HERALD_EV_HTTP_CLOSED});
  EXPECT_EQ(respond(id, 200, ""), HERALD_E_STATE);
  EXPECT_EQ(exchange->responses.size(), 1U);
}

TEST_F(Http, OpenExchangesEndWithTheInstance) {
  mount(1, kPath);
  request(kPath);
  const auto waiting = exchange;
  const auto id = request(kPath);
  begin(id);
  const auto stream = exchange;
  finish();
  EXPECT_EQ(waiting->responses.at(0).status, 503U);
  EXPECT_EQ(stream->ended.size(), 1U);
}

TEST_F(Http, FetchSaysHowFarItGot) {
  Record<std::string> fetched;
  chat.on_event = [&](const herald_event& e) {
    if (e.type == HERALD_EV_FETCHED)
      fetched.add(std::to_string(e.u.response->status) + " " +
                  std::to_string(e.u.response->reached) + " " + text(e.u.response->body));
  };
  herald_http_request r{};
  r.struct_size = sizeof r;
  r.method = view("POST");
  r.target = view("https://graph.example.org/messages");
  r.body = view("{}");
  r.flags = HERALD_FETCH_ONCE;
  r.timeout_ms = 1500;
  ASSERT_EQ(http()->fetch(chat.host, 1, &r), HERALD_OK);
  EXPECT_TRUE(fetcher.requests.at(0).once);
  EXPECT_EQ(fetcher.requests.at(0).timeout, std::chrono::milliseconds{1500});
  EXPECT_EQ(http()->fetch(chat.host, 1, &r), HERALD_E_INVALID) << "that token is busy";
  model::web::FetchResult result;
  result.reached = Reached::answered;
  result.status = 500;
  result.body = "broken";
  fetcher.done(result);
  EXPECT_EQ(fetched.at(0), "500 2 broken");
  EXPECT_EQ(chat.events.at(0).status, HERALD_OK) << "an answer, whatever its code";
  ASSERT_EQ(http()->fetch(chat.host, 1, &r), HERALD_OK);
  result = {};
  result.reached = Reached::maybe_sent;
  result.error = "connection reset";
  fetcher.done(result);
  EXPECT_EQ(fetched.at(1), "0 1 connection reset");
  EXPECT_NE(chat.events.at(1).status, HERALD_OK);
  ASSERT_EQ(http()->fetch(chat.host, 2, &r), HERALD_OK);
  EXPECT_EQ(http()->fetch_cancel(chat.host, 2), HERALD_OK);
  EXPECT_EQ(chat.events.at(2).status, HERALD_E_STATE);
  EXPECT_EQ(fetcher.cancelled.at(0), 31U);
  EXPECT_EQ(http()->fetch_cancel(chat.host, 2), HERALD_E_STATE);
  for (const auto* url : {"ftp://x/", "file:///etc/shadow", "https://a b/", "/relative"}) {
    r.target = view(url);
    EXPECT_EQ(http()->fetch(chat.host, 3, &r), HERALD_E_INVALID) << url;
  }
  finish();  // before `fetched` goes: the cancelled fetch may still be told
}

TEST(Query, IsDecodedInOrder) {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(parse_query("a=1&a=2&b&c=%41%zz+x&d=%ff"),
            (Pairs{{"a", "1"}, {"a", "2"}, {"b", ""}, {"c", "A%zz x"}}));
  EXPECT_EQ(parse_query(""), Pairs{});
}

}  // namespace
}  // namespace herald::plugin::testing
